package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.PlanUsability;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a finished plan allows now.
 *
 * @param refusal why an order without overrides is refused; absent if it is not
 * @param usableUntil after that time, every order is refused
 * @param nodes the storage nodes of the plan
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record PlanView(Optional<String> refusal, Instant usableUntil, List<PlannedNode> nodes) {

    /**
     * What the plan allows on one storage node.
     *
     * @param planned repairs by the word of their class; a class without any is absent
     * @param allowed words of the classes that may be carried out, also if nothing of a class is planned
     * @param needsOverride whether they need an override of the breaker
     * @param why why not everything is allowed without more ado; absent if it is
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record PlannedNode(
            String storageNode,
            Map<String, Long> planned,
            List<String> allowed,
            boolean needsOverride,
            Optional<String> why) {}

    /** Empty unless the run is a plan that has finished. */
    static Optional<PlanView> of(RunState run, Instant now) {
        boolean isPlan = run.phase() == RunPhase.FINISHED
                && run.order().filter(order -> order.mode() == RunMode.PLAN).isPresent();
        return isPlan ? Optional.of(view(run, now)) : Optional.empty();
    }

    private static PlanView view(RunState run, Instant now) {
        Set<StorageNodeId> tripped = run.reports().values().stream()
                .filter(PlanView::isTripped)
                .map(NodeReport::node)
                .collect(Collectors.toSet());
        PlanUsability most = PlanUsability.of(run, List.of(), tripped, now);
        return new PlanView(
                PlanUsability.of(run, List.of(), Set.of(), now).refusal(),
                run.endedAt().orElseThrow().plus(PlanUsability.PLAN_AGE),
                run.reports().values().stream()
                        .map(report -> node(run, report, most))
                        .toList());
    }

    private static boolean isTripped(NodeReport report) {
        return report.fault().equals(Optional.of(AbortReason.BREAKER));
    }

    private static PlannedNode node(RunState run, NodeReport report, PlanUsability usable) {
        List<String> allowed = new ArrayList<>();
        if (usable.nodes().contains(report.node())) {
            allowed.add(Repair.COPY_AGAIN.word());
            allowed.add(Repair.ADD_COPY.word());
        }
        if (usable.quarantineOn().contains(report.node())) {
            allowed.add(Repair.QUARANTINE.word());
        }
        return new PlannedNode(
                report.node().text(),
                planned(report),
                allowed,
                isTripped(report) && !allowed.isEmpty(),
                why(run, report, usable));
    }

    private static Optional<String> why(RunState run, NodeReport report, PlanUsability usable) {
        if (usable.refusal().isPresent()) {
            return usable.refusal();
        }
        if (report.fault().isPresent()) {
            return Optional.of(report.detail().isEmpty() ? report.fault().get().word() : report.detail());
        }
        if (!run.metadataComplete()) {
            return Optional.of("not every row of every shard was read, so no file is moved into quarantine");
        }
        return report.coverage().isComplete()
                ? Optional.empty()
                : Optional.of("not every file was listed, so no file is moved into quarantine");
    }

    private static Map<String, Long> planned(NodeReport report) {
        Map<Repair, Long> planned = new EnumMap<>(Repair.class);
        report.found().forEach((kind, found) -> {
            if (kind.repair() != Repair.NONE && found > 0) {
                planned.merge(kind.repair(), found, Long::sum);
            }
        });
        Map<String, Long> words = new TreeMap<>();
        planned.forEach((repair, found) -> words.put(repair.word(), found));
        return words;
    }
}
