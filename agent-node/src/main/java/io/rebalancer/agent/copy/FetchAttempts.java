package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;

/**
 * The attempts to fetch one object, one after the other.
 *
 * <pre>
 * healthiest source ─GET─► length agrees? ─► digest and write ─► verified
 *        ├─ connection broke after some bytes ─► resume at the first missing byte
 *        ├─ wrong bytes ───────────────────────► restart with another source; this source is not tried again
 *        └─ any other failure ─────────────────► another source
 * </pre>
 */
final class FetchAttempts {
    private static final int MAX_RESUMPTIONS = 20;
    private static final long MIN_RESUMABLE_BYTES = 1 << 20;
    private static final Duration MAX_SOURCE_BACKOFF = Duration.ofSeconds(3);

    private final ActorSystem<?> system;
    private final Sources sources;
    private final CopyLimiter limiter;
    private final BlockingExecutor disk;
    private final SourceClient client;
    private final CopyOrder order;
    private final IncomingObject object;
    private int resumptions;
    private boolean hasSeveralSources;

    FetchAttempts(
            ActorSystem<?> system,
            Sources sources,
            CopyLimiter limiter,
            BlockingExecutor disk,
            SourceClient client,
            CopyOrder order,
            IncomingObject object) {
        this.system = system;
        this.sources = sources;
        this.limiter = limiter;
        this.disk = disk;
        this.client = client;
        this.order = order;
        this.object = object;
    }

    /**
     * Fetches the object from the first source that succeeds.
     *
     * @param candidates sources that are left, best first; not empty
     */
    CompletionStage<Void> fetchFrom(List<StorageNodeId> candidates) {
        long bytesBefore = object.writtenBytes();
        return attempt(candidates.get(0))
                .handle((done, failure) -> failure == null
                        ? CompletableFuture.<Void>completedFuture(null)
                        : retry(candidates, CopyFailure.from(failure), object.writtenBytes() - bytesBefore))
                .thenCompose(stage -> stage);
    }

    private CompletionStage<Void> retry(List<StorageNodeId> candidates, CopyFailure failure, long progressBytes) {
        if (!failure.isSourceFault()) {
            return CompletableFuture.failedFuture(failure);
        }
        if (failure.isContentWrong() && hasSeveralSources) {
            // It is unknown which source sent wrong bytes, so this source has to send the whole object.
            hasSeveralSources = false;
            return restart().thenCompose(done -> fetchFrom(candidates));
        }
        boolean canResume = !failure.isContentWrong()
                && object.writtenBytes() >= MIN_RESUMABLE_BYTES
                && order.sizeBytes() != ObjectStore.UNKNOWN_SIZE;
        if (canResume && progressBytes > 0 && resumptions < MAX_RESUMPTIONS) {
            resumptions++;
            return fetchFrom(candidates);
        }
        List<StorageNodeId> others = candidates.subList(1, candidates.size());
        if (others.isEmpty()) {
            return CompletableFuture.failedFuture(failure);
        }
        hasSeveralSources = canResume;
        return (canResume ? CompletableFuture.<Void>completedFuture(null) : restart())
                .thenCompose(done -> fetchFrom(others));
    }

    private CompletableFuture<Void> restart() {
        return disk.run(() -> {
            object.restart();
            return null;
        });
    }

    private CompletionStage<Void> attempt(StorageNodeId id) {
        SourceNode source;
        try {
            source = sources.of(id);
        } catch (CopyFailure unknown) {
            return CompletableFuture.failedFuture(unknown);
        }
        return awaitBackoff(source)
                .thenCompose(done -> source.run(() -> client.download(source, order, object)))
                .exceptionally(failure -> {
                    throw CopyFailure.from(failure)
                            .withUrl(source.url() + "/" + order.key().relativePath());
                })
                .whenComplete((done, failure) -> {
                    boolean unhealthy =
                            failure != null && CopyFailure.from(failure).isSourceUnhealthy();
                    limiter.recordFetch(unhealthy);
                    if (unhealthy) {
                        source.recordFailure();
                    } else {
                        source.recordSuccess();
                    }
                });
    }

    /** Completes with a value, because a Scala future treats null as a failure without a cause. */
    private CompletionStage<Done> awaitBackoff(SourceNode source) {
        CompletionStage<Done> now = CompletableFuture.completedFuture(Done.getInstance());
        Duration backoff = source.remainingBackoff();
        if (backoff.compareTo(Duration.ZERO) <= 0) {
            return now;
        }
        Duration bounded = backoff.compareTo(MAX_SOURCE_BACKOFF) > 0 ? MAX_SOURCE_BACKOFF : backoff;
        return Patterns.after(bounded, system.classicSystem(), () -> now);
    }
}
