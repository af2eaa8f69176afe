package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.core.object.ContentMd5;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The removal of an object's file that an assignment created and does not need.
 *
 * @param part the content of a copy that did not end: what it has left is removed too; empty for a copy that ended
 * @param ended completes when the file is removed or stays
 */
record Removal(ObjectKey key, UUID assignmentId, Optional<ContentMd5> part, CompletableFuture<Void> ended)
        implements KeyQueues.Work {

    static Removal ofFile(ObjectKey key, UUID assignmentId) {
        return new Removal(key, assignmentId, Optional.empty(), new CompletableFuture<>());
    }

    static Removal ofUnfinished(ObjectKey key, UUID assignmentId, ContentMd5 md5) {
        return new Removal(key, assignmentId, Optional.of(md5), new CompletableFuture<>());
    }
}
