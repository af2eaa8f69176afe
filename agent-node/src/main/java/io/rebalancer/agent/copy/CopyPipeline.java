package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.TaskResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Makes copies (manta.md 9.4).
 *
 * <pre>
 * orders ─► bounded queue ─► here already? ─no─► fetch, digest and write, verify ─► group ─► flush all, rename all,
 *                                         └─yes──────────────────────────────────────┘       flush each directory ─► done
 * </pre>
 *
 * What is verified while a group is being flushed is the next group, so that many small objects share the cost of the
 * disk's flushes. Bytes are digested as they are written, and memory does not grow with an object's size.
 */
public final class CopyPipeline {
    private static final int GROUP = 64;
    private static final int FLUSHES = 4;
    private static final int RESULTS_TOGETHER = 100;
    private static final Duration RESULTS_WAIT = Duration.ofMillis(100);

    private final ActorSystem<?> system;
    private final ObjectStore store;
    private final Fetcher fetcher;
    private final CopyLimiter pace;
    private final DiskExecutor disk;
    private final CopyMetrics metrics;

    public CopyPipeline(
            ActorSystem<?> system, ObjectStore store, Fetcher fetcher, CopyLimiter pace, CopyMetrics metrics) {
        this.system = system;
        this.store = store;
        this.fetcher = fetcher;
        this.pace = pace;
        this.disk = new DiskExecutor(system);
        this.metrics = metrics;
    }

    /** A copy on its way: bytes that are verified and not yet durable, or a result already. */
    private record Prepared(CopyOrder order, Optional<IncomingObject> verified, Optional<CopyDone> done) {
        static Prepared verified(CopyOrder order, IncomingObject object) {
            return new Prepared(order, Optional.of(object), Optional.empty());
        }

        static Prepared done(CopyDone done) {
            return new Prepared(done.order(), Optional.empty(), Optional.of(done));
        }
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
                .mapAsyncUnordered(CopyLimits.MAX_PARALLEL_FETCHES, this::prepare)
                .batch(GROUP, CopyPipeline::groupOf, CopyPipeline::plus)
                .mapAsync(FLUSHES, this::publish)
                .mapConcat(results -> results)
                .groupedWithin(RESULTS_TOGETHER, RESULTS_WAIT)
                .toMat(done, Keep.left())
                .run(system);
    }

    private static List<Prepared> groupOf(Prepared first) {
        List<Prepared> group = new ArrayList<>();
        group.add(first);
        return group;
    }

    private static List<Prepared> plus(List<Prepared> group, Prepared next) {
        group.add(next);
        return group;
    }

    /** Makes one copy by itself; never fails, a failure is a result. */
    CompletionStage<CopyDone> copy(CopyOrder order) {
        return prepare(order)
                .thenCompose(prepared -> publish(List.of(prepared)))
                .thenApply(results -> results.get(0));
    }

    private CompletionStage<Prepared> prepare(CopyOrder order) {
        metrics.started(order);
        return disk.run(() -> store.find(order.key(), order.sizeBytes(), order.md5()))
                .thenCompose(standing -> standing.isPresent()
                        ? CompletableFuture.completedFuture(Prepared.done(there(order, standing.get())))
                        : fetcher.fetch(order).thenApply(object -> verified(order, object)))
                .exceptionally(failure -> Prepared.done(failed(order, CopyFailed.of(failure))));
    }

    private Prepared verified(CopyOrder order, IncomingObject object) {
        metrics.verified(order);
        return Prepared.verified(order, object);
    }

    /** A file that this very assignment made before a crash counts as made by it: it may be unwanted later. */
    private static CopyDone there(CopyOrder order, ObjectStore.ExistingObject standing) {
        boolean ours = standing.madeFor().equals(Optional.of(order.assignmentId()));
        return new CopyDone(order, new TaskResult(order.key().objectId(), Optional.empty(), "", ours, 0), 0);
    }

    private static CopyDone failed(CopyOrder order, CopyFailed cause) {
        String detail = String.valueOf(cause.getMessage());
        return new CopyDone(
                order,
                new TaskResult(order.key().objectId(), Optional.of(cause.reason()), detail, false, 0),
                cause.httpStatus());
    }

    private CompletionStage<List<CopyDone>> publish(List<Prepared> group) {
        List<IncomingObject> objects =
                group.stream().flatMap(each -> each.verified().stream()).toList();
        CompletionStage<List<CopyDone>> results =
                objects.isEmpty() ? CompletableFuture.completedFuture(results(group, Map.of())) : flush(group, objects);
        return results.thenApply(all -> all.stream().map(metrics::finished).toList());
    }

    private CompletionStage<List<CopyDone>> flush(List<Prepared> group, List<IncomingObject> objects) {
        long begun = System.nanoTime();
        return disk.run(() -> {
                    Map<IncomingObject, IOException> failures = store.publish(objects);
                    objects.forEach(DiskExecutor::close);
                    return failures;
                })
                .thenApply(failures -> {
                    pace.flushed(Duration.ofNanos(System.nanoTime() - begun));
                    return results(group, failures);
                })
                .exceptionally(failure -> group.stream()
                        .map(each -> each.done().orElseGet(() -> failed(each.order(), CopyFailed.of(failure))))
                        .toList());
    }

    private static List<CopyDone> results(List<Prepared> group, Map<IncomingObject, IOException> failures) {
        return group.stream()
                .map(each -> each.done()
                        .orElseGet(() -> result(each.order(), each.verified().orElseThrow(), failures)))
                .toList();
    }

    private static CopyDone result(CopyOrder order, IncomingObject object, Map<IncomingObject, IOException> failures) {
        IOException failure = failures.get(object);
        return failure != null
                ? failed(order, CopyFailed.of(failure))
                : new CopyDone(
                        order, new TaskResult(order.key().objectId(), Optional.empty(), "", true, object.written()), 0);
    }
}
