package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The removal of an object's file that an assignment created and does not need.
 *
 * @param ended completes when the file is removed or stays
 */
record Removal(ObjectKey key, UUID assignmentId, CompletableFuture<Void> ended) implements KeyQueues.Work {

    Removal(ObjectKey key, UUID assignmentId) {
        this(key, assignmentId, new CompletableFuture<>());
    }
}
