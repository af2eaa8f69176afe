package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.port.ReconciliationFindings.Filter;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.ParkingRule;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * The planned repairs of one kind on one storage node, batch by batch: each batch is reviewed, recorded in the audit log,
 * carried out, and its results are stored. The limit is charged for repairs that are tried, not for those that are looked at, so
 * findings that are no longer true can't keep the others from being repaired.
 */
final class PlannedRepairs {
    /** Planned repairs that are looked at together. */
    static final int BATCH = 200;

    private final ReconcileResources resources;
    private final RunState run;
    private final StorageNodeId node;
    private final RepairReview review;
    private final RepairAudit audit;
    private final RunScope scope;
    private final Duration timeout;
    private final RepeatedOrders writes;
    /** Kinds with repairs that failed in earlier runs. */
    private final Set<DriftKind> withFailures = EnumSet.noneOf(DriftKind.class);

    PlannedRepairs(
            ReconcileResources resources,
            RunState run,
            StorageNodeId node,
            RepairReview review,
            RepairAudit audit,
            RunScope scope,
            Duration timeout) {
        this.resources = resources;
        this.run = run;
        this.node = node;
        this.review = review;
        this.audit = audit;
        this.scope = scope;
        this.timeout = timeout;
        this.writes = new RepeatedOrders(scope);
    }

    /** Which planned repairs are carried out. */
    enum Turn {
        /** Those that never failed, or succeeded since. */
        FIRST,
        /** Those that failed in an earlier run. */
        FAILED_BEFORE
    }

    /** Takes the counts of each batch. */
    @FunctionalInterface
    interface Counter {
        void add(RepairCounts counts);
    }

    /**
     * Carries out the repairs of one kind that have their turn.
     *
     * @param limit repairs that may be tried
     * @param counter learns what was done, also if a later batch fails
     * @return repairs that were tried
     */
    long carryOut(DriftKind kind, Turn turn, Repairer repairer, long limit, Counter counter) throws TimeoutException {
        if (turn == Turn.FAILED_BEFORE && !withFailures.contains(kind)) {
            return 0;
        }
        long tried = 0;
        Optional<String> after = Optional.empty();
        do {
            Page<Finding> page = plannedAfter(kind, after);
            List<Finding> open = turn == Turn.FIRST
                    ? neverFailed(kind, notStored(kind, page.items(), counter))
                    : failedBefore(kind, page.items(), counter);
            if (tried >= limit) {
                count(open, counter);
            } else if (!open.isEmpty()) {
                tried += carryOut(kind, open, repairer, limit - tried, counter);
            }
            after = page.next();
        } while (after.isPresent());
        return tried;
    }

    private Page<Finding> plannedAfter(DriftKind kind, Optional<String> after) throws TimeoutException {
        Filter filter = new Filter(Optional.of(node), Optional.of(kind), Optional.of(Finding.State.PLANNED));
        return scope.await(
                findings().findings(run.order().flatMap(order -> order.planId()).orElseThrow(), filter, after, BATCH),
                timeout);
    }

    private ReconciliationFindings findings() {
        return resources.findings();
    }

    /** Those that an earlier incarnation has stored no result of. Its results count as this one's. */
    private List<Finding> notStored(DriftKind kind, List<Finding> planned, Counter counter) throws TimeoutException {
        if (run.epoch() == 1) {
            return planned;
        }
        Map<CopyKey, Finding.State> stored = stored(kind, planned);
        RepairCounts counts = RepairCounts.NONE;
        for (Finding.State state : stored.values()) {
            counts = counts.plus(state);
        }
        counter.add(counts);
        return planned.stream().filter(each -> !stored.containsKey(each.key())).toList();
    }

    private Map<CopyKey, Finding.State> stored(DriftKind kind, List<Finding> planned) throws TimeoutException {
        return scope.await(findings().stored(run.token().runId(), node, kind, keys(planned)), timeout);
    }

    private Map<CopyKey, ParkingRule.Failures> failures(DriftKind kind, List<Finding> planned) throws TimeoutException {
        return scope.await(findings().failures(node, kind, keys(planned)), timeout);
    }

    private List<Finding> neverFailed(DriftKind kind, List<Finding> planned) throws TimeoutException {
        Map<CopyKey, ParkingRule.Failures> failures = failures(kind, planned);
        if (!failures.isEmpty()) {
            withFailures.add(kind);
        }
        return planned.stream()
                .filter(each -> !failures.containsKey(each.key()))
                .toList();
    }

    /** Those that failed in an earlier run and have no result of this one, but for those that are parked. */
    private List<Finding> failedBefore(DriftKind kind, List<Finding> planned, Counter counter) throws TimeoutException {
        Map<CopyKey, Finding.State> stored = stored(kind, planned);
        List<Finding> rest =
                planned.stream().filter(each -> !stored.containsKey(each.key())).toList();
        Map<CopyKey, ParkingRule.Failures> failures = failures(kind, rest);
        return notParked(
                rest.stream().filter(each -> failures.containsKey(each.key())).toList(), failures, counter);
    }

    private List<Finding> notParked(List<Finding> planned, Map<CopyKey, ParkingRule.Failures> failures, Counter counter)
            throws TimeoutException {
        Instant now = resources.clock().instant();
        List<Finding> parked = new ArrayList<>();
        List<Finding> open = new ArrayList<>();
        for (Finding each : planned) {
            Optional<ParkingRule.Failures> known = Optional.ofNullable(failures.get(each.key()));
            if (known.filter(all -> ParkingRule.isParked(all, now)).isPresent()) {
                parked.add(each.in(
                        Finding.State.PARKED,
                        "it failed in " + known.get().failures()
                                + " runs and waits; look at the findings of these runs"));
            } else {
                open.add(each);
            }
        }
        store(parked, counter);
        return open;
    }

    private static List<CopyKey> keys(List<Finding> findings) {
        return findings.stream().map(Finding::key).toList();
    }

    private long carryOut(DriftKind kind, List<Finding> open, Repairer repairer, long limit, Counter counter)
            throws TimeoutException {
        scope.report("looks again at " + open.size() + " planned repairs of " + node);
        RepairReview.Reviewed reviewed = review.review(open);
        store(reviewed.settled(), counter);
        count(reviewed.left(), counter);
        int most = (int) Math.min(limit, reviewed.due().size());
        List<DueRepair> due = reviewed.due().subList(0, most);
        count(
                reviewed.due().subList(most, reviewed.due().size()).stream()
                        .map(DueRepair::finding)
                        .toList(),
                counter);
        if (due.isEmpty()) {
            return 0;
        }
        RepairAudit.Batch batch = audit.begin(kind.repair(), due.size());
        scope.check();
        scope.report("repairs " + due.size() + " copies of " + node + ": "
                + kind.repair().word());
        List<Finding> ended = repairer.carryOut(due);
        store(
                ended.stream()
                        .filter(each -> each.state() != Finding.State.PLANNED)
                        .toList(),
                counter);
        count(
                ended.stream()
                        .filter(each -> each.state() == Finding.State.PLANNED)
                        .toList(),
                counter);
        batch.end(ended);
        return ended.stream()
                .filter(each -> each.state() != Finding.State.PLANNED)
                .count();
    }

    private void store(List<Finding> results, Counter counter) throws TimeoutException {
        if (!results.isEmpty()) {
            writes.awaitStored(
                    () -> findings()
                            .addRepairs(
                                    run.token().runId(),
                                    results,
                                    resources.clock().instant()),
                    timeout);
            count(results, counter);
        }
    }

    private static void count(List<Finding> findings, Counter counter) {
        RepairCounts counts = RepairCounts.NONE;
        for (Finding each : findings) {
            counts = counts.plus(each.state());
        }
        counter.add(counts);
    }
}
