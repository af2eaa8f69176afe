package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RepairScope;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The end of each run is in the audit log, once. */
@Tag("slow")
class RunEndAuditTest extends ScheduleFixture {
    private static final UUID PLAN = new UUID(1, 1);

    private UUID end() {
        UUID run = UUID.randomUUID();
        await().atMost(TIMEOUT)
                .until(() -> register(run, false, ONE, TWO).equals(new ScheduleMessage.RunRegistered(run)));
        awaitOrder(run);
        finish(
                run,
                compared(ONE, Map.of(DriftKind.MISSING_COPY, 3L)),
                NodeReport.unknown(TWO, AbortReason.NODE_UNAVAILABLE, "no answer"));
        return run;
    }

    private List<String> entriesOf(UUID run) {
        return audit.entries().stream()
                .filter(entry -> entry.contains(run.toString()))
                .toList();
    }

    @Test
    void theEndOfARunIsRecorded() {
        UUID run = end();
        await().atMost(TIMEOUT).until(() -> ask().needed().isEmpty());
        assertThat(entriesOf(run))
                .singleElement()
                .asString()
                .startsWith("reconciliation.end-run " + run)
                .contains(
                        "mode=observe",
                        "phase=FINISHED",
                        "orderedBy=ann",
                        "nodes=2",
                        "compared=1",
                        "unknown=1",
                        "found=3")
                .doesNotContain("repaired", "abort=");
    }

    /** The schedule may crash between the entry and its acknowledgement, and runs repeat what they report. */
    @Test
    void itIsRecordedOnceAlsoAfterFailOversAndRepeatedReports() {
        audit.loseReplies(2);
        UUID first = end();
        await().atMost(TIMEOUT).until(() -> !entriesOf(first).isEmpty());
        failOver();
        schedule.tell(new ScheduleMessage.RunEnded(first, Map.of()));
        await().atMost(TIMEOUT).until(() -> ask().needed().isEmpty());
        failOver();
        schedule.tell(new ScheduleMessage.RunEnded(first, Map.of()));
        UUID second = end();
        await().atMost(TIMEOUT)
                .until(() -> !entriesOf(second).isEmpty() && ask().needed().isEmpty());
        assertThat(audit.entries()).hasSize(2);
        assertThat(audit.appends())
                .as("the entry whose replies were lost is repeated")
                .isEqualTo(4);
    }

    @Test
    void noEndIsLostWhileTheAuditLogCannotBeWritten() {
        audit.failFrom(0);
        UUID first = end();
        UUID second = end();
        await().atMost(TIMEOUT).until(() -> ask().needed().containsAll(Set.of(first, second)));
        failOver();
        int attempts = audit.appends();
        await().atMost(TIMEOUT).until(() -> audit.appends() > attempts + 2);
        assertThat(audit.entries()).isEmpty();
        assertThat(ask().needed()).contains(first, second);
        audit.failFrom(Integer.MAX_VALUE);
        await().atMost(TIMEOUT).until(() -> ask().needed().isEmpty());
        assertThat(entriesOf(first)).hasSize(1);
        assertThat(entriesOf(second)).hasSize(1);
    }

    @Test
    void theEntryOfARunThatRepairsHasTheCountsOfAllClassesAndNodes() {
        StorageNodeId three = new StorageNodeId("3.stor");
        UUID id = new UUID(1, 2);
        RunState run = RunState.EMPTY
                .apply(new RunEvent.RunCreated(
                        new RunOrder(
                                id,
                                7,
                                RunMode.ACT,
                                List.of(ONE, TWO, three),
                                Optional.of(PLAN),
                                "schedule",
                                Map.of(),
                                false,
                                Optional.of(new RepairScope(Set.of(Repair.COPY_AGAIN), List.of(), Instant.EPOCH))),
                        Instant.EPOCH))
                .apply(new RunEvent.NodeRepaired(
                        new RepairReport(
                                ONE,
                                Optional.empty(),
                                "",
                                Map.of(
                                        Repair.COPY_AGAIN, new RepairCounts(1, 2, 3, 4, 5),
                                        Repair.ADD_COPY, new RepairCounts(10, 0, 0, 0, 0))),
                        Instant.EPOCH))
                .apply(new RunEvent.NodeRepaired(
                        new RepairReport(
                                TWO,
                                Optional.of(AbortReason.NODE_UNAVAILABLE),
                                "no answer",
                                Map.of(Repair.COPY_AGAIN, new RepairCounts(100, 0, 0, 0, 7))),
                        Instant.EPOCH))
                .apply(new RunEvent.RunAborted(AbortReason.DEADLINE, "too long", Instant.EPOCH.plusSeconds(60)));
        assertThat(RunEndAudit.fact(run).parameters())
                .isEqualTo(Map.ofEntries(
                        Map.entry("mode", "act"),
                        Map.entry("phase", "ABORTED"),
                        Map.entry("abort", "deadline"),
                        Map.entry("detail", "too long"),
                        Map.entry("orderedBy", "schedule"),
                        Map.entry("plan", PLAN.toString()),
                        Map.entry("at", "1970-01-01T00:01:00Z"),
                        Map.entry("nodes", "3"),
                        Map.entry("compared", "1"),
                        Map.entry("unknown", "1"),
                        Map.entry("repaired", "111"),
                        Map.entry("noLongerTrue", "2"),
                        Map.entry("failed", "3"),
                        Map.entry("parked", "4"),
                        Map.entry("left", "12")));
        assertThat(RunEndAudit.fact(run).id()).isEqualTo(RunEndAudit.fact(run).id());
        assertThat(RunEndAudit.fact(run).subject()).isEqualTo(id.toString());
    }
}
