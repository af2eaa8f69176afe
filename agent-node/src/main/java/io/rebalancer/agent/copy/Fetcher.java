package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.settings.AgentSettings.SourceSettings;
import io.rebalancer.core.assignment.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** Fetches an object from the storage nodes that hold a copy, one after the other ({@link FetchAttempts}). */
public final class Fetcher {
    private final ActorSystem<?> system;
    private final ObjectStore store;
    private final Sources sources;
    private final CopyLimiter limiter;
    private final BlockingExecutor disk;
    private final SourceClient client;

    public Fetcher(
            ActorSystem<?> system, SourceSettings settings, ObjectStore store, Sources sources, CopyLimiter limiter) {
        this.system = system;
        this.store = store;
        this.sources = sources;
        this.limiter = limiter;
        this.disk = BlockingExecutor.on(system, Dispatchers.DISK);
        this.client = new SourceClient(system, settings, limiter, disk);
    }

    /** Fetches verified bytes that are not published yet; the caller closes them. Fails with {@link CopyFailure}. */
    CompletionStage<IncomingObject> fetch(CopyOrder order) {
        if (order.sources().isEmpty()) {
            return CompletableFuture.failedFuture(
                    new CopyFailure(Reason.SOURCE_OBJECT_NOT_FOUND, "the order names no source"));
        }
        return disk.run(() -> store.begin(order.key(), order.sizeBytes(), order.md5()))
                .thenCompose(object -> new FetchAttempts(system, sources, limiter, disk, client, order, object)
                        .fetchFrom(sources.healthiestFirst(order.sources()))
                        .handle((done, failure) ->
                                failure == null ? CompletableFuture.completedFuture(object) : discard(object, failure))
                        .thenCompose(stage -> stage));
    }

    private CompletableFuture<IncomingObject> discard(IncomingObject object, Throwable failure) {
        return disk.run(() -> {
            object.closeOrLog();
            throw CopyFailure.from(failure);
        });
    }
}
