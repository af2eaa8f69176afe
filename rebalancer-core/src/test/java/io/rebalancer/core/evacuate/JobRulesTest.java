package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class JobRulesTest {
    private JobState job = JobState.EMPTY;
    private Instant now = Samples.NOW;

    @Test
    void aJobOnAnEmptyNodeIsDoneAfterOnePass() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        run(finishPass());
        verify(0);
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
        assertThat(job.counts().discovered()).isZero();
    }

    @Test
    void aPassThatLeavesNoRecordIsFollowedByAVerification() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(commit(Samples.assignmentId(1), new SettledCounts(2, 0, 0, 0, 10)));
        run(finishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.VERIFYING);
        verify(0);
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
        assertThat(job.outcomes().settled().relocated()).isEqualTo(2);
        assertThat(job.verification().orElseThrow().rows().read()).isEqualTo(10);
    }

    @Test
    void rowsThatAVerificationFindsAreMovedByAnotherPass() {
        running();
        run(finishPass());
        verify(3);
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        assertThat(job.phase()).isEqualTo(JobPhase.RUNNING);
    }

    @Test
    void anExcludedRowOrAnOpenUploadKeepsAJobFromBeingDone() {
        running();
        run(finishPass());
        run(new JobCommand.FinishVerification(List.of(Samples.evidence(1, new VerifiedRows(10, 0, 0, 2, 1), true))));
        assertThat(job.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
        assertThat(job.reason()).contains("2 records are excluded", "1 multipart uploads");
    }

    @Test
    void aVerificationThatIsNotOverProvesNothingToTheNextIncarnation() {
        running();
        run(finishPass());
        run(new JobCommand.TakeOver());
        assertThat(job.phase()).isEqualTo(JobPhase.VERIFYING);
        assertThat(job.verification()).isEmpty();
    }

    @Test
    void anIncarnationBeginsBeyondTheEpochThatAnAgentKnows() {
        running();
        assertThat(job.epoch()).isEqualTo(1);
        assertThat(run(new JobCommand.OvertakeFence(1))).isEmpty();
        run(new JobCommand.OvertakeFence(5));
        assertThat(job.epoch()).isEqualTo(6);
        assertThat(run(new JobCommand.OvertakeFence(5))).isEmpty();
        assertThat(run(new JobCommand.OvertakeFence(6))).isEmpty();
        run(new JobCommand.TakeOver());
        assertThat(job.epoch()).isEqualTo(7);
    }

    @Test
    void anAssignmentStaysInTheLedgerUntilItsAgentHasStoredTheRelease() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(commit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5)));
        run(finishPass());
        verify(0);
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
        assertThat(job.isActive()).isTrue();
        run(new JobCommand.TakeOver());
        assertThat(job.epoch()).isEqualTo(2);
        run(new JobCommand.ReportReleased(List.of(Samples.assignmentId(1))));
        assertThat(run(new JobCommand.ReportReleased(List.of(Samples.assignmentId(1)))))
                .isEmpty();
        assertThat(job.isActive()).isFalse();
    }

    @Test
    void theCopiesOfALostAssignmentAreUnwantedUnlessALaterOneIsCommittedOnTheSameNode() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.LoseAssignment(Samples.assignmentId(1), Reason.DESTINATION_UNREACHABLE, "no answer"));
        assertThat(unwanted()).containsExactly(Samples.uuid(1), Samples.uuid(2));
        run(new JobCommand.Plan(Samples.assignment(2, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(2), List.of()));
        run(commit(Samples.assignmentId(2), new SettledCounts(1, 0, 0, 0, 5)));
        assertThat(unwanted()).containsExactly(Samples.uuid(1));
    }

    private List<UUID> unwanted() {
        return job.releases().find(Samples.assignmentId(1)).orElseThrow().unwanted();
    }

    @Test
    void theCopiesOfAnAgentThatIsGoneAreRecordedAsOrphans() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.LoseAssignment(Samples.assignmentId(1), Reason.DESTINATION_UNREACHABLE, "no answer"));
        run(new JobCommand.AbandonRelease(Samples.assignmentId(1), "no answer for a day"));
        assertThat(job.releases().all()).isEmpty();
        assertThat(job.outcomes().orphans()).isEqualTo(2);
    }

    @Test
    void nothingIsPlannedWhileTooManyReleasesArePending() {
        running();
        for (int id = 1; id <= PendingReleases.MAX; id++) {
            run(new JobCommand.Plan(Samples.assignment(id, id), Map.of()));
            run(new JobCommand.LoseAssignment(Samples.assignmentId(id), Reason.DESTINATION_UNREACHABLE, "gone"));
        }
        assertThat(refusal(new JobCommand.Plan(Samples.assignment(9999, 9999), Map.of())))
                .isEqualTo(Decision.Code.RELEASES_PENDING);
    }

    @Test
    void aCancelledJobEndsWhenEveryAgentHasAcknowledgedItsReleases() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(new JobCommand.Plan(Samples.assignment(2, 2), Map.of()));
        run(new JobCommand.Cancel());
        assertThat(job.phase()).isEqualTo(JobPhase.CANCELLING);
        assertThat(run(new JobCommand.Cancel())).isEmpty();
        assertThat(refusal(new JobCommand.Plan(Samples.assignment(3, 3), Map.of())))
                .isEqualTo(Decision.Code.JOB_NOT_RUNNING);
        assertThat(refusal(new JobCommand.FinishCancelling())).isEqualTo(Decision.Code.ASSIGNMENT_IN_FLIGHT);
        run(commit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5)));
        run(new JobCommand.LoseAssignment(Samples.assignmentId(2), Reason.JOB_ENDED, "cancelled"));
        assertThat(refusal(new JobCommand.FinishCancelling())).isEqualTo(Decision.Code.RELEASES_PENDING);
        assertThat(job.mayEndEarly()).isFalse();
        run(new JobCommand.ReportReleased(List.of(Samples.assignmentId(1), Samples.assignmentId(2))));
        assertThat(job.mayEndEarly()).isTrue();
        run(new JobCommand.FinishCancelling());
        assertThat(job.phase()).isEqualTo(JobPhase.CANCELLED);
        assertThat(job.reason()).isEqualTo("cancelled by an operator");
        assertThat(job.counts().settled().total()).isEqualTo(1);
        assertThat(run(new JobCommand.Cancel())).isEmpty();
    }

    @Test
    void aFailingJobEndsItsAssignmentsFirst() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(new JobCommand.Plan(Samples.assignment(2, 2), Map.of()));
        run(new JobCommand.Fail("shard 7 rejects the scan"));
        assertThat(job.phase()).isEqualTo(JobPhase.FAILING);
        assertThat(refusal(new JobCommand.Plan(Samples.assignment(3, 3), Map.of())))
                .isEqualTo(Decision.Code.JOB_NOT_RUNNING);
        assertThat(refusal(new JobCommand.FinishFailing())).isEqualTo(Decision.Code.ASSIGNMENT_IN_FLIGHT);
        run(commit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5)));
        run(new JobCommand.LoseAssignment(Samples.assignmentId(2), Reason.JOB_ENDED, "the job fails"));
        run(new JobCommand.FinishFailing());
        assertThat(job.phase()).isEqualTo(JobPhase.FAILED);
        assertThat(job.reason()).isEqualTo("shard 7 rejects the scan");
        assertThat(job.counts().inFlight()).isZero();
        assertThat(job.counts().discovered()).isEqualTo(2);
    }

    @Test
    void recordsThatWaitForSpaceGetTimeAndNotOnlyAttempts() {
        running();
        for (int pass = 1; pass <= 10; pass++) {
            run(new JobCommand.Except(List.of(Samples.exception(1, Reason.NO_DESTINATION)), Map.of()));
            run(new JobCommand.FinishPass(Duration.ofHours(1)));
            assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
            run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        }
        now = now.plus(Duration.ofHours(1));
        run(new JobCommand.Except(List.of(Samples.exception(1, Reason.NO_DESTINATION)), Map.of()));
        run(new JobCommand.FinishPass(Duration.ofHours(1)));
        assertThat(job.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
    }

    @Test
    void theTimeOfAPauseIsNotTimeInWhichRecordsWaitForSpace() {
        running();
        for (int pass = 1; pass <= 4; pass++) {
            run(new JobCommand.Except(List.of(Samples.exception(1, Reason.NO_DESTINATION)), Map.of()));
            run(new JobCommand.FinishPass(Duration.ofHours(1)));
            run(new JobCommand.Pause());
            run(new JobCommand.FinishPausing(Set.of()));
            now = now.plus(Duration.ofHours(8));
            run(new JobCommand.Resume());
            assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
            run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        }
        now = now.plus(Duration.ofHours(1));
        run(new JobCommand.Except(List.of(Samples.exception(1, Reason.NO_DESTINATION)), Map.of()));
        run(new JobCommand.FinishPass(Duration.ofHours(1)));
        assertThat(job.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
    }

    @Test
    void everyStartFromTheJournalBeginsANewIncarnation() {
        running();
        assertThat(job.epoch()).isEqualTo(1);
        run(new JobCommand.TakeOver());
        run(new JobCommand.TakeOver());
        assertThat(job.epoch()).isEqualTo(3);
        run(finishPass());
        verify(0);
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
        run(new JobCommand.TakeOver());
        assertThat(job.epoch()).isEqualTo(3);
    }

    @Test
    void aPassDoesNotEndWhileAnAssignmentIsInFlight() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        assertThat(refusal(finishPass())).isEqualTo(Decision.Code.ASSIGNMENT_IN_FLIGHT);
    }

    @Test
    void anObjectIsNeverInTwoAssignments() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        assertThat(refusal(new JobCommand.Plan(Samples.assignment(2, 2, 3), Map.of())))
                .isEqualTo(Decision.Code.ASSIGNMENT_IN_FLIGHT);
    }

    @Test
    void transientFailuresAreRetriedBeforeTheJobEnds() {
        running();
        for (int pass = 1; pass <= JobRules.MAX_FRUITLESS_PASSES; pass++) {
            assertThat(job.phase()).isEqualTo(JobPhase.RUNNING);
            run(new JobCommand.Except(List.of(Samples.exception(1, Reason.SOURCE_OTHER_ERROR)), Map.of()));
            run(finishPass());
            if (!job.phase().terminal()) {
                run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
            }
        }
        assertThat(job.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
        assertThat(job.passes().number()).isEqualTo(JobRules.MAX_FRUITLESS_PASSES);
        assertThat(job.counts().skipped()).isEqualTo(1);
        assertThat(job.counts().discovered()).isEqualTo(1);
    }

    @Test
    void permanentFailuresAreNotRetried() {
        running();
        run(new JobCommand.Except(List.of(Samples.exception(1, Reason.BAD_MANTA_OBJECT)), Map.of()));
        run(finishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
    }

    /** A resumed scan finds the records behind its marks again, and only those. */
    @Test
    void aNewIncarnationCountsTheUnmovedRecordsBeforeTheMarksOnly() {
        running();
        ScanTracker tracker = new ScanTracker(Map.of());
        ScanTracker.Chunk chunk = tracker.begin(1, ScanPosition.at(ScanColumn.ID, 10), 1);
        UnmovedRecord before = Samples.exception(1, Reason.NO_DESTINATION);
        tracker.settle(chunk, before);
        run(new JobCommand.Except(List.of(before), tracker.takeMoved()));
        run(new JobCommand.Except(List.of(Samples.exception(2, Reason.NO_DESTINATION)), Map.of()));
        assertThat(job.counts().skipped()).isEqualTo(2);
        run(new JobCommand.TakeOver());
        assertThat(job.counts().skipped()).isEqualTo(1);
        assertThat(job.outcomes().unmoved().skippedBy()).containsExactly(Map.entry(Reason.NO_DESTINATION, 1L));
    }

    @Test
    void theUnmovedRecordsOfAResumedAssignmentAreCountedWhenTheirRowsAreFound() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.TakeOver());
        run(new JobCommand.LoseAssignment(Samples.assignmentId(1), Reason.DESTINATION_UNREACHABLE, "killed"));
        assertThat(job.counts().discovered()).isZero();
        run(new JobCommand.Plan(Samples.assignment(2, 1, 2), Map.of()));
        run(new JobCommand.LoseAssignment(Samples.assignmentId(2), Reason.DESTINATION_UNREACHABLE, "killed"));
        assertThat(job.counts().skipped()).isEqualTo(2);
    }

    /** A record of the same object in another shard is counted with its own row. */
    @Test
    void aFurtherRecordOfAnObjectIsNotCountedWithTheAssignment() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(new JobCommand.ReportCommit(
                Samples.assignmentId(1),
                new SettledCounts(1, 0, 0, 0, 5),
                List.of(Samples.exception(9, Reason.METADATA_UPDATE_FAILED)),
                List.of(),
                List.of()));
        assertThat(job.counts().discovered()).isEqualTo(1);
    }

    @Test
    void aCommitReplacesTheReasonOfARecordThatWasNotCopied() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2, 3), Map.of()));
        run(new JobCommand.ReportCopies(
                Samples.assignmentId(1),
                List.of(Samples.exception(1, Reason.UNRECOVERABLE), Samples.exception(2, Reason.UNRECOVERABLE))));
        JobCommand.ReportCommit judged = new JobCommand.ReportCommit(
                Samples.assignmentId(1),
                SettledCounts.ZERO,
                List.of(Samples.exception(1, Reason.SOURCE_OBJECT_NOT_FOUND)),
                List.of(),
                List.of());
        assertThat(refusal(judged))
                .as("record 3 was copied and is not accounted for")
                .isEqualTo(Decision.Code.BAD_REQUEST);
        run(new JobCommand.ReportCommit(
                Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5), judged.failures(), List.of(), List.of()));
        assertThat(job.outcomes().unmoved().skippedBy())
                .isEqualTo(Map.of(Reason.UNRECOVERABLE, 1L, Reason.SOURCE_OBJECT_NOT_FOUND, 1L));
        assertThat(job.counts().discovered()).isEqualTo(3);
    }

    /** A take-over between two passes, or after the end, scans nothing again. */
    @Test
    void aNewIncarnationKeepsTheCountsOfAFinishedPass() {
        running();
        run(new JobCommand.Except(List.of(Samples.exception(1, Reason.NO_DESTINATION)), Map.of()));
        run(finishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
        run(new JobCommand.TakeOver());
        assertThat(job.counts().skipped()).isEqualTo(1);
    }

    @Test
    void aPassAfterAVerificationThatFoundRowsVisitsAllRecords() {
        running();
        run(finishPass());
        run(new JobCommand.FinishVerification(List.of(Samples.evidence(1, 3))));
        run(new JobCommand.StartPass(PassScope.UNMOVED_RECORDS));
        assertThat(job.passes().scope()).isEqualTo(PassScope.ALL_RECORDS);
    }

    @Test
    void aPassAfterOneThatLeftRecordsMayVisitThoseOnly() {
        running();
        run(new JobCommand.Except(List.of(Samples.exception(1, Reason.NO_DESTINATION)), Map.of()));
        run(finishPass());
        run(new JobCommand.StartPass(PassScope.UNMOVED_RECORDS));
        assertThat(job.passes().scope()).isEqualTo(PassScope.UNMOVED_RECORDS);
    }

    /** An agent repeats its acceptance with each reminder. */
    @Test
    void anAcceptanceIsStoredOnce() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        JobCommand accepted = new JobCommand.ReportAccepted(Samples.assignmentId(1));
        assertThat(run(accepted)).hasSize(1);
        assertThat(job.outline().assignments())
                .extracting(AssignmentOutline::state)
                .containsExactly(AssignmentState.ACCEPTED);
        assertThat(run(accepted)).isEmpty();
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        assertThat(run(accepted)).isEmpty();
        assertThat(job.outline().assignments())
                .extracting(AssignmentOutline::state)
                .containsExactly(AssignmentState.COPIED);
    }

    @Test
    void recordsWithFailedCopiesRemainUnmovedWhenTheRestIsCommitted() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of(Samples.exception(2, Reason.MD5_MISMATCH))));
        run(commit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5)));
        assertThat(job.counts().discovered()).isEqualTo(2);
        assertThat(job.outcomes().settled().relocated()).isEqualTo(1);
        assertThat(job.counts().skipped()).isEqualTo(1);
    }

    @Test
    void aCommitMustAccountForEveryCopiedRecord() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        assertThat(refusal(commit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5))))
                .isEqualTo(Decision.Code.BAD_REQUEST);
    }

    @Test
    void anAssignmentWithFinishedCopiesIsNeverLost() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        assertThat(run(new JobCommand.LoseAssignment(
                        Samples.assignmentId(1), Reason.DESTINATION_UNREACHABLE, "no answer for 60 s")))
                .isEmpty();
        assertThat(job.inFlight().all()).hasSize(1);
    }

    @Test
    void aJobWithExcludedRecordsIsDoneWithExceptions() {
        running();
        run(new JobCommand.Advance(Map.of(
                1, ScanPosition.at(ScanColumn.ID, 9, "", 2), 2, ScanPosition.at(ScanColumn.KEY, 40, "/o/x", 3))));
        assertThat(job.scan().excluded()).isEqualTo(5);
        assertThat(job.counts().discovered()).isZero();
        run(finishPass());
        run(new JobCommand.FinishVerification(List.of(Samples.evidence(1, new VerifiedRows(10, 0, 0, 5, 0), true))));
        assertThat(job.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
        assertThat(job.scan().excluded()).isEqualTo(5);
    }

    @Test
    void aLowWaterMarkNeverMovesBack() {
        running();
        run(new JobCommand.Advance(Map.of(1, ScanPosition.at(ScanColumn.IDX, 7))));
        run(new JobCommand.Advance(Map.of(1, ScanPosition.at(ScanColumn.ID, 900))));
        assertThat(job.scan().marks()).containsEntry(1, ScanPosition.at(ScanColumn.IDX, 7));
    }

    @Test
    void aLimitedJobEndsWhenItReachesItsLimit() {
        run(new JobCommand.Create(Samples.LEAVING, 1));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(commit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5)));
        run(finishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.LIMIT_REACHED);
    }

    @Test
    void repeatingTheCreationIsAcceptedAndAnotherOrderIsRefused() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        assertThat(run(new JobCommand.Create(Samples.LEAVING, 0))).isEmpty();
        assertThat(refusal(new JobCommand.Create(Samples.location(2), 0))).isEqualTo(Decision.Code.JOB_ALREADY_EXISTS);
    }

    @Test
    void aLimitedJobRetriesFailuresBeforeItEnds() {
        run(new JobCommand.Create(Samples.LEAVING, 2));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.ReportCopies(
                Samples.assignmentId(1), List.of(Samples.exception(2, Reason.SOURCE_OTHER_ERROR))));
        run(commit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5)));
        run(finishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        run(new JobCommand.Plan(Samples.assignment(2, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(2), List.of()));
        run(commit(Samples.assignmentId(2), new SettledCounts(1, 0, 0, 0, 5)));
        run(finishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.LIMIT_REACHED);
        assertThat(job.counts().discovered()).isEqualTo(2);
    }

    @Test
    void beforeItsCreationAJobAcceptsOnlyTheCreation() {
        assertThat(refusal(new JobCommand.StartPass(PassScope.ALL_RECORDS))).isEqualTo(Decision.Code.JOB_NOT_FOUND);
    }

    private static JobCommand finishPass() {
        return new JobCommand.FinishPass(Duration.ZERO);
    }

    private static JobCommand commit(UUID assignmentId, SettledCounts settled) {
        return new JobCommand.ReportCommit(assignmentId, settled, List.of(), List.of(), List.of());
    }

    private void verify(long rowsNaming) {
        run(new JobCommand.FinishVerification(List.of(Samples.evidence(1, rowsNaming))));
    }

    private void running() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
    }

    private List<JobEvent> run(JobCommand command) {
        List<JobEvent> events = JobRules.decide(job, command, now).fold(accepted -> accepted, refused -> {
            throw new AssertionError(command + " refused: " + refused.detail());
        });
        events.forEach(event -> job = job.apply(event));
        return events;
    }

    private Decision.Code refusal(JobCommand command) {
        return JobRules.decide(job, command, now)
                .fold(
                        events -> {
                            throw new AssertionError(command + " accepted: " + events);
                        },
                        Decision.Refused::code);
    }
}
