package io.rebalancer.agent.legacy;

import io.rebalancer.agent.copy.CopyDone;
import io.rebalancer.agent.copy.CopyOrder;
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

/** Between the texts of the older wire and what the pipeline understands. */
final class LegacyOrders {
    private static final int NOT_FOUND = 404;

    private LegacyOrders() {}

    /** What a task is: an order, or a failure because its texts can't be right. */
    record Parsed(Optional<CopyOrder> order, Optional<LegacyFailure> failure) {
        static Parsed failed(LegacyFailure failure) {
            return new Parsed(Optional.empty(), Optional.of(failure));
        }
    }

    /** Ids that are no UUIDs never reach a path or a URL; there can't be such an object, so it is "not found". */
    static Parsed parse(UUID assignmentId, int place, LegacyTask task) {
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
            return Parsed.failed(LegacyFailure.httpStatus(NOT_FOUND));
        }
        ContentMd5 md5;
        try {
            md5 = new ContentMd5(task.md5sum());
        } catch (IllegalArgumentException e) {
            return Parsed.failed(LegacyFailure.of("MD5Mismatch"));
        }
        try {
            StorageNodeId source = new StorageNodeId(task.storageId());
            CopyOrder order = new CopyOrder(assignmentId, place, key, ObjectStore.UNKNOWN_SIZE, md5, List.of(source));
            return new Parsed(Optional.of(order), Optional.empty());
        } catch (IllegalArgumentException e) {
            return Parsed.failed(LegacyFailure.of("SourceOtherError"));
        }
    }

    /** The failure of a copy in the older words (manta.md 9.4), or empty when it is done. */
    static Optional<LegacyFailure> failure(CopyDone done) {
        return done.result().failure().map(reason -> word(reason, done.httpStatus()));
    }

    private static LegacyFailure word(Reason reason, int httpStatus) {
        return switch (reason) {
            case HTTP_STATUS_CODE, SOURCE_OBJECT_NOT_FOUND ->
                LegacyFailure.httpStatus(httpStatus == 0 ? NOT_FOUND : httpStatus);
            case MD5_MISMATCH -> LegacyFailure.of("MD5Mismatch");
            case AGENT_FS_ERROR, DESTINATION_INSUFFICIENT_SPACE -> LegacyFailure.of("AgentFSError");
            default -> LegacyFailure.of("SourceOtherError");
        };
    }
}
