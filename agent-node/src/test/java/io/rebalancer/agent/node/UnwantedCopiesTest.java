package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.agent.copy.CopyOrder;
import io.rebalancer.agent.copy.CopyOutcome;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UnwantedCopiesTest {
    private static final UUID JOB = new UUID(0, 9);
    private static final UUID OWNER = new UUID(0, 8);
    private static final UUID OBJECT = new UUID(0, 1);
    private static final UUID FIRST = new UUID(1, 1);
    private static final UUID SECOND = new UUID(1, 2);

    private static AgentEvent accepted(UUID id) {
        CopyTask task = new CopyTask(
                new RecordRef(1, "/o/stor/x"), OBJECT, OWNER, 5, new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="), List.of());
        return new AgentEvent.AssignmentAccepted(
                JOB, new Assignment(id, new CopyLocation("dc1", new StorageNodeId("1.stor")), List.of(task)));
    }

    private static AgentEvent finished(UUID id, boolean created) {
        return new AgentEvent.TasksFinished(id, List.of(new TaskResult(OBJECT, Optional.empty(), "", created, 5)));
    }

    private static List<ObjectKey> unwanted(AgentState state) {
        return UnwantedCopies.of(state, Objects.requireNonNull(state.held().get(FIRST)), List.of(OBJECT));
    }

    @Test
    void aCopyThatTheAssignmentCreatedIsRemoved() {
        AgentState state = AgentState.EMPTY.apply(accepted(FIRST)).apply(finished(FIRST, true));
        assertThat(unwanted(state)).containsExactly(new ObjectKey(OWNER, OBJECT));
    }

    @Test
    void aFileThatExistedBeforeIsKept() {
        AgentState state = AgentState.EMPTY.apply(accepted(FIRST)).apply(finished(FIRST, false));
        assertThat(unwanted(state)).isEmpty();
    }

    @Test
    void aCopyOfAnotherHeldAssignmentIsKept() {
        AgentState state = AgentState.EMPTY
                .apply(accepted(FIRST))
                .apply(finished(FIRST, true))
                .apply(accepted(SECOND));
        assertThat(unwanted(state)).isEmpty();
    }

    /** A record may name the file on behalf of the other assignment, also after that one is released. */
    @Test
    void aFileThatAnotherAssignmentFoundIsKeptForGood() {
        AgentState state = AgentState.EMPTY
                .apply(accepted(FIRST))
                .apply(finished(FIRST, true))
                .apply(accepted(SECOND))
                .apply(finished(SECOND, false))
                .apply(new AgentEvent.AssignmentReleased(SECOND));
        assertThat(unwanted(state)).isEmpty();
    }

    @Test
    void aCopyThatEndsAfterItsAssignmentIsReleasedIsRemoved() {
        assertThat(UnwantedCopies.ofReleased(AgentState.EMPTY, outcome(true))).contains(new ObjectKey(OWNER, OBJECT));
        assertThat(UnwantedCopies.ofReleased(AgentState.EMPTY, outcome(false))).isEmpty();
        assertThat(UnwantedCopies.ofReleased(AgentState.EMPTY.apply(accepted(SECOND)), outcome(true)))
                .isEmpty();
    }

    private static CopyOutcome outcome(boolean created) {
        CopyOrder order = new CopyOrder(
                FIRST, 1, 0, new ObjectKey(OWNER, OBJECT), 5, new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="), List.of());
        return new CopyOutcome(order, new TaskResult(OBJECT, Optional.empty(), "", created, 5), 0);
    }
}
