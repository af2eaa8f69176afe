package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectRejected;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.OutOfSpace;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Makes copies (manta.md 9.4).
 *
 * <pre>
 * orders ─► bounded queue ─► N at a time: here already? ─no─► GET from a source ─► digest and write ─► verify, flush,
 *                                                     └─yes──────────────────────────────────────────► rename ─► done
 * </pre>
 *
 * Bytes are digested as they are written, so that none is read twice; memory does not grow with the object's size.
 */
public final class CopyPipeline {
    private static final String DISK = "rebalancer.disk-dispatcher";
    private static final int RESULTS_TOGETHER = 100;
    private static final Duration RESULTS_WAIT = Duration.ofMillis(100);

    private final ActorSystem<?> system;
    private final AgentSettings settings;
    private final ObjectStore store;
    private final Executor disk;
    private final CopyMetrics metrics;

    public CopyPipeline(ActorSystem<?> system, AgentSettings settings, ObjectStore store, CopyMetrics metrics) {
        this.metrics = metrics;
        this.system = system;
        this.settings = settings;
        this.store = store;
        this.disk = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISK));
    }

    /**
     * Starts the pipeline.
     *
     * @param capacity orders that may wait; more are not taken
     * @param done gets the results, up to 100 at a time, each no later than 100 ms after its copy
     * @return where orders go in; complete it to end the pipeline
     */
    public BoundedSourceQueue<CopyOrder> run(int capacity, Sink<List<CopyDone>, ?> done) {
        return Source.<CopyOrder>queue(capacity)
                .mapAsyncUnordered(settings.parallelFetches(), this::copy)
                .groupedWithin(RESULTS_TOGETHER, RESULTS_WAIT)
                .toMat(done, Keep.left())
                .run(system);
    }

    /** Makes one copy; never fails, a failure is a result. */
    CompletionStage<CopyDone> copy(CopyOrder order) {
        metrics.started();
        UUID objectId = order.key().objectId();
        return onDisk(() -> store.holds(order.key(), order.sizeBytes(), order.md5()))
                .thenCompose(here -> here
                        ? CompletableFuture.completedFuture(new TaskResult(objectId, Optional.empty(), "", false, 0))
                        : fetchFrom(order.sources(), order))
                .thenApply(result -> new CopyDone(order, result, 0))
                .exceptionally(failure -> {
                    CopyFailed cause = reasonOf(failure);
                    String detail = String.valueOf(cause.getMessage());
                    TaskResult result = new TaskResult(objectId, Optional.of(cause.reason()), detail, false, 0);
                    return new CopyDone(order, result, cause.httpStatus());
                })
                .thenApply(metrics::finished);
    }

    private CompletionStage<TaskResult> fetchFrom(List<StorageNodeId> sources, CopyOrder order) {
        if (sources.isEmpty()) {
            return CompletableFuture.failedFuture(
                    new CopyFailed(Reason.SOURCE_OBJECT_NOT_FOUND, "no storage node is named as a source"));
        }
        return fetch(sources.get(0), order)
                .handle((result, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(result);
                    }
                    CopyFailed cause = reasonOf(failure);
                    return sources.size() > 1 && cause.sourceIsAtFault()
                            ? fetchFrom(sources.subList(1, sources.size()), order)
                            : CompletableFuture.<TaskResult>failedFuture(cause);
                })
                .thenCompose(stage -> stage);
    }

    private CompletionStage<TaskResult> fetch(StorageNodeId source, CopyOrder order) {
        String uri = settings.sourceOf(source) + "/" + order.key().relativePath();
        return Http.get(system)
                .singleRequest(HttpRequest.create(uri))
                .thenCompose(response ->
                        response.status().equals(StatusCodes.OK) ? receive(response, order) : refuse(response))
                .thenApply(bytes -> new TaskResult(order.key().objectId(), Optional.empty(), "", true, bytes))
                .exceptionally(failure -> {
                    CopyFailed cause = reasonOf(failure);
                    throw new CopyFailed(cause.reason(), cause.httpStatus(), uri + ": " + cause.getMessage());
                });
    }

    private CompletionStage<Long> refuse(HttpResponse response) {
        response.discardEntityBytes(system);
        Reason reason = response.status().equals(StatusCodes.NOT_FOUND)
                ? Reason.SOURCE_OBJECT_NOT_FOUND
                : Reason.HTTP_STATUS_CODE;
        return CompletableFuture.failedFuture(new CopyFailed(
                reason,
                response.status().intValue(),
                "answered " + response.status().intValue()));
    }

    private CompletionStage<Long> receive(HttpResponse response, CopyOrder order) {
        return onDisk(() -> store.begin(order.key(), order.sizeBytes(), order.md5()))
                .thenCompose(incoming -> response.entity()
                        .withoutSizeLimit()
                        .getDataBytes()
                        .idleTimeout(settings.idleTimeout())
                        .via(Flow.of(ByteString.class)
                                .fold(incoming, CopyPipeline::write)
                                .async(DISK))
                        .runWith(Sink.head(), system)
                        .thenCompose(whole -> onDisk(() -> seal(whole)))
                        .whenCompleteAsync((done, failure) -> close(incoming), disk));
    }

    private static IncomingObject write(IncomingObject incoming, ByteString bytes) throws IOException, ObjectRejected {
        incoming.write(bytes.asByteBuffer());
        return incoming;
    }

    private static long seal(IncomingObject whole) throws IOException, ObjectRejected {
        whole.seal();
        return whole.written();
    }

    private static void close(IncomingObject incoming) {
        try {
            incoming.close();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private <T> CompletableFuture<T> onDisk(Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                disk);
    }

    private static CopyFailed reasonOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof CopyFailed known) {
            return known;
        }
        if (cause instanceof ObjectRejected) {
            return new CopyFailed(Reason.MD5_MISMATCH, String.valueOf(cause.getMessage()));
        }
        if (cause instanceof OutOfSpace) {
            return new CopyFailed(Reason.DESTINATION_INSUFFICIENT_SPACE, String.valueOf(cause.getMessage()));
        }
        if (cause instanceof IOException) {
            return new CopyFailed(Reason.AGENT_FS_ERROR, String.valueOf(cause.getMessage()));
        }
        return new CopyFailed(Reason.SOURCE_OTHER_ERROR, String.valueOf(cause.getMessage()));
    }
}
