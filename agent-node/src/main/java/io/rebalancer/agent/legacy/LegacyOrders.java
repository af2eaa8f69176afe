package io.rebalancer.agent.legacy;

import io.rebalancer.agent.copy.CopyOrder;
import io.rebalancer.agent.copy.CopyOutcome;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.legacy.LegacyFailure;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Translates between the tasks of the legacy HTTP API and the orders and outcomes of the copy engine. */
final class LegacyOrders {
    private static final int NOT_FOUND = 404;

    private LegacyOrders() {}

    /** A parsed task: an order, or the failure of a task with invalid fields. */
    record ParsedTask(Optional<CopyOrder> order, Optional<LegacyFailure> failure) {
        static ParsedTask failed(LegacyFailure failure) {
            return new ParsedTask(Optional.empty(), Optional.of(failure));
        }
    }

    /**
     * Parses a task. An id that is not a UUID never reaches a path or a URL. The task fails with "not found", because
     * no object can have that id.
     */
    static ParsedTask parse(UUID assignmentId, int taskIndex, LegacyTask task) {
        ObjectKey key;
        try {
            key = task.bucketId().isPresent() && task.objectNameHash().isPresent()
                    ? ObjectKey.parse(
                            task.owner(),
                            task.objectId(),
                            task.bucketId().get(),
                            task.objectNameHash().get())
                    : ObjectKey.parse(task.owner(), task.objectId());
        } catch (IllegalArgumentException e) {
            return ParsedTask.failed(LegacyFailure.httpStatus(NOT_FOUND));
        }
        ContentMd5 md5;
        try {
            md5 = new ContentMd5(task.md5sum());
        } catch (IllegalArgumentException e) {
            return ParsedTask.failed(LegacyFailure.of("MD5Mismatch"));
        }
        try {
            StorageNodeId source = new StorageNodeId(task.storageId());
            CopyOrder order =
                    new CopyOrder(assignmentId, 0, taskIndex, key, ObjectStore.UNKNOWN_SIZE, md5, List.of(source));
            return new ParsedTask(Optional.of(order), Optional.empty());
        } catch (IllegalArgumentException e) {
            return ParsedTask.failed(LegacyFailure.of("SourceOtherError"));
        }
    }

    /** The failure of a copy in the words of the legacy HTTP API (manta.md 9.4), or empty if the copy succeeded. */
    static Optional<LegacyFailure> failure(CopyOutcome outcome) {
        return outcome.result().failure().map(reason -> legacyFailure(reason, outcome.httpStatus()));
    }

    private static LegacyFailure legacyFailure(Reason reason, int httpStatus) {
        return switch (reason) {
            case HTTP_STATUS_CODE, SOURCE_OBJECT_NOT_FOUND ->
                LegacyFailure.httpStatus(httpStatus == 0 ? NOT_FOUND : httpStatus);
            case MD5_MISMATCH, UNRECOVERABLE -> LegacyFailure.of("MD5Mismatch");
            case AGENT_FS_ERROR, DESTINATION_INSUFFICIENT_SPACE -> LegacyFailure.of("AgentFSError");
            default -> LegacyFailure.of("SourceOtherError");
        };
    }
}
