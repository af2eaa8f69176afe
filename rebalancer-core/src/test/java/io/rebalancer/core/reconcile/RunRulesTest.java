package io.rebalancer.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-28T03:00:00Z");
    private static final StorageNodeId ONE = new StorageNodeId("1.stor.example.com");
    private static final StorageNodeId TWO = new StorageNodeId("2.stor.example.com");
    private static final RunOrder ORDER = new RunOrder(
            new UUID(0, 1),
            1,
            RunMode.OBSERVE,
            List.of(TWO, ONE, ONE),
            Optional.empty(),
            "ann",
            Map.of(),
            false,
            Optional.empty());

    private RunState run = RunState.EMPTY;

    private List<RunEvent> decide(RunCommand command) {
        List<RunEvent> events = RunRules.decide(run, command, NOW);
        events.forEach(event -> run = run.apply(event));
        return events;
    }

    private static ShardCoverage shard(int number, boolean complete) {
        return new ShardCoverage(number, 10, 0, 10, complete, NOW, complete ? "" : "no answer");
    }

    private static NodeReport report(StorageNodeId node) {
        return NodeReport.unknown(node, AbortReason.NODE_UNAVAILABLE, "no answer");
    }

    private void startComparing() {
        decide(new RunCommand.Create(ORDER));
        decide(new RunCommand.ReportMetadata(List.of(shard(1, true))));
    }

    @Test
    void aRunThatActsEndsWithItsLastRepairs() {
        decide(new RunCommand.Create(new RunOrder(
                new UUID(0, 1),
                1,
                RunMode.ACT,
                List.of(ONE, TWO),
                Optional.of(new UUID(0, 9)),
                "ann",
                Map.of(),
                false,
                Optional.of(new RepairScope(Set.of(Repair.QUARANTINE), List.of(ONE), NOW)))));
        assertThat(run.phase()).isEqualTo(RunPhase.ACTING);
        assertThat(decide(new RunCommand.ReportNode(report(ONE)))).isEmpty();
        assertThat(decide(new RunCommand.ReportMetadata(List.of(shard(1, true)))))
                .isEmpty();
        RepairReport one = new RepairReport(ONE, Optional.empty(), "", Map.of());
        decide(new RunCommand.ReportRepairs(one));
        assertThat(run.nodesLeft()).containsExactly(TWO);
        decide(new RunCommand.TakeOver());
        assertThat(run.phase()).isEqualTo(RunPhase.ACTING);
        assertThat(run.epoch()).isEqualTo(2);
        assertThat(decide(new RunCommand.ReportRepairs(one))).isEmpty();
        decide(new RunCommand.ReportRepairs(new RepairReport(TWO, Optional.empty(), "", Map.of())));
        assertThat(run.phase()).isEqualTo(RunPhase.FINISHED);
    }

    @Test
    void aRunThatComparesTakesNoRepairs() {
        startComparing();
        assertThat(decide(new RunCommand.ReportRepairs(new RepairReport(ONE, Optional.empty(), "", Map.of()))))
                .isEmpty();
    }

    @Test
    void aRunEndsWithItsLastNode() {
        startComparing();
        assertThat(run.phase()).isEqualTo(RunPhase.COMPARING);
        assertThat(run.nodesLeft()).containsExactly(TWO, ONE);
        assertThat(decide(new RunCommand.ReportNode(report(TWO)))).hasSize(1);
        assertThat(run.nodesLeft()).containsExactly(ONE);
        decide(new RunCommand.ReportNode(report(ONE)));
        assertThat(run.phase()).isEqualTo(RunPhase.FINISHED);
        assertThat(run.endedAt()).contains(NOW);
    }

    @Test
    void aRunOfTheLargestFleetEndsWithItsLastNode() {
        List<StorageNodeId> fleet = IntStream.range(0, RunOrder.MAX_NODES)
                .mapToObj(i -> new StorageNodeId(i + ".stor.example.com"))
                .toList();
        decide(new RunCommand.Create(new RunOrder(
                new UUID(0, 1),
                1,
                RunMode.OBSERVE,
                fleet,
                Optional.empty(),
                "ann",
                Map.of(),
                false,
                Optional.empty())));
        decide(new RunCommand.ReportMetadata(List.of(shard(1, true))));
        for (StorageNodeId node : fleet) {
            assertThat(run.phase()).isEqualTo(RunPhase.COMPARING);
            decide(new RunCommand.ReportNode(report(node)));
        }
        assertThat(run.phase()).isEqualTo(RunPhase.FINISHED);
        assertThat(run.reports()).hasSize(RunOrder.MAX_NODES);
        assertThat(run.outline().reports().keySet()).isEqualTo(run.reports().keySet());
    }

    @Test
    void aRepeatedCommandChangesNothing() {
        startComparing();
        assertThat(decide(new RunCommand.Create(ORDER))).isEmpty();
        assertThat(decide(new RunCommand.ReportMetadata(List.of(shard(1, true)))))
                .isEmpty();
        decide(new RunCommand.ReportNode(report(ONE)));
        assertThat(decide(new RunCommand.ReportNode(report(ONE)))).isEmpty();
        decide(new RunCommand.Abort(AbortReason.CANCELED, "ann"));
        assertThat(decide(new RunCommand.Abort(AbortReason.DEADLINE, "late"))).isEmpty();
        assertThat(decide(new RunCommand.ReportNode(report(TWO)))).isEmpty();
        assertThat(decide(new RunCommand.TakeOver())).isEmpty();
        assertThat(run.abort()).contains(AbortReason.CANCELED);
    }

    /** The claims were on the disk of the former manager; what is compared stays compared. */
    @Test
    void anotherManagerReadsTheClaimsAgainAndComparesTheOtherNodes() {
        startComparing();
        decide(new RunCommand.ReportNode(report(ONE)));
        decide(new RunCommand.TakeOver());
        assertThat(run.phase()).isEqualTo(RunPhase.READING_METADATA);
        assertThat(run.epoch()).isEqualTo(2);
        assertThat(run.token()).isEqualTo(new RunToken(ORDER.id(), 1, 2));
        assertThat(run.nodesLeft()).containsExactly(TWO);
        assertThat(decide(new RunCommand.ReportNode(report(TWO))))
                .as("of the former incarnation")
                .isEmpty();
    }

    @Test
    void metadataIsCompleteOnlyIfEveryRowOfEveryShardWasRead() {
        decide(new RunCommand.Create(ORDER));
        assertThat(run.metadataComplete()).isFalse();
        decide(new RunCommand.ReportMetadata(List.of(shard(1, true), shard(2, false))));
        assertThat(run.phase()).isEqualTo(RunPhase.COMPARING);
        assertThat(run.metadataComplete()).isFalse();
        run = RunState.EMPTY;
        startComparing();
        assertThat(run.metadataComplete()).isTrue();
        run = RunState.EMPTY;
        decide(new RunCommand.Create(ORDER));
        decide(new RunCommand.ReportMetadata(List.of(new ShardCoverage(1, 10, 1, 10, true, NOW, ""))));
        assertThat(run.metadataComplete())
                .as("an unreadable row may claim any copy")
                .isFalse();
    }

    @Test
    void withoutAnyShardThereIsNothingToCompare() {
        decide(new RunCommand.Create(ORDER));
        decide(new RunCommand.ReportMetadata(List.of(shard(1, false), shard(2, false))));
        assertThat(run.phase()).isEqualTo(RunPhase.ABORTED);
        assertThat(run.abort()).contains(AbortReason.METADATA_UNAVAILABLE);
        assertThat(run.detail()).contains("shard 1: no answer");
    }

    @Test
    void anOrderNeedsNodesAndOnlyActingNeedsAPlan() {
        assertThatThrownBy(() -> new RunOrder(
                        new UUID(0, 1),
                        1,
                        RunMode.OBSERVE,
                        List.of(),
                        Optional.empty(),
                        "ann",
                        Map.of(),
                        false,
                        Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RunOrder(
                        new UUID(0, 1),
                        1,
                        RunMode.ACT,
                        List.of(ONE),
                        Optional.empty(),
                        "ann",
                        Map.of(),
                        false,
                        Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLaterRunHasAHigherTokenWhateverItsEpoch() {
        RunToken earlier = new RunToken(new UUID(0, 9), 4, 7);
        assertThat(new RunToken(new UUID(0, 1), 5, 1)).isGreaterThan(earlier);
        assertThat(new RunToken(new UUID(0, 9), 4, 8)).isGreaterThan(earlier);
    }

    @Test
    void theScheduleKnowsWhoComparesANodeAndWhatRunsHaveSeen() {
        ScheduleState runs = ScheduleState.EMPTY.apply(new ScheduleEvent.RunRegistered(ORDER, NOW));
        assertThat(runs.lastNumber()).isEqualTo(1);
        assertThat(runs.busyWith(List.of(TWO))).contains(ORDER);
        assertThat(runs.busyWith(List.of(new StorageNodeId("3.stor.example.com"))))
                .isEmpty();
        ScheduleState closed = runs.apply(new ScheduleEvent.RunClosed(ORDER.id(), Map.of(ONE, "root"), NOW));
        assertThat(closed.busyWith(List.of(ONE, TWO))).isEmpty();
        assertThat(closed.hasEnded(ORDER.id())).isTrue();
        assertThat(closed.roots()).containsExactly(Map.entry(ONE, "root"));
        ScheduleState many = closed;
        for (int i = 0; i < ScheduleState.MAX_RECENT; i++) {
            many = many.apply(new ScheduleEvent.RunClosed(new UUID(5, i), Map.of(), NOW));
        }
        assertThat(many.recent()).hasSize(ScheduleState.MAX_RECENT);
        assertThat(many.hasEnded(ORDER.id())).isFalse();
    }

    @Test
    void theBreakerTripsOnSharesAboveAnAbsoluteNumber() {
        BreakerLimits limits = new BreakerLimits(0.5, 0.1, 10);
        assertThat(limits.tripsOnMissing(10, 10)).isFalse();
        assertThat(limits.tripsOnMissing(11, 11)).isTrue();
        assertThat(limits.tripsOnMissing(11, 22)).isFalse();
        assertThat(limits.tripsOnOrphans(11, 100)).isTrue();
        assertThat(limits.tripsOnOrphans(11, 110)).isFalse();
        assertThat(new BreakerLimits(0, 0, 0).tripsOnMissing(1, 1_000_000)).isTrue();
        assertThat(new BreakerLimits(0, 0, 0).tripsOnMissing(0, 0)).isFalse();
        assertThatThrownBy(() -> new BreakerLimits(1.1, 0, 0)).hasMessageContaining("missing-ratio");
        assertThatThrownBy(() -> new BreakerLimits(0, Double.NaN, 0)).hasMessageContaining("orphan-ratio");
        assertThatThrownBy(() -> new BreakerLimits(0, 0, -1)).hasMessageContaining("min-absolute");
    }

    @Test
    void aRunIsForgottenOnlyLongAfterItsEnd() {
        startComparing();
        assertThat(decide(new RunCommand.Forget(NOW.plusSeconds(1))))
                .as("it works")
                .isEmpty();
        decide(new RunCommand.Abort(AbortReason.CANCELED, "ann"));
        assertThat(decide(new RunCommand.Forget(NOW))).isEmpty();
        assertThat(decide(new RunCommand.Forget(NOW.plusMillis(1)))).containsExactly(new RunEvent.RunForgotten(NOW));
        assertThat(run).isEqualTo(RunState.EMPTY);
        assertThat(decide(new RunCommand.Forget(NOW.plusMillis(1))))
                .as("repeated")
                .isEmpty();
    }

    @Test
    void aRunWorksOnItsNodesInTheOrderOfItsOrder() {
        startComparing();
        decide(new RunCommand.TakeOver());
        assertThat(run.nodesLeft()).containsExactly(TWO, ONE);
    }
}
