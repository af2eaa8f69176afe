package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
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
 * orders ─► bounded queue ─► already stored? ─no──► fetch, digest, write, verify ─► group
 *                                   │                                                 │
 *                                   │                  force all, rename all, force each directory
 *                                   │                                                 │
 *                                   └─yes────────────────────────────────────────────►outcomes
 * </pre>
 *
 * Objects that are verified while one group is flushed form the next group. So many small objects share the cost of
 * each flush. Memory use does not grow with the size of an object.
 */
public final class CopyPipeline {
    private static final int MAX_GROUP = 64;
    private static final int MAX_PARALLEL_FLUSHES = 4;
    private static final int MAX_OUTCOMES = 100;
    private static final Duration OUTCOME_INTERVAL = Duration.ofMillis(100);

    private final ActorSystem<?> system;
    private final ObjectStore store;
    private final Fetcher fetcher;
    private final CopyLimiter limiter;
    private final BlockingExecutor disk;
    private final CopyMetrics metrics;

    public CopyPipeline(
            ActorSystem<?> system, ObjectStore store, Fetcher fetcher, CopyLimiter limiter, CopyMetrics metrics) {
        this.system = system;
        this.store = store;
        this.fetcher = fetcher;
        this.limiter = limiter;
        this.disk = BlockingExecutor.on(system, Dispatchers.DISK);
        this.metrics = metrics;
    }

    /** A copy before its group is published: either verified bytes that are not durable yet, or an outcome. */
    private record PreparedCopy(CopyOrder order, Optional<IncomingObject> object, Optional<CopyOutcome> outcome) {
        static PreparedCopy verified(CopyOrder order, IncomingObject object) {
            return new PreparedCopy(order, Optional.of(object), Optional.empty());
        }

        static PreparedCopy ended(CopyOutcome outcome) {
            return new PreparedCopy(outcome.order(), Optional.empty(), Optional.of(outcome));
        }
    }

    /**
     * Starts the pipeline.
     *
     * @param capacity orders that may wait; the queue rejects more
     * @param outcomes receives the outcomes, up to 100 at a time, each within 100 ms after its copy
     * @return the queue for orders; complete it to end the pipeline
     */
    public BoundedSourceQueue<CopyOrder> run(int capacity, Sink<List<CopyOutcome>, ?> outcomes) {
        return Source.<CopyOrder>queue(capacity)
                .mapAsyncUnordered(CopyLimits.MAX_PARALLEL_FETCHES, this::prepare)
                .batch(MAX_GROUP, CopyPipeline::newGroup, CopyPipeline::addToGroup)
                .mapAsync(MAX_PARALLEL_FLUSHES, this::publish)
                .mapConcat(group -> group)
                .groupedWithin(MAX_OUTCOMES, OUTCOME_INTERVAL)
                .toMat(outcomes, Keep.left())
                .run(system);
    }

    private static List<PreparedCopy> newGroup(PreparedCopy first) {
        List<PreparedCopy> group = new ArrayList<>();
        group.add(first);
        return group;
    }

    private static List<PreparedCopy> addToGroup(List<PreparedCopy> group, PreparedCopy next) {
        group.add(next);
        return group;
    }

    /** Makes a single copy outside the queue. The stage never fails: a failed copy is an outcome. */
    CompletionStage<CopyOutcome> copy(CopyOrder order) {
        return prepare(order)
                .thenCompose(prepared -> publish(List.of(prepared)))
                .thenApply(outcomes -> outcomes.get(0));
    }

    private CompletionStage<PreparedCopy> prepare(CopyOrder order) {
        metrics.recordCopyStart(order);
        return disk.run(() -> store.find(order.key(), order.sizeBytes(), order.md5()))
                .thenCompose(existing -> existing.isPresent()
                        ? CompletableFuture.completedFuture(PreparedCopy.ended(existingCopy(order, existing.get())))
                        : fetcher.fetch(order).thenApply(object -> verifiedCopy(order, object)))
                .exceptionally(failure -> PreparedCopy.ended(failedCopy(order, CopyFailure.from(failure))));
    }

    private PreparedCopy verifiedCopy(CopyOrder order, IncomingObject object) {
        metrics.recordVerifiedCopy(order);
        return PreparedCopy.verified(order, object);
    }

    /** A file that the same assignment created before a crash counts as created, so the agent may remove it later. */
    private static CopyOutcome existingCopy(CopyOrder order, ObjectStore.ExistingObject existing) {
        boolean created = existing.createdFor().equals(Optional.of(order.assignmentId()));
        return new CopyOutcome(order, new TaskResult(order.key().objectId(), Optional.empty(), "", created, 0), 0);
    }

    private static CopyOutcome failedCopy(CopyOrder order, CopyFailure failure) {
        String detail = String.valueOf(failure.getMessage());
        return new CopyOutcome(
                order,
                new TaskResult(order.key().objectId(), Optional.of(failure.reason()), detail, false, 0),
                failure.httpStatus());
    }

    private CompletionStage<List<CopyOutcome>> publish(List<PreparedCopy> group) {
        List<IncomingObject> objects =
                group.stream().flatMap(copy -> copy.object().stream()).toList();
        CompletionStage<List<CopyOutcome>> outcomes = objects.isEmpty()
                ? CompletableFuture.completedFuture(outcomes(group, Map.of()))
                : publish(group, objects);
        return outcomes.thenApply(
                all -> all.stream().map(metrics::recordCopyEnd).toList());
    }

    private CompletionStage<List<CopyOutcome>> publish(List<PreparedCopy> group, List<IncomingObject> objects) {
        long startNanos = System.nanoTime();
        return disk.run(() -> {
                    Map<IncomingObject, IOException> failures = store.publish(objects);
                    objects.forEach(IncomingObject::closeOrLog);
                    return failures;
                })
                .thenApply(failures -> {
                    limiter.recordFlush(Duration.ofNanos(System.nanoTime() - startNanos));
                    return outcomes(group, failures);
                })
                .exceptionally(failure -> group.stream()
                        .map(copy ->
                                copy.outcome().orElseGet(() -> failedCopy(copy.order(), CopyFailure.from(failure))))
                        .toList());
    }

    private static List<CopyOutcome> outcomes(List<PreparedCopy> group, Map<IncomingObject, IOException> failures) {
        return group.stream()
                .map(copy -> copy.outcome()
                        .orElseGet(
                                () -> publishedCopy(copy.order(), copy.object().orElseThrow(), failures)))
                .toList();
    }

    private static CopyOutcome publishedCopy(
            CopyOrder order, IncomingObject object, Map<IncomingObject, IOException> failures) {
        IOException failure = failures.get(object);
        return failure != null
                ? failedCopy(order, CopyFailure.from(failure))
                : new CopyOutcome(
                        order,
                        new TaskResult(order.key().objectId(), Optional.empty(), "", true, object.writtenBytes()),
                        0);
    }
}
