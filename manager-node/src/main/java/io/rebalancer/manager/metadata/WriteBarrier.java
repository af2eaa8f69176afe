package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.fast.FastCallFailed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Proves that a shard stores writes and that reads return them: it writes a random value and reads it back from the primary, past
 * the cache. The first proof on a shard creates the bucket of the value.
 *
 * <p>Callers that ask while a proof of the shard is in progress share the next one, so that they do not overwrite the values of each
 * other. A proof that another manager disturbs in this way is repeated.
 */
final class WriteBarrier {
    static final String BUCKET = "rebalancer_reconciliation";
    static final String KEY = "heartbeat";
    private static final String MEMBER = "value";
    private static final int MAX_ATTEMPTS = 3;

    private final MorayShards shards;
    // Used with this object's lock held.
    private final Set<Integer> running = new HashSet<>();
    private final Map<Integer, CompletableFuture<Void>> waiting = new HashMap<>();

    WriteBarrier(MorayShards shards) {
        this.shards = shards;
    }

    /** Completes with a proof that began after the call. Fails with {@link TierUnavailable}. */
    CompletionStage<Void> prove(int shard) {
        CompletableFuture<Void> proof;
        synchronized (this) {
            if (!running.add(shard)) {
                return waiting.computeIfAbsent(shard, number -> new CompletableFuture<>());
            }
            proof = new CompletableFuture<>();
        }
        start(shard, proof);
        return proof;
    }

    private void start(int shard, CompletableFuture<Void> proof) {
        // An exception of the first call ends the proof too.
        var unused = CompletableFuture.completedFuture(1)
                .thenCompose(attempt -> attempt(shard, attempt))
                .whenComplete((done, failure) -> {
                    startNext(shard);
                    if (failure == null) {
                        proof.complete(null);
                    } else {
                        proof.completeExceptionally(unproved(shard, failure));
                    }
                });
    }

    private void startNext(int shard) {
        CompletableFuture<Void> next;
        synchronized (this) {
            next = waiting.remove(shard);
            if (next == null) {
                running.remove(shard);
            }
        }
        if (next != null) {
            start(shard, next);
        }
    }

    private CompletionStage<Void> attempt(int shard, int attempt) {
        String written = UUID.randomUUID().toString();
        return write(shard, written)
                .thenCompose(done -> shards.getObject(shard, BUCKET, KEY))
                .thenCompose(found -> {
                    if (isValue(found, written)) {
                        return CompletableFuture.completedFuture(null);
                    }
                    return attempt < MAX_ATTEMPTS
                            ? attempt(shard, attempt + 1)
                            : CompletableFuture.failedFuture(
                                    new IllegalStateException("it did not return the value that"
                                            + " was written right before, " + MAX_ATTEMPTS + " times"));
                });
    }

    private static boolean isValue(List<JsonNode> found, String written) {
        return found.size() == 1
                && found.get(0).path("value").path(MEMBER).asText().equals(written);
    }

    private CompletionStage<List<JsonNode>> write(int shard, String text) {
        return put(shard, text)
                .handle((done, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(done);
                    }
                    return MorayFailure.isNamed(failure, "BucketNotFoundError")
                            ? createBucket(shard).thenCompose(created -> put(shard, text))
                            : CompletableFuture.<List<JsonNode>>failedFuture(failure);
                })
                .thenCompose(stage -> stage);
    }

    private CompletionStage<List<JsonNode>> put(int shard, String text) {
        JsonNode value = JsonNodeFactory.instance.objectNode().put(MEMBER, text);
        return shards.putObject(shard, BUCKET, KEY, value);
    }

    /** Another manager may create the bucket at the same time; the put that follows shows whether it exists. */
    private CompletionStage<Void> createBucket(int shard) {
        return shards.createBucket(shard, BUCKET).handle((created, failure) -> {
            if (failure != null && !MorayFailure.isNamed(failure, "BucketConflictError")) {
                throw new CompletionException(Failures.rootCause(failure));
            }
            return null;
        });
    }

    private static TierUnavailable unproved(int shard, Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        String error = cause instanceof FastCallFailed named ? named.name() + ": " : "";
        return new TierUnavailable(
                "metadata shard " + shard + " is not proved to be writable: " + error + cause.getMessage(), cause);
    }
}
