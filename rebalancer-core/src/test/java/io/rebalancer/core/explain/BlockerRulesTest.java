package io.rebalancer.core.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bottleneck is the stage in front of which records pile up, and the blockers are in the order of their weight. */
class BlockerRulesTest {
    private static final Instant AT = Instant.parse("2026-11-27T10:00:00Z");
    private static final CopyLocation NODE = new CopyLocation("dc1", new StorageNodeId("1.stor.d"));
    private static final StageRates BUSY = new StageRates(60, 6000, 600, 500, 400);
    private static final StageRates ENDING = new StageRates(60, 0, 0, 5, 4);
    private static final int MAX = 4;
    private static final int PARALLELISM = 16;

    private JobState state = JobState.EMPTY
            .apply(new JobEvent.JobCreated(NODE, 0, AT))
            .apply(new JobEvent.PassStarted(1, AT, PassScope.ALL_RECORDS));

    private void apply(JobEvent event) {
        state = state.apply(event);
    }

    private static CopyTask task(int number) {
        return new CopyTask(
                new RecordRef(1, "/o/stor/" + number),
                new UUID(1, number),
                new UUID(2, 2),
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
    }

    private void plan(int number, int records, boolean copied) {
        UUID id = new UUID(3, number);
        apply(new JobEvent.AssignmentPlanned(
                new Assignment(
                        id,
                        NODE,
                        IntStream.range(0, records)
                                .mapToObj(i -> task(100 * number + i))
                                .toList()),
                Map.of()));
        if (copied) {
            apply(new JobEvent.CopiesFinished(id, List.of()));
        }
    }

    private void leave(Reason reason, int from, int records) {
        apply(new JobEvent.RecordsExcepted(
                IntStream.range(from, from + records)
                        .mapToObj(i -> new UnmovedRecord(
                                new RecordRef(1, "/o/stor/" + i), UnmovedRecord.Kind.SKIPPED, reason, "full"))
                        .toList(),
                Map.of()));
    }

    private int most = MAX;
    private int configured = MAX;

    private static JobWait wait(JobWait.Cause cause, int seconds) {
        return new JobWait(cause, AT.plusSeconds(seconds), Optional.empty(), cause + " in detail");
    }

    private JobBlockers blockers(StageRates rates, JobWait... waits) {
        return BlockerRules.of(new MeasuredJob(
                state.outline(),
                List.of(waits),
                Optional.of(new VerificationProgress(8, 3, 1000, 0)),
                rates,
                most,
                configured,
                PARALLELISM));
    }

    @Test
    void aSettingThatAllowsFewAssignmentsIsTheBottleneck() {
        IntStream.rangeClosed(1, MAX).forEach(i -> plan(i, 3, false));
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.AGENTS);
        configured = MAX + 1;
        JobBlockers found = blockers(BUSY);
        assertThat(found.bottleneck()).isEqualTo(Bottleneck.CAP);
        assertThat(found.advice()).contains("settings get --job");
    }

    @Test
    void aWindowThatIsClosedIsTheBottleneck() {
        apply(new JobEvent.WindowClosing(AT));
        apply(new JobEvent.WindowClosed(List.of(), AT));
        JobBlockers found = blockers(BUSY, wait(JobWait.Cause.WINDOW, 1));
        assertThat(found.bottleneck()).isEqualTo(Bottleneck.WINDOW);
        assertThat(found.blockers()).isNotEmpty().allMatch(each -> each.stage() == Bottleneck.WINDOW);
    }

    @Test
    void agentsAreTheBottleneckIfNoAssignmentMayBeAddedAndMostRecordsAreCopied() {
        plan(1, 2, true);
        IntStream.rangeClosed(2, MAX).forEach(i -> plan(i, 3, false));
        JobBlockers found = blockers(BUSY);
        assertThat(found.bottleneck()).isEqualTo(Bottleneck.AGENTS);
        assertThat(found.figures())
                .isEqualTo(
                        "9 records wait for copies, 2 for their commit; 4 of 4 assignments in flight; in 60 s: scanned"
                                + " rows 100.0/s, placed 10.0/s, copied 8.3/s, committed 6.7/s");
        assertThat(blockers(BUSY, wait(JobWait.Cause.AGENT_UNREACHABLE, 0)).advice())
                .contains("AGENT_UNREACHABLE in detail", "Start the agent");
    }

    /** A job at its limit has a free place for a moment whenever an assignment ends. */
    @Test
    void agentsAreTheBottleneckAlsoWhileAFewPlacesAreFree() {
        most = 24;
        configured = 24;
        IntStream.rangeClosed(1, 20).forEach(i -> plan(i, 3, false));
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.SCAN);
        plan(21, 3, false);
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.AGENTS);
    }

    @Test
    void commitsAreTheBottleneckIfMostRecordsAreCopiedAlready() {
        IntStream.rangeClosed(1, MAX).forEach(i -> plan(i, 3, i > 1));
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.COMMITS);
        assertThat(blockers(BUSY).advice()).contains("now 16");
        assertThat(blockers(BUSY, wait(JobWait.Cause.METADATA_SHARD, 0)).advice())
                .contains("METADATA_SHARD in detail");
    }

    @Test
    void aCommitParallelismThatAnOperatorLoweredIsACap() {
        IntStream.rangeClosed(1, MAX).forEach(i -> plan(i, 3, true));
        apply(new JobEvent.CommitParallelismSet(2));
        JobBlockers found = blockers(BUSY);
        assertThat(found.bottleneck()).isEqualTo(Bottleneck.CAP);
        assertThat(found.figures()).startsWith("an operator set the commit parallelism to 2, configured are 16");
        apply(new JobEvent.CommitParallelismSet(32));
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.COMMITS);
    }

    @Test
    void theScanIsTheBottleneckIfThePipelineIsNotFull() {
        plan(1, 3, false);
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.SCAN);
        assertThat(blockers(BUSY, wait(JobWait.Cause.METADATA_SHARD, 0)).figures())
                .contains("METADATA_SHARD in detail");
    }

    @Test
    void placementIsTheBottleneckIfObjectsWaitForADestination() {
        plan(1, 3, false);
        assertThat(blockers(BUSY, wait(JobWait.Cause.SPACE_BROKER_SILENT, 0)).bottleneck())
                .isEqualTo(Bottleneck.PLACEMENT);
    }

    @Test
    void atTheEndOfAPassItsLastAssignmentsAreTheBottleneck() {
        plan(1, 3, false);
        assertThat(blockers(ENDING).bottleneck()).isEqualTo(Bottleneck.AGENTS);
        apply(new JobEvent.CopiesFinished(new UUID(3, 1), List.of()));
        assertThat(blockers(ENDING).bottleneck()).isEqualTo(Bottleneck.COMMITS);
    }

    @Test
    void anOrderThatAllowsNoFurtherRecordIsACap() {
        state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(NODE, 2, AT))
                .apply(new JobEvent.PassStarted(1, AT, PassScope.ALL_RECORDS));
        leave(Reason.NO_DESTINATION, 0, 2);
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.CAP);
    }

    @Test
    void betweenTwoPassesTheStageOfMostUnmovedRecordsIsNamed() {
        leave(Reason.MD5_MISMATCH, 0, 3);
        leave(Reason.NO_DESTINATION, 3, 2);
        leave(Reason.OBJECT_ALREADY_IN_DATACENTER, 5, 2);
        apply(new JobEvent.PassFinished(1, Optional.of(AT)));
        JobBlockers found = blockers(StageRates.NONE, wait(JobWait.Cause.NEXT_PASS, 0));
        assertThat(found.bottleneck()).isEqualTo(Bottleneck.PLACEMENT);
        assertThat(found.figures()).isEqualTo("4 of 7 unmoved records wait for this stage");
        assertThat(found.blockers())
                .extracting(each -> each.cause() + " " + each.records())
                .containsExactly("next_pass 0", "md5_mismatch 3", "no_destination 2", "object_already_in_datacenter 2");
    }

    @Test
    void aVerificationReadsOrWaitsForOtherJobs() {
        apply(new JobEvent.PassFinished(1, Optional.of(AT)));
        apply(new JobEvent.VerificationStarted(AT));
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.SCAN);
        assertThat(blockers(BUSY).figures()).isEqualTo("3 of 8 shards are verified, 1000 rows read");
        assertThat(blockers(BUSY, wait(JobWait.Cause.OTHER_JOBS, 0)).bottleneck())
                .isEqualTo(Bottleneck.NONE);
    }

    @Test
    void whatStopsTheJobIsFirstThenTheLongestWait() {
        leave(Reason.MD5_MISMATCH, 0, 1);
        apply(new JobEvent.JobPausing(AT));
        JobBlockers found =
                blockers(BUSY, wait(JobWait.Cause.PAUSE_UNCONFIRMED, 9), wait(JobWait.Cause.WRITES_IN_PROGRESS, 3));
        assertThat(found.bottleneck()).isEqualTo(Bottleneck.NONE);
        assertThat(found.blockers())
                .extracting(Blocker::cause)
                .containsExactly("pausing", "writes_in_progress", "pause_unconfirmed", "md5_mismatch");
    }

    @Test
    void aCancelledJobWaitsForItsAgents() {
        plan(1, 3, false);
        apply(new JobEvent.JobCancelling(AT));
        assertThat(blockers(BUSY).bottleneck()).isEqualTo(Bottleneck.AGENTS);
    }

    @ParameterizedTest
    @EnumSource
    void everyCauseOfAWaitHasAStageAndAnAdvice(JobWait.Cause cause) {
        assertThat(WaitRules.stage(cause, false)).isNotNull();
        assertThat(WaitRules.unblock(cause)).endsWith(".");
        assertThat(blockers(BUSY, wait(cause, 0)).blockers()).singleElement().satisfies(each -> {
            assertThat(each.detail()).isEqualTo(cause + " in detail");
            assertThat(each.unblock()).isEqualTo(WaitRules.unblock(cause));
        });
    }

    @Test
    void rowsThatNoPassMovesAndTheReasonOfAFailureAreBlockers() {
        apply(new JobEvent.PassFinished(1, Optional.of(AT)));
        apply(new JobEvent.VerificationStarted(AT));
        apply(new JobEvent.VerificationFinished(
                List.of(new ShardEvidence(
                        1,
                        "test",
                        RowWatermark.NONE,
                        new RowWatermark(9, 0),
                        true,
                        new VerifiedRows(9, 0, 2, 3, 4),
                        List.of(),
                        AT,
                        AT)),
                AT));
        apply(new JobEvent.JobEnded(JobPhase.FAILED, "shard 3 is broken", AT));
        assertThat(blockers(StageRates.NONE).blockers())
                .extracting(each -> each.cause() + " " + each.records())
                .containsExactly("failed 0", "excluded_records 3", "unreadable_rows 2", "multipart_uploads 4");
        assertThat(blockers(StageRates.NONE).blockers().get(0).detail()).contains("shard 3 is broken");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.MATCH_ANY,
            names = {"DONE.*", "LIMIT_REACHED", "CANCELLED"})
    void anEndedJobHasNoBottleneckAndNoWaits(JobPhase phase) {
        apply(new JobEvent.JobEnded(phase, "", AT));
        JobBlockers found = blockers(StageRates.NONE, wait(JobWait.Cause.RELEASE, 0));
        assertThat(found.bottleneck()).isEqualTo(Bottleneck.NONE);
        assertThat(found.blockers()).isEmpty();
    }
}
