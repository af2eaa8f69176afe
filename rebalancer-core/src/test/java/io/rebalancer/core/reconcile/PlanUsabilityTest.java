package io.rebalancer.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlanUsabilityTest {
    private static final Instant NOW = Instant.parse("2026-11-28T03:00:00Z");
    private static final StorageNodeId ONE = node(1);
    private static final StorageNodeId TWO = node(2);

    private static StorageNodeId node(int number) {
        return new StorageNodeId(number + ".stor.example.com");
    }

    private static NodeReport report(StorageNodeId node, Optional<AbortReason> fault) {
        return new NodeReport(
                node,
                fault,
                fault.map(reason -> "the fault of " + node).orElse(""),
                "root",
                Optional.of(NOW),
                Coverage.NONE,
                10,
                Map.of(DriftKind.ORPHAN_FILE, 1L),
                SkippedCounts.NONE,
                ContentCounts.NONE,
                0);
    }

    private static RunState plan(RunMode mode, boolean metadataComplete, NodeReport... reports) {
        List<StorageNodeId> nodes = Stream.of(reports).map(NodeReport::node).toList();
        RunState plan = RunState.EMPTY
                .apply(new RunEvent.RunCreated(
                        new RunOrder(
                                new UUID(1, 1),
                                1,
                                mode,
                                nodes,
                                Optional.empty(),
                                "ann",
                                Map.of(),
                                false,
                                Optional.empty()),
                        NOW))
                .apply(new RunEvent.MetadataRead(
                        List.of(new ShardCoverage(1, 1, 0, 1, metadataComplete, NOW, "")), NOW));
        for (NodeReport each : reports) {
            plan = plan.apply(new RunEvent.NodeCompared(each, NOW));
        }
        return plan;
    }

    private static RunState finished(NodeReport... reports) {
        return plan(RunMode.PLAN, true, reports).apply(new RunEvent.RunFinished(NOW));
    }

    private static PlanUsability decide(RunState plan, Instant now) {
        return PlanUsability.of(plan, List.of(), Set.of(), now);
    }

    private static void assertRefused(PlanUsability usable, String why) {
        assertThat(usable.refusal()).hasValueSatisfying(text -> assertThat(text).contains(why));
        assertThat(usable.nodes()).isEmpty();
        assertThat(usable.quarantineOn()).isEmpty();
    }

    @Test
    void allNodesThatWereComparedAreRepaired() {
        PlanUsability usable = decide(finished(report(ONE, Optional.empty()), report(TWO, Optional.empty())), NOW);
        assertThat(usable.refusal()).isEmpty();
        assertThat(usable.nodes()).containsExactly(ONE, TWO);
        assertThat(usable.quarantineOn()).containsExactly(ONE, TWO);
    }

    @Test
    void onlyAFinishedPlanOfTheLastDayIsUsed() {
        NodeReport fine = report(ONE, Optional.empty());
        assertThat(decide(finished(fine), NOW.plus(PlanUsability.PLAN_AGE)).refusal())
                .isEmpty();
        assertRefused(decide(finished(fine), NOW.plus(PlanUsability.PLAN_AGE).plusMillis(1)), "more than 24 h ago");
        assertRefused(decide(plan(RunMode.PLAN, true, fine), NOW), "not finished");
        assertRefused(
                decide(plan(RunMode.OBSERVE, true, fine).apply(new RunEvent.RunFinished(NOW)), NOW), "mode is observe");
        assertRefused(
                decide(
                        plan(RunMode.PLAN, true, fine)
                                .apply(new RunEvent.RunAborted(AbortReason.CANCELED, "cancelled by ann", NOW)),
                        NOW),
                "cancelled by ann");
    }

    @ParameterizedTest
    @EnumSource
    void aNodeWithAFaultGivesUpNoFiles(AbortReason fault) {
        PlanUsability usable = decide(finished(report(ONE, Optional.of(fault)), report(TWO, Optional.empty())), NOW);
        assertThat(usable.quarantineOn()).containsExactly(TWO);
        assertThat(usable.nodes().contains(ONE)).isEqualTo(fault == AbortReason.COVERAGE_INCOMPLETE);
    }

    @Test
    void withoutAllRecordsNoNodeGivesUpFiles() {
        RunState plan = plan(RunMode.PLAN, false, report(ONE, Optional.empty())).apply(new RunEvent.RunFinished(NOW));
        assertThat(decide(plan, NOW).nodes()).containsExactly(ONE);
        assertThat(decide(plan, NOW).quarantineOn()).isEmpty();
    }

    @Test
    void onlyTheWantedNodesAreRepaired() {
        RunState plan = finished(report(ONE, Optional.empty()), report(TWO, Optional.empty()));
        assertThat(PlanUsability.of(plan, List.of(TWO), Set.of(), NOW).nodes()).containsExactly(TWO);
        assertRefused(PlanUsability.of(plan, List.of(TWO, node(9)), Set.of(), NOW), "does not contain");
    }

    @Test
    void aTrippedBreakerIsOverriddenForItsNodeOnly() {
        RunState plan =
                finished(report(ONE, Optional.of(AbortReason.BREAKER)), report(TWO, Optional.of(AbortReason.BREAKER)));
        assertRefused(decide(plan, NOW), "the fault of " + ONE);
        PlanUsability usable = PlanUsability.of(plan, List.of(), Set.of(TWO), NOW);
        assertThat(usable.nodes()).containsExactly(TWO);
        assertThat(usable.quarantineOn()).containsExactly(TWO);
    }

    @Test
    void ifManyBreakersTripNoNodeIsRepaired() {
        NodeReport[] reports = IntStream.range(0, 6)
                .mapToObj(i -> report(node(i), i < 4 ? Optional.of(AbortReason.BREAKER) : Optional.empty()))
                .toArray(NodeReport[]::new);
        assertRefused(decide(finished(reports), NOW), "differs on 4 storage nodes");
        assertThat(PlanUsability.of(finished(reports), List.of(), Set.of(node(0)), NOW)
                        .nodes())
                .containsExactly(node(0), node(4), node(5));
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void eachClassHasALimit(Repair repair) {
        assertThat(new RepairLimits(3, 4, Duration.ZERO, Duration.ZERO, 5).of(repair))
                .isEqualTo(
                        switch (repair) {
                            case QUARANTINE -> 4;
                            case PURGE -> 5;
                            default -> 3;
                        });
    }

    @Test
    void aRepairWaitsLongerAfterEachFailureFromTheThirdOn() {
        assertThat(ParkingRule.isParked(new ParkingRule.Failures(2, NOW), NOW)).isFalse();
        for (int failures = 3; failures < 20; failures++) {
            Duration pause = Duration.ofDays(1L << Math.min(failures - 3, 5));
            ParkingRule.Failures known = new ParkingRule.Failures(failures, NOW);
            assertThat(ParkingRule.isParked(known, NOW.plus(pause).minusMillis(1)))
                    .isTrue();
            assertThat(ParkingRule.isParked(known, NOW.plus(pause))).isFalse();
        }
    }
}
