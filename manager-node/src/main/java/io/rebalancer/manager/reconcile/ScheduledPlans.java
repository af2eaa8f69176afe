package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.PlanUsability;
import io.rebalancer.core.reconcile.RecurringRuns;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairScope;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleEvent;
import io.rebalancer.core.reconcile.ScheduleState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Decides whether the plan of a scheduled run is carried out automatically. It must be usable as for an operator's order. */
final class ScheduledPlans {
    /** Who orders scheduled runs. */
    static final String ORDERED_BY = "schedule";

    private ScheduledPlans() {}

    /**
     * The events of the end of a run. After a scheduled plan they order its repairs, if the settings allow that.
     *
     * @param runs the schedule, in which the run has not ended yet
     * @param run the run, which has ended
     */
    static List<ScheduleEvent> onEnd(
            ScheduleState runs, UUID runId, RunState run, ReconcileSettings settings, Instant now) {
        ScheduleEvent closed = new ScheduleEvent.RunClosed(runId, run.roots(), now);
        List<ScheduleEvent> events = new ArrayList<>(List.of(
                closed,
                new ScheduleEvent.RunEnded(
                        runId,
                        run.phase(),
                        run.abort(),
                        run.detail(),
                        compared(run),
                        run.endedAt().orElse(now))));
        if (runs.recurring().isLast(runId)) {
            decide(runs.apply(closed), run, settings, now).ifPresent(outcome -> {
                outcome.order().ifPresent(order -> events.add(new ScheduleEvent.RunRegistered(order, now)));
                events.add(new ScheduleEvent.ActDecided(
                        runId, new RecurringRuns.Act(outcome.order().map(RunOrder::id), outcome.detail()), now));
            });
        }
        return events;
    }

    private static List<StorageNodeId> compared(RunState run) {
        return run.reports().values().stream()
                .filter(report -> report.fault().isEmpty())
                .map(NodeReport::node)
                .toList();
    }

    /**
     * What becomes of a plan.
     *
     * @param order the run that carries it out; empty if nothing is done
     * @param detail why nothing is done, or empty text
     */
    private record Outcome(Optional<RunOrder> order, String detail) {
        static Outcome nothing(String why) {
            return new Outcome(Optional.empty(), why);
        }
    }

    /**
     * Decides.
     *
     * @param runs the schedule after the end of the plan
     * @param plan a scheduled run that has ended
     * @return empty if no repairs are carried out automatically
     */
    private static Optional<Outcome> decide(
            ScheduleState runs, RunState plan, ReconcileSettings settings, Instant now) {
        Set<Repair> classes = settings.schedule().act();
        boolean plans =
                plan.order().filter(order -> order.mode() == RunMode.PLAN).isPresent();
        return plans && !classes.isEmpty()
                ? Optional.of(
                        settings.enabled()
                                ? decide(runs, plan, classes, now)
                                : Outcome.nothing("reconciliation was switched off before the plan had ended"))
                : Optional.empty();
    }

    private static Outcome decide(ScheduleState runs, RunState plan, Set<Repair> classes, Instant now) {
        PlanUsability usable = PlanUsability.of(plan, List.of(), Set.of(), now);
        if (usable.refusal().isPresent()) {
            return Outcome.nothing(usable.refusal().get());
        }
        List<StorageNodeId> nodes = usable.nodes().stream()
                .filter(node -> hasRepairs(Optional.ofNullable(plan.reports().get(node)), classes))
                .filter(node -> runs.busyWith(List.of(node)).isEmpty())
                .toList();
        return nodes.isEmpty()
                ? Outcome.nothing("nothing was found that may be repaired automatically")
                : new Outcome(Optional.of(order(runs, plan, classes, nodes)), "");
    }

    private static boolean hasRepairs(Optional<NodeReport> report, Set<Repair> classes) {
        return report.stream()
                .flatMap(each -> each.found().entrySet().stream())
                .anyMatch(found ->
                        found.getValue() > 0 && classes.contains(found.getKey().repair()));
    }

    private static RunOrder order(ScheduleState runs, RunState plan, Set<Repair> classes, List<StorageNodeId> nodes) {
        UUID planId = plan.order().orElseThrow().id();
        Map<StorageNodeId, String> roots = new HashMap<>();
        nodes.forEach(node -> Optional.ofNullable(runs.roots().get(node)).ifPresent(root -> roots.put(node, root)));
        return new RunOrder(
                UUID.nameUUIDFromBytes(("repairs of plan " + planId).getBytes(StandardCharsets.UTF_8)),
                runs.lastNumber() + 1,
                RunMode.ACT,
                nodes,
                Optional.of(planId),
                ORDERED_BY,
                roots,
                false,
                // No file is moved without an order of an operator.
                Optional.of(new RepairScope(classes, List.of(), plan.endedAt().orElseThrow())));
    }
}
