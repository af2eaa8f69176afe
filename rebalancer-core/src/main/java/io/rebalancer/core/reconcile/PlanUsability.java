package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a plan can be carried out, and where.
 *
 * @param refusal why it can't; empty if it can
 * @param nodes the storage nodes to repair
 * @param quarantineOn those of them that the plan compared completely
 */
public record PlanUsability(Optional<String> refusal, List<StorageNodeId> nodes, List<StorageNodeId> quarantineOn) {
    /** Findings of an older plan may have changed too often. */
    public static final Duration PLAN_AGE = Duration.ofHours(24);

    /** If more storage nodes differ too much, the fault is probably in the metadata or in this system. */
    static final int MOST_TRIPPED = 3;

    private static final String NEW_PLAN = "; order a new plan";

    /**
     * Decides about a plan.
     *
     * @param wanted the storage nodes to repair; empty for all of the plan
     * @param overridden storage nodes that are repaired although so much differed that the breaker tripped
     */
    public static PlanUsability of(
            RunState plan, Collection<StorageNodeId> wanted, Set<StorageNodeId> overridden, Instant now) {
        Optional<String> unusable = unusable(plan, overridden, now);
        if (unusable.isPresent()) {
            return refused(unusable.get());
        }
        Optional<StorageNodeId> unknown = wanted.stream()
                .filter(node -> !plan.reports().containsKey(node))
                .findFirst();
        if (unknown.isPresent()) {
            return refused("the plan does not contain the storage node " + unknown.get());
        }
        List<NodeReport> planned = plan.reports().values().stream()
                .filter(report -> wanted.isEmpty() || wanted.contains(report.node()))
                .toList();
        List<NodeReport> usable = planned.stream()
                .filter(report -> isUsable(report, overridden.contains(report.node())))
                .toList();
        if (usable.isEmpty()) {
            return refused("the plan allows no repair on these storage nodes: "
                    + planned.stream()
                            .findFirst()
                            .map(report -> report.node() + ": " + report.detail())
                            .orElse("none was compared"));
        }
        return new PlanUsability(
                Optional.empty(),
                usable.stream().map(NodeReport::node).toList(),
                usable.stream()
                        .filter(report -> isComplete(plan, report, overridden.contains(report.node())))
                        .map(NodeReport::node)
                        .toList());
    }

    private static PlanUsability refused(String why) {
        return new PlanUsability(Optional.of(why), List.of(), List.of());
    }

    private static Optional<String> unusable(RunState plan, Set<StorageNodeId> overridden, Instant now) {
        if (plan.order().filter(order -> order.mode() == RunMode.PLAN).isEmpty()) {
            return Optional.of("the run has made no plan: its mode is "
                    + plan.order().map(order -> order.mode().word()).orElse("unknown")
                    + "; order one with the mode plan");
        }
        if (plan.phase() != RunPhase.FINISHED) {
            return Optional.of(
                    plan.phase().terminal()
                            ? "the plan ended early: " + plan.detail() + NEW_PLAN
                            : "the plan is not finished; wait until it is");
        }
        long tripped = plan.reports().values().stream()
                .filter(report -> report.fault().equals(Optional.of(AbortReason.BREAKER)))
                .filter(report -> !overridden.contains(report.node()))
                .count();
        if (tripped > MOST_TRIPPED) {
            return Optional.of(
                    "so much differs on " + tripped
                            + " storage nodes that nothing is done on any; find out why, or override the breaker of these nodes");
        }
        Instant end = plan.endedAt().orElseThrow();
        return end.plus(PLAN_AGE).isBefore(now)
                ? Optional.of("the plan is of " + end + ", more than " + PLAN_AGE.toHours() + " h ago" + NEW_PLAN)
                : Optional.empty();
    }

    /** Findings of a node that was compared in part are true, so copies may be repaired there. */
    private static boolean isUsable(NodeReport report, boolean overridden) {
        Optional<AbortReason> fault = report.fault();
        return fault.isEmpty()
                || fault.get() == AbortReason.COVERAGE_INCOMPLETE
                || fault.get() == AbortReason.BREAKER && overridden;
    }

    private static boolean isComplete(RunState plan, NodeReport report, boolean overridden) {
        boolean noFault = report.fault().isEmpty() || report.fault().get() == AbortReason.BREAKER && overridden;
        return noFault && report.coverage().isComplete() && plan.metadataComplete();
    }

    /**
     * What the run may do.
     *
     * @param plan the finished plan that was decided about
     */
    public RepairScope scope(RunState plan, Set<Repair> classes) {
        return new RepairScope(classes, quarantineOn, plan.endedAt().orElseThrow());
    }
}
