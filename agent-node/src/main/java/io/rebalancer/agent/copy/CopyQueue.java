package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.core.evacuate.BatchLimits;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.Sink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes orders to the copy pipeline, but only one order per object at a time: the next order then finds the file of
 * the order before. For one thread: the actor that owns the queue.
 */
public final class CopyQueue {
    private static final Logger LOGGER = LoggerFactory.getLogger(CopyQueue.class);

    private final BoundedSourceQueue<CopyOrder> pipeline;
    private final ObjectStore store;
    private final Executor disk;
    private final CopyMetrics metrics;
    private final Map<ObjectKey, Deque<CopyOrder>> waitingByObject = new HashMap<>();

    /** Opens a queue and the pipeline behind it. */
    @FunctionalInterface
    public interface Factory {
        /** @param outcomes receives the outcomes of the queue's copies, on any thread */
        CopyQueue open(Consumer<List<CopyOutcome>> outcomes);
    }

    private CopyQueue(BoundedSourceQueue<CopyOrder> pipeline, ObjectStore store, Executor disk, CopyMetrics metrics) {
        this.metrics = metrics;
        this.pipeline = pipeline;
        this.store = store;
        this.disk = disk;
    }

    /**
     * A factory whose queues share a pipeline's limits.
     *
     * @param maxAssignments the agent's admission limit; each queue has capacity for all their tasks
     * @param disk threads for blocking work
     */
    public static Factory factory(
            CopyPipeline pipeline, ObjectStore store, int maxAssignments, Executor disk, CopyMetrics metrics) {
        int capacity = maxAssignments * BatchLimits.MAX_TASKS;
        return outcomes -> new CopyQueue(pipeline.run(capacity, Sink.foreach(outcomes::accept)), store, disk, metrics);
    }

    /** Starts the copy, or queues it behind the running copy of the same object. */
    public void enqueue(CopyOrder order) {
        Deque<CopyOrder> waiting = waitingByObject.get(order.key());
        if (waiting != null) {
            waiting.addLast(order);
            return;
        }
        waitingByObject.put(order.key(), new ArrayDeque<>());
        offer(order);
    }

    /** Starts the next copy of the same object. The owner calls this for each outcome. */
    public void markEnded(CopyOrder order) {
        Deque<CopyOrder> waiting = waitingByObject.get(order.key());
        if (waiting == null || waiting.isEmpty()) {
            waitingByObject.remove(order.key());
        } else {
            offer(waiting.removeFirst());
        }
    }

    /**
     * The pipeline has capacity for every task that the agent may hold. A rejected order is a bug and stops the agent.
     */
    private void offer(CopyOrder order) {
        metrics.recordQueuedCopy();
        if (!pipeline.offer(order).isEnqueued()) {
            throw new IllegalStateException("the copy pipeline rejected " + order.key());
        }
    }

    /** Removes files in the background. A file that a crash leaves is an orphan, which reconciliation finds. */
    public void discard(List<ObjectKey> unwanted) {
        if (unwanted.isEmpty()) {
            return;
        }
        disk.execute(() -> {
            for (ObjectKey key : unwanted) {
                try {
                    store.discard(key);
                } catch (IOException e) {
                    LOGGER.warn(
                            "object={} unwanted copy not removed, it stays as an orphan: {}",
                            key.objectId(),
                            e.toString());
                }
            }
        });
    }
}
