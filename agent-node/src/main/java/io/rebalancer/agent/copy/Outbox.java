package io.rebalancer.agent.copy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.RangeSampler;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of one client's copies, kept until the client has stored them. One batch is delivered at a time, so a
 * client that stores slowly gets larger batches instead of a longer queue of messages. A client that starts again gets all
 * outcomes again that it has not stored. The metric {@code rebalancer.copies.unstored} counts the outcomes. Their number is
 * bounded by the orders that the client may hold. Not thread-safe.
 */
final class Outbox {
    /** A batch of this size is delivered at once; a smaller one waits for the next tick of the engine. */
    static final int FULL_BATCH = 100;

    private static final int MAX_BATCH = 500;

    private final Deque<CopyOutcome> waiting = new ArrayDeque<>();
    private final RangeSampler unstored =
            Kamon.rangeSampler("rebalancer.copies.unstored").withoutTags();
    private List<CopyOutcome> delivered = List.of();
    private @Nullable Consumer<List<CopyOutcome>> listener;

    /** Delivers the outcomes that are not stored, and later ones, to {@code newListener} instead of the former one. */
    void deliverTo(Consumer<List<CopyOutcome>> newListener) {
        listener = newListener;
        for (int i = delivered.size() - 1; i >= 0; i--) {
            waiting.addFirst(delivered.get(i));
        }
        delivered = List.of();
        deliver();
    }

    void add(CopyOutcome outcome) {
        waiting.addLast(outcome);
        unstored.increment();
        if (waiting.size() >= FULL_BATCH) {
            deliver();
        }
    }

    /** Delivers what waits, unless the client has not stored the batch before. */
    void deliver() {
        if (listener == null || waiting.isEmpty() || !delivered.isEmpty()) {
            return;
        }
        List<CopyOutcome> batch = new ArrayList<>();
        while (!waiting.isEmpty() && batch.size() < MAX_BATCH) {
            batch.add(waiting.removeFirst());
        }
        delivered = List.copyOf(batch);
        listener.accept(delivered);
    }

    /** Forgets outcomes that the client has stored. Returns the outcomes that were not forgotten before. */
    List<CopyOutcome> markStored(List<CopyOutcome> stored) {
        Set<PendingCopy.Id> ids = new HashSet<>();
        stored.forEach(outcome -> ids.add(PendingCopy.Id.of(outcome.order())));
        List<CopyOutcome> forgotten = new ArrayList<>();
        List<CopyOutcome> left = new ArrayList<>();
        delivered.forEach(
                outcome -> (ids.contains(PendingCopy.Id.of(outcome.order())) ? forgotten : left).add(outcome));
        delivered = List.copyOf(left);
        unstored.decrement(forgotten.size());
        return forgotten;
    }

    /** Removes the outcome of a copy, if it is not delivered yet. */
    Optional<CopyOutcome> withdraw(PendingCopy.Id id) {
        Optional<CopyOutcome> found = waiting.stream()
                .filter(outcome -> PendingCopy.Id.of(outcome.order()).equals(id))
                .findFirst();
        found.ifPresent(outcome -> {
            waiting.remove(outcome);
            unstored.decrement();
        });
        return found;
    }

    /** The outcomes that the client has not stored. */
    int size() {
        return waiting.size() + delivered.size();
    }
}
