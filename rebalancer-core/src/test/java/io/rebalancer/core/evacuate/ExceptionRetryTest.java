package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An operator orders a job that runs to retry exceptions: a pass over these alone follows, and then another pass. */
class ExceptionRetryTest {
    private JobState job = JobState.EMPTY;

    private List<JobEvent> run(JobCommand command) {
        return JobRules.decide(job, command, Samples.NOW)
                .fold(
                        events -> {
                            events.forEach(event -> job = job.apply(event));
                            return events;
                        },
                        refused -> {
                            throw new AssertionError(command + " refused: " + refused.detail());
                        });
    }

    private void order(Reason... reasons) {
        run(new JobCommand.RetryExceptions(Set.of(reasons)));
    }

    private void finishPass() {
        run(new JobCommand.FinishPass(Duration.ZERO));
    }

    private void except(Reason reason, int... numbers) {
        for (int number : numbers) {
            run(new JobCommand.Except(List.of(Samples.exception(number, reason)), Map.of()));
        }
    }

    private void move(int number) {
        run(new JobCommand.Plan(Samples.assignment(number, number), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(number), List.of()));
        run(new JobCommand.ReportCommit(
                Samples.assignmentId(number), new SettledCounts(1, 0, 0, 0, 5), List.of(), List.of(), List.of()));
    }

    /** The first pass leaves records 1 and 2 as BAD_MANTA_OBJECT, which no pass tries again, and 3 as MD5_MISMATCH. */
    private void runFirstPass() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        except(Reason.BAD_MANTA_OBJECT, 1, 2);
        except(Reason.MD5_MISMATCH, 3);
    }

    private void startSelectedPass() {
        run(new JobCommand.StartPass(PassScope.SELECTED_RECORDS));
        assertThat(job.passes().scope()).isEqualTo(PassScope.SELECTED_RECORDS);
    }

    @Test
    void thePassThatRunsIsNotTheLastOne() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        except(Reason.BAD_MANTA_OBJECT, 1);
        order(Reason.BAD_MANTA_OBJECT);
        finishPass();
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
        startSelectedPass();
        except(Reason.BAD_MANTA_OBJECT, 1);
        finishPass();
        assertThat(job.phase()).as("a pass over all exceptions has to follow").isEqualTo(JobPhase.WAITING);
        run(new JobCommand.StartPass(PassScope.UNMOVED_RECORDS));
        except(Reason.BAD_MANTA_OBJECT, 1);
        finishPass();
        assertThat(job.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
    }

    @Test
    void theRecordsThatThePassDoesNotVisitStayCounted() {
        runFirstPass();
        finishPass();
        order(Reason.BAD_MANTA_OBJECT);
        startSelectedPass();
        assertThat(job.passes().retry().running()).containsExactly(Reason.BAD_MANTA_OBJECT);
        assertThat(job.outcomes().unmoved().skippedBy()).isEqualTo(Map.of(Reason.MD5_MISMATCH, 1L));
        move(1);
        run(new JobCommand.TakeOver());
        assertThat(job.outcomes().unmoved().skippedBy())
                .as("after a take-over")
                .isEqualTo(Map.of(Reason.MD5_MISMATCH, 1L));
        except(Reason.AGENT_BUSY, 2);
        finishPass();
        assertThat(job.outcomes().unmoved().skippedBy())
                .isEqualTo(Map.of(Reason.MD5_MISMATCH, 1L, Reason.AGENT_BUSY, 1L));
        assertThat(job.outcomes().unmoved().retryable()).isEqualTo(2);
        assertThat(job.counts().discovered()).isEqualTo(3);
        assertThat(job.mayRetryUnmoved()).isTrue();
    }

    @Test
    void onlyAVerificationFollowsAPassThatLeavesNothing() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        except(Reason.MD5_MISMATCH, 3);
        finishPass();
        order(Reason.MD5_MISMATCH);
        startSelectedPass();
        move(3);
        finishPass();
        assertThat(job.phase()).isEqualTo(JobPhase.VERIFYING);
        run(new JobCommand.FinishVerification(List.of(Samples.evidence(1, 2))));
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
        run(new JobCommand.StartPass(PassScope.SELECTED_RECORDS));
        assertThat(job.passes().scope()).isEqualTo(PassScope.ALL_RECORDS);
    }

    @Test
    void anOrderSurvivesAPauseAndIsGivenOnce() {
        runFirstPass();
        order(Reason.MD5_MISMATCH);
        assertThat(run(new JobCommand.RetryExceptions(Set.of(Reason.MD5_MISMATCH))))
                .isEmpty();
        run(new JobCommand.Pause());
        run(new JobCommand.FinishPausing(Set.of()));
        assertThat(JobRules.decide(job, new JobCommand.RetryExceptions(Set.of(Reason.AGENT_BUSY)), Samples.NOW)
                        .<String>fold(events -> "accepted", Decision.Refused::detail))
                .contains("PAUSED", "resume", "cancel");
        run(new JobCommand.Resume());
        // The new incarnation scans again.
        except(Reason.MD5_MISMATCH, 3);
        order(Reason.BAD_MANTA_OBJECT, Reason.MD5_MISMATCH);
        finishPass();
        startSelectedPass();
        assertThat(job.passes().retry().running()).containsExactly(Reason.BAD_MANTA_OBJECT, Reason.MD5_MISMATCH);
        assertThat(run(new JobCommand.RetryExceptions(Set.of(Reason.MD5_MISMATCH))))
                .as("the pass that runs tries them")
                .isEmpty();
        except(Reason.MD5_MISMATCH, 3);
        order(Reason.NO_DESTINATION);
        finishPass();
        assertThat(job.passes().retry().ordered()).containsExactly(Reason.NO_DESTINATION);
    }

    @Test
    void aPassOverAllRecordsCarriesTheOrderOut() {
        runFirstPass();
        finishPass();
        order(Reason.MD5_MISMATCH);
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        assertThat(job.passes().retry()).isEqualTo(ExceptionRetry.NONE);
    }

    /** Fruitless passes end a job; one that an operator ordered does not count. */
    @Test
    void aRetryThatSettlesNothingBringsTheEndNoNearer() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        except(Reason.MD5_MISMATCH, 3);
        finishPass();
        int before = job.passes().fruitlessInARow();
        order(Reason.MD5_MISMATCH);
        startSelectedPass();
        except(Reason.MD5_MISMATCH, 3);
        finishPass();
        assertThat(job.passes().fruitlessInARow()).isEqualTo(before);
    }

    @Test
    void anOrderWithoutAReasonIsRefused() {
        runFirstPass();
        assertThat(JobRules.decide(job, new JobCommand.RetryExceptions(Set.of()), Samples.NOW)
                        .<Object>fold(events -> "accepted", Decision.Refused::code))
                .isEqualTo(Decision.Code.BAD_REQUEST);
    }
}
