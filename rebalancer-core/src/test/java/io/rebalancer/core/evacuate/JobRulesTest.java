package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobRulesTest {
    private JobState job = JobState.EMPTY;

    @Test
    void aJobOnAnEmptyNodeIsDoneAfterOnePass() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass());
        run(new JobCommand.FinishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
        assertThat(job.counts().discovered()).isZero();
    }

    @Test
    void aPassWithSettledRecordsIsFollowedByAnotherPass() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(new JobCommand.ReportCommit(Samples.assignmentId(1), new SettledCounts(2, 0, 0, 0, 10), List.of()));
        run(new JobCommand.FinishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
        run(new JobCommand.StartPass());
        run(new JobCommand.FinishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
        assertThat(job.outcomes().settled().relocated()).isEqualTo(2);
    }

    @Test
    void everyStartFromTheJournalBeginsANewIncarnation() {
        running();
        assertThat(job.epoch()).isEqualTo(1);
        run(new JobCommand.TakeOver());
        run(new JobCommand.TakeOver());
        assertThat(job.epoch()).isEqualTo(3);
        run(new JobCommand.FinishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
        run(new JobCommand.TakeOver());
        assertThat(job.epoch()).isEqualTo(3);
    }

    @Test
    void aPassDoesNotEndWhileAnAssignmentIsInFlight() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        assertThat(refusal(new JobCommand.FinishPass())).isEqualTo(Decision.Code.ASSIGNMENT_IN_FLIGHT);
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
            run(new JobCommand.FinishPass());
            if (!job.phase().terminal()) {
                run(new JobCommand.StartPass());
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
        run(new JobCommand.FinishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
    }

    @Test
    void anUnmovedRecordFoundAgainByAResumedScanCountsOnce() {
        running();
        var exception = List.of(Samples.exception(1, Reason.NO_DESTINATION));
        run(new JobCommand.Except(exception, Map.of()));
        assertThat(run(new JobCommand.Except(exception, Map.of()))).isEmpty();
        assertThat(job.counts().skipped()).isEqualTo(1);
    }

    @Test
    void recordsWithFailedCopiesRemainUnmovedWhenTheRestIsCommitted() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of(Samples.exception(2, Reason.MD5_MISMATCH))));
        run(new JobCommand.ReportCommit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5), List.of()));
        assertThat(job.counts().discovered()).isEqualTo(2);
        assertThat(job.outcomes().settled().relocated()).isEqualTo(1);
        assertThat(job.counts().skipped()).isEqualTo(1);
    }

    @Test
    void aCommitMustAccountForEveryCopiedRecord() {
        running();
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        assertThat(refusal(new JobCommand.ReportCommit(
                        Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5), List.of())))
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
                1, new ScanPosition(ScanColumn.ID, 9, "", 2), 2, new ScanPosition(ScanColumn.KEY, 40, "/o/x", 3))));
        assertThat(job.scan().excluded()).isEqualTo(5);
        assertThat(job.counts().discovered()).isZero();
        run(new JobCommand.FinishPass());
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
        run(new JobCommand.StartPass());
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(new JobCommand.ReportCommit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5), List.of()));
        run(new JobCommand.FinishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
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
        run(new JobCommand.StartPass());
        run(new JobCommand.Plan(Samples.assignment(1, 1, 2), Map.of()));
        run(new JobCommand.ReportCopies(
                Samples.assignmentId(1), List.of(Samples.exception(2, Reason.SOURCE_OTHER_ERROR))));
        run(new JobCommand.ReportCommit(Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5), List.of()));
        run(new JobCommand.FinishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
        run(new JobCommand.StartPass());
        run(new JobCommand.Plan(Samples.assignment(2, 2), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(2), List.of()));
        run(new JobCommand.ReportCommit(Samples.assignmentId(2), new SettledCounts(1, 0, 0, 0, 5), List.of()));
        run(new JobCommand.FinishPass());
        assertThat(job.phase()).isEqualTo(JobPhase.DONE);
        assertThat(job.counts().discovered()).isEqualTo(2);
    }

    @Test
    void theCommitParallelismCanChangeWhileTheJobRuns() {
        running();
        run(new JobCommand.SetCommitParallelism(250));
        assertThat(job.tuning().commitParallelism()).isEqualTo(250);
        assertThat(run(new JobCommand.SetCommitParallelism(250))).isEmpty();
        assertThat(refusal(new JobCommand.SetCommitParallelism(0))).isEqualTo(Decision.Code.BAD_REQUEST);
        assertThat(refusal(new JobCommand.SetCommitParallelism(251))).isEqualTo(Decision.Code.BAD_REQUEST);
        run(new JobCommand.FinishPass());
        assertThat(refusal(new JobCommand.SetCommitParallelism(5))).isEqualTo(Decision.Code.JOB_NOT_RUNNING);
    }

    @Test
    void beforeItsCreationAJobAcceptsOnlyTheCreation() {
        assertThat(refusal(new JobCommand.StartPass())).isEqualTo(Decision.Code.JOB_NOT_FOUND);
    }

    private void running() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass());
    }

    private List<JobEvent> run(JobCommand command) {
        List<JobEvent> events = JobRules.decide(job, command, Samples.NOW).fold(accepted -> accepted, refused -> {
            throw new AssertionError(command + " refused: " + refused.detail());
        });
        events.forEach(event -> job = job.apply(event));
        return events;
    }

    private Decision.Code refusal(JobCommand command) {
        return JobRules.decide(job, command, Samples.NOW)
                .fold(
                        events -> {
                            throw new AssertionError(command + " accepted: " + events);
                        },
                        Decision.Refused::code);
    }
}
