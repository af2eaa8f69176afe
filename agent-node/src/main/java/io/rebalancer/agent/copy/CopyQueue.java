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
 * Hands orders to the pipeline, never two for one object at a time: the second finds the first one's file. For one
 * thread, the agent's.
 */
public final class CopyQueue {
    private static final Logger LOGGER = LoggerFactory.getLogger(CopyQueue.class);

    private final BoundedSourceQueue<CopyOrder> pipeline;
    private final ObjectStore store;
    private final Executor disk;
    private final CopyMetrics metrics;
    private final Map<ObjectKey, Deque<CopyOrder>> waitingFor = new HashMap<>();

    /** Opens a desk that calls {@code done} with the results of its copies. */
    @FunctionalInterface
    public interface Factory {
        CopyQueue open(Consumer<List<CopyDone>> done);
    }

    private CopyQueue(BoundedSourceQueue<CopyOrder> pipeline, ObjectStore store, Executor disk, CopyMetrics metrics) {
        this.metrics = metrics;
        this.pipeline = pipeline;
        this.store = store;
        this.disk = disk;
    }

    /**
     * @param maxAssignments the agent's admission limit; the pipeline's queue has room for all their tasks
     * @param disk where blocking work may run
     */
    public static Factory over(
            CopyPipeline pipeline, ObjectStore store, int maxAssignments, Executor disk, CopyMetrics metrics) {
        int capacity = maxAssignments * BatchLimits.MAX_TASKS;
        return done -> new CopyQueue(pipeline.run(capacity, Sink.foreach(done::accept)), store, disk, metrics);
    }

    /** Has the copy made, after the one that is being made of the same object, if any. */
    public void take(CopyOrder order) {
        Deque<CopyOrder> others = waitingFor.get(order.key());
        if (others != null) {
            others.addLast(order);
            return;
        }
        waitingFor.put(order.key(), new ArrayDeque<>());
        offer(order);
    }

    /** To be told of every result, so that the next copy of the same object may begin. */
    public void finished(CopyOrder order) {
        Deque<CopyOrder> others = waitingFor.get(order.key());
        if (others == null || others.isEmpty()) {
            waitingFor.remove(order.key());
        } else {
            offer(others.removeFirst());
        }
    }

    /** The queue has room for every task the agent may hold, so a refusal is a bug and stops the agent. */
    private void offer(CopyOrder order) {
        metrics.ordered();
        if (!pipeline.offer(order).isEnqueued()) {
            throw new IllegalStateException("the copy pipeline does not take " + order.key());
        }
    }

    /** Removes files in the background. What a crash leaves of them is an orphan that reconciliation finds. */
    public void discard(List<ObjectKey> unwanted) {
        if (unwanted.isEmpty()) {
            return;
        }
        disk.execute(() -> {
            for (ObjectKey key : unwanted) {
                try {
                    store.discard(key);
                } catch (IOException e) {
                    LOGGER.warn("object={} unwanted copy not removed: {}", key.objectId(), e.toString());
                }
            }
        });
    }
}
