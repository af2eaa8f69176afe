package io.rebalancer.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.ObjectException;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.Samples;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AgentStateTest {
    private static final UUID JOB = Samples.uuid(7);
    private static final UUID ASSIGNMENT = Samples.uuid(1_000_001);
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
    void anAcceptedAssignmentHasAllItsCopiesOpen() {
        assertThat(held(ACCEPTED).openTasks())
                .extracting(CopyTask::objectId)
                .containsExactly(Samples.uuid(1), Samples.uuid(2));
        assertThat(held(ACCEPTED).finished()).isFalse();
    }

    @Test
    void aFinishedCopyIsNotOpenAnyMore() {
        AgentState state = ACCEPTED.apply(finished(good(1)));
        assertThat(held(state).openTasks()).extracting(CopyTask::objectId).containsExactly(Samples.uuid(2));
    }

    @Test
    void theFirstResultOfACopyStands() {
        AgentState state = ACCEPTED.apply(finished(good(1))).apply(finished(bad(1)));
        assertThat(held(state).failures()).isEmpty();
        assertThat(held(state).created(Samples.uuid(1))).isTrue();
    }

    @Test
    void failuresAreToldInTheWordsOfTheJob() {
        AgentState state = ACCEPTED.apply(finished(good(1), bad(2)));
        assertThat(held(state).finished()).isTrue();
        assertThat(held(state).failures())
                .containsExactly(new ObjectException(
                        Samples.ref(2), ObjectException.Kind.SKIPPED, Reason.MD5_MISMATCH, "wrong bytes"));
        assertThat(held(state).created(Samples.uuid(2))).isFalse();
    }

    @Test
    void anAssignmentAcceptedTwiceKeepsItsResults() {
        AgentState state = ACCEPTED.apply(finished(good(1)))
                .apply(new AgentEvent.AssignmentAccepted(JOB, Samples.assignment(1, 1, 2)));
        assertThat(held(state).results()).containsOnlyKeys(Samples.uuid(1));
    }

    @Test
    void aReleasedAssignmentIsForgottenAndLateResultsOfItAreNothing() {
        AgentState state = ACCEPTED.apply(new AgentEvent.AssignmentReleased(ASSIGNMENT));
        assertThat(state).isEqualTo(AgentState.EMPTY);
        assertThat(state.apply(finished(good(1)))).isEqualTo(AgentState.EMPTY);
    }
}
