package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AuditTrail.AuditUnavailable;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.CandidateRules;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairLimits;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RepairScope;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * The repairs of one storage node, by one incarnation of a run: first those that add copies, and only if all of them succeeded
 * the files that no record names.
 *
 * <pre>
 * copy again ─► add copies ─► all succeeded? plan complete? no job empties the node? shards take writes? ─► quarantine
 * </pre>
 */
final class NodeRepair {
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration STATES_TIMEOUT = Duration.ofSeconds(30);

    private final ReconcileResources resources;
    private final ReconcileSettings settings;
    private final RunState run;
    private final StorageNodeId node;
    private final BooleanSupplier maySend;
    private final Destinations destinations;
    private final RunSpace space;
    private final RunScope scope;
    private final Map<Repair, RepairCounts> counts = new EnumMap<>(Repair.class);

    /**
     * @param maySend whether this incarnation may write metadata now
     * @param destinations shared by all repairs of the run
     * @param space the space that the run has on destinations
     */
    NodeRepair(
            ReconcileResources resources,
            RunState run,
            StorageNodeId node,
            BooleanSupplier maySend,
            Destinations destinations,
            RunSpace space,
            RunScope scope) {
        this.resources = resources;
        this.settings = resources.settings().get();
        this.run = run;
        this.node = node;
        this.maySend = maySend;
        this.destinations = destinations;
        this.space = space;
        this.scope = scope;
    }

    /** Why repairs ended early. */
    private record Fault(AbortReason reason, String detail) {}

    RepairReport run() {
        Optional<Fault> fault;
        try {
            fault = repair();
        } catch (TimeoutException e) {
            fault = Optional.of(new Fault(
                    AbortReason.NODE_UNAVAILABLE,
                    "the agent did not answer: " + OneLine.of(e) + ". Start it, and order another plan"));
        } catch (RunFault e) {
            fault = Optional.of(new Fault(reason(e), e.reason()));
        }
        return new RepairReport(
                node, fault.map(Fault::reason), fault.map(Fault::detail).orElse(""), counts);
    }

    static AbortReason reason(RunFault fault) {
        if (fault.is(NodeInventory.Fenced.class)) {
            return AbortReason.FENCED;
        }
        if (fault.is(AuditUnavailable.class)) {
            return AbortReason.AUDIT_UNAVAILABLE;
        }
        return fault.is(AgentUnavailable.class) ? AbortReason.NODE_UNAVAILABLE : AbortReason.UNKNOWN;
    }

    private Optional<Fault> repair() throws TimeoutException {
        NodeInventory inventory = resources.inventories().of(node);
        RunToken token = run.token();
        Duration timeout = settings.listingTimeout();
        RepeatedOrders orders = new RepeatedOrders(scope);
        InventoryStatus status = orders.await(() -> inventory.status(token.runId()), timeout);
        Duration skew =
                Duration.between(status.clock(), resources.clock().instant()).abs();
        if (skew.compareTo(settings.clockSkew()) > 0) {
            return Optional.of(new Fault(
                    AbortReason.CLOCK_SKEW,
                    "the clock of " + node + " differs by " + skew.toSeconds() + " s from this manager's"));
        }
        SecondLooks looks = new SecondLooks(resources, node, scope, timeout);
        RepairReview review =
                new RepairReview(rules(status), looks, new ContentReads(inventory, scope), run.epoch() == 1);
        RepairAudit audit = new RepairAudit(resources.repairs().audit(), token, node, scope, timeout);
        PlannedRepairs planned = new PlannedRepairs(resources, run, node, review, audit, scope, timeout);
        CopyOrders copies = new CopyOrders(resources.inventories(), token, node, destinations, scope, timeout);
        long left = limits().of(Repair.COPY_AGAIN);
        left = all(planned, Repair.COPY_AGAIN, new CopyAgainRepairs(node, looks, copies), left);
        all(planned, Repair.ADD_COPY, adding(looks, copies, timeout), left);
        Optional<Fault> forbidden = whyNoQuarantine();
        if (forbidden.isEmpty()) {
            awaitAgeOfPlan();
            all(
                    planned,
                    Repair.QUARANTINE,
                    new OrphanRepairs(inventory, token, orders, timeout),
                    limits().of(Repair.QUARANTINE));
            return Optional.empty();
        }
        all(planned, Repair.QUARANTINE, due -> List.of(), 0);
        return counts.getOrDefault(Repair.QUARANTINE, RepairCounts.NONE).left() > 0 ? forbidden : Optional.empty();
    }

    /** The records were looked at by the plan, and are looked at again now: a request in progress must not span both. */
    private void awaitAgeOfPlan() {
        if (!allowed().classes().contains(Repair.QUARANTINE)) {
            return;
        }
        Instant from = allowed().plannedAt().plus(limits().quarantineAfter());
        while (resources.clock().instant().isBefore(from)) {
            scope.report("waits until " + from + " before files of " + node
                    + " are moved: a request that began before the plan may still write a record");
            scope.pause(WAIT);
        }
    }

    private AddCopyRepairs adding(SecondLooks looks, CopyOrders copies, Duration timeout) {
        return new AddCopyRepairs(
                settings.copies().least(),
                looks,
                copies,
                new NewCopyPlacement(resources.fleet(), resources.repairs(), space, scope),
                resources.tier(),
                maySend,
                scope,
                timeout);
    }

    private RepairLimits limits() {
        return settings.limits();
    }

    private RepairScope allowed() {
        return run.order().flatMap(order -> order.repairs()).orElseThrow();
    }

    /**
     * Carries out a class of repairs, those that failed in earlier runs last: so they can't use up the limit. Returns what is left of
     * the limit; without the class, nothing is tried.
     */
    private long all(PlannedRepairs planned, Repair repair, Repairer repairer, long limit) throws TimeoutException {
        long left = allowed().classes().contains(repair) ? limit : 0;
        for (PlannedRepairs.Turn turn : PlannedRepairs.Turn.values()) {
            for (DriftKind kind : DriftKind.values()) {
                if (kind.repair() == repair) {
                    left -= planned.carryOut(
                            kind, turn, repairer, left, more -> counts.merge(repair, more, RepairCounts::plus));
                }
            }
        }
        return left;
    }

    private CandidateRules rules(InventoryStatus status) {
        return new CandidateRules(
                node,
                NodeComparison.limits(settings, true),
                status.clock().toEpochMilli(),
                resources.clock().millis(),
                allowed().quarantineOn().contains(node));
    }

    /** Files are moved last, and only if everything before went well. */
    private Optional<Fault> whyNoQuarantine() throws TimeoutException {
        if (!allowed().classes().contains(Repair.QUARANTINE)) {
            return Optional.empty();
        }
        if (!allowed().quarantineOn().contains(node)) {
            return Optional.of(new Fault(
                    AbortReason.COVERAGE_INCOMPLETE,
                    "no file was moved: the plan did not read all files of this node and all records"));
        }
        long failed = counts.values().stream().mapToLong(RepairCounts::failed).sum();
        if (failed > 0) {
            return Optional.of(new Fault(
                    AbortReason.REPAIRS_FAILED,
                    "no file was moved, because " + failed
                            + " copies could not be repaired; the findings have the reasons"));
        }
        Optional<NodeStatus> emptied = scope
                .await(resources.repairs().outOfService().get(), STATES_TIMEOUT)
                .stream()
                .filter(each -> each.node().equals(node) && each.state() == ServiceState.FENCED)
                .findFirst();
        if (emptied.isPresent()) {
            return Optional.of(new Fault(
                    AbortReason.NODE_BUSY,
                    "no file was moved: " + emptied.get().text() + ". Wait until the job has ended with proof"));
        }
        return WritableShards.of(resources.tier(), scope, settings.listingTimeout())
                .map(closed -> new Fault(AbortReason.METADATA_UNAVAILABLE, "no file was moved: " + closed));
    }
}
