package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.assignment.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A job that looks at some exceptions only scans nothing, proves nothing, and ends when they are settled. */
class RetrySelectionTest {
    private static final RetrySelection SELECTION = new RetrySelection(new UUID(0, 8), 9, Set.of(Reason.MD5_MISMATCH));

    private JobState job = JobState.EMPTY;

    private void run(JobCommand command) {
        JobRules.decide(job, command, Samples.NOW)
                .fold(
                        events -> {
                            events.forEach(event -> job = job.apply(event));
                            return events;
                        },
                        refused -> {
                            throw new AssertionError(command + " refused: " + refused.detail());
                        });
    }

    private void firstPass() {
        run(new JobCommand.Create(Samples.LEAVING, 0, Optional.of(SELECTION)));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
    }

    @Test
    void itsFirstPassVisitsTheListWhateverIsOrdered() {
        firstPass();
        assertThat(job.passes().scope()).isEqualTo(PassScope.UNMOVED_RECORDS);
        assertThat(job.selection()).contains(SELECTION);
    }

    @Test
    void itEndsWithoutAVerificationWhenNothingIsLeft() {
        firstPass();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()));
        run(new JobCommand.ReportCommit(
                Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5), List.of(), List.of(), List.of()));
        run(new JobCommand.FinishPass(Duration.ZERO));
        assertThat(job.phase()).isEqualTo(JobPhase.LIMIT_REACHED);
        assertThat(job.reason()).contains(SELECTION.jobId().toString(), "no other record was looked at");
    }

    @Test
    void whatIsLeftIsTriedAgainFromTheList() {
        firstPass();
        run(new JobCommand.Except(List.of(Samples.exception(3, Reason.SOURCE_OTHER_ERROR)), Map.of()));
        run(new JobCommand.FinishPass(Duration.ofHours(1)));
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING);
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
        assertThat(job.passes().scope()).isEqualTo(PassScope.UNMOVED_RECORDS);
    }

    @Test
    void aSelectionWithoutAReasonIsRefused() {
        assertThatThrownBy(() -> new RetrySelection(new UUID(0, 8), 9, Set.of()))
                .hasMessageContaining("at least one reason");
    }
}
