package io.rebalancer.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.Samples;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AgentStateTest {
    private static final UUID JOB = Samples.uuid(7);
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final UUID ASSIGNMENT = Samples.assignmentId(1);
    private static final AgentState ACCEPTED =
            AgentState.EMPTY.apply(new AgentEvent.AssignmentAccepted(JOB, Samples.assignment(1, 1, 2)));

    private static HeldAssignment held(AgentState state) {
        assertThat(state.held()).containsOnlyKeys(ASSIGNMENT);
        return state.held().values().iterator().next();
    }

    private static AgentEvent finished(TaskResult... results) {
        return new AgentEvent.TasksFinished(ASSIGNMENT, List.of(results));
    }

    private static TaskResult good(int task) {
        return new TaskResult(Samples.uuid(task), Optional.empty(), "", true, 5);
    }

    private static TaskResult bad(int task) {
        return new TaskResult(Samples.uuid(task), Optional.of(Reason.MD5_MISMATCH), "wrong bytes", false, 0);
    }

    @Test
    void ordersOfAnEarlierIncarnationAreFenced() {
        FencingToken first = new FencingToken(JOB, 1);
        FencingToken second = new FencingToken(JOB, 2);
        assertThat(ACCEPTED.fencingEpoch(first)).isEmpty();
        AgentState state = ACCEPTED.apply(ACCEPTED.raiseEpoch(second, NOW).orElseThrow());
        assertThat(state.fencingEpoch(first)).contains(2L);
        assertThat(state.fencingEpoch(second)).isEmpty();
        assertThat(state.raiseEpoch(second, NOW)).isEmpty();
        assertThat(state.fencingEpoch(new FencingToken(Samples.uuid(8), 1))).isEmpty();
        assertThat(state.held()).isEqualTo(ACCEPTED.held());
    }

    @Test
    void onlyAReleaseThatRemovesNothingOfAFinishedAssignmentNeedsNoFence() {
        assertThat(ACCEPTED.mayReleaseWithoutFence(ASSIGNMENT, List.of())).isFalse();
        AgentState finished = ACCEPTED.apply(finished(good(1), bad(2)));
        assertThat(finished.mayReleaseWithoutFence(ASSIGNMENT, List.of())).isTrue();
        assertThat(finished.mayReleaseWithoutFence(ASSIGNMENT, List.of(Samples.uuid(1))))
                .isFalse();
        assertThat(finished.mayReleaseWithoutFence(Samples.assignmentId(2), List.of()))
                .isFalse();
    }

    @Test
    void theJobWithTheOldestEpochChangeIsForgottenFirst() {
        AgentState state = AgentState.EMPTY;
        for (int job = 0; job <= AgentState.MAX_EPOCHS; job++) {
            state = state.apply(new AgentEvent.JobEpochRaised(Samples.uuid(job), 2, NOW.plusSeconds(job)));
        }
        assertThat(state.epochs()).hasSize(AgentState.MAX_EPOCHS);
        assertThat(state.fencingEpoch(new FencingToken(Samples.uuid(0), 1))).isEmpty();
        assertThat(state.fencingEpoch(new FencingToken(Samples.uuid(1), 1))).contains(2L);
    }

    @Test
    void allTasksOfAnAcceptedAssignmentAreOpen() {
        assertThat(held(ACCEPTED).openTasks())
                .extracting(CopyTask::objectId)
                .containsExactly(Samples.uuid(1), Samples.uuid(2));
        assertThat(held(ACCEPTED).finished()).isFalse();
    }

    @Test
    void aFinishedTaskIsNoLongerOpen() {
        AgentState state = ACCEPTED.apply(finished(good(1)));
        assertThat(held(state).openTasks()).extracting(CopyTask::objectId).containsExactly(Samples.uuid(2));
    }

    @Test
    void theFirstResultOfACopyIsKept() {
        AgentState state = ACCEPTED.apply(finished(good(1))).apply(finished(bad(1)));
        assertThat(held(state).failures()).isEmpty();
        assertThat(held(state).created(Samples.uuid(1))).isTrue();
    }

    @Test
    void failedCopiesAreUnmovedRecordsOfTheJob() {
        AgentState state = ACCEPTED.apply(finished(good(1), bad(2)));
        assertThat(held(state).finished()).isTrue();
        assertThat(held(state).failures())
                .containsExactly(new UnmovedRecord(
                        Samples.ref(2), UnmovedRecord.Kind.SKIPPED, Reason.MD5_MISMATCH, "wrong bytes"));
        assertThat(held(state).created(Samples.uuid(2))).isFalse();
    }

    @Test
    void aLostObjectIsAFailureThatAnOperatorHasToExamine() {
        TaskResult lost = new TaskResult(Samples.uuid(2), Optional.of(Reason.UNRECOVERABLE), "answered 404", false, 0);
        assertThat(held(ACCEPTED.apply(finished(good(1), lost))).failures())
                .containsExactly(new UnmovedRecord(
                        Samples.ref(2), UnmovedRecord.Kind.FAILED, Reason.UNRECOVERABLE, "answered 404"));
    }

    @Test
    void anAssignmentAcceptedTwiceKeepsItsResults() {
        AgentState state = ACCEPTED.apply(finished(good(1)))
                .apply(new AgentEvent.AssignmentAccepted(JOB, Samples.assignment(1, 1, 2)));
        assertThat(held(state).results()).containsOnlyKeys(Samples.uuid(1));
    }

    @Test
    void aReleasedAssignmentIsForgottenAndItsLateResultsAreIgnored() {
        AgentState state = ACCEPTED.apply(new AgentEvent.AssignmentReleased(ASSIGNMENT));
        assertThat(state).isEqualTo(AgentState.EMPTY);
        assertThat(state.apply(finished(good(1)))).isEqualTo(AgentState.EMPTY);
    }
}
