package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.core.agent.TaskResult;
import java.util.Optional;

/**
 * The outcome of a copy order, success or failure.
 *
 * @param httpStatus status that the last source answered, if that is the failure, else 0
 */
public record CopyOutcome(CopyOrder order, TaskResult result, int httpStatus) {

    /** A file that the same assignment created before a crash counts as created, so the agent may remove it later. */
    static CopyOutcome found(CopyOrder order, ObjectStore.ExistingObject existing) {
        return succeeded(order, existing.createdFor().equals(Optional.of(order.assignmentId())), 0);
    }

    static CopyOutcome published(CopyOrder order, IncomingObject object) {
        return succeeded(order, object.isCreated(), object.writtenBytes());
    }

    private static CopyOutcome succeeded(CopyOrder order, boolean created, long bytes) {
        return new CopyOutcome(order, new TaskResult(order.key().objectId(), Optional.empty(), "", created, bytes), 0);
    }

    static CopyOutcome failed(CopyOrder order, CopyFailure failure) {
        return new CopyOutcome(
                order,
                new TaskResult(
                        order.key().objectId(),
                        Optional.of(failure.reason()),
                        String.valueOf(failure.getMessage()),
                        false,
                        0),
                failure.httpStatus());
    }

    /** Whether the assignment of the order created the object's file. */
    boolean createdFile() {
        return result.failure().isEmpty() && result.created();
    }
}
