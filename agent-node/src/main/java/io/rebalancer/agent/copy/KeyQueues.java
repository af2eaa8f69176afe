package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Lets the work on one object run one after the other, in the order of its arrival: a copy finds the file of the copy
 * before, and a file is not removed while a copy looks at it. Not thread-safe.
 */
final class KeyQueues {
    private final Map<ObjectKey, Deque<Work>> byKey = new HashMap<>();

    /** Work on an object. */
    interface Work {
        ObjectKey key();
    }

    /** Adds work and returns whether it may start now. */
    boolean add(Work work) {
        Deque<Work> queue = byKey.computeIfAbsent(work.key(), key -> new ArrayDeque<>(1));
        queue.addLast(work);
        return queue.size() == 1;
    }

    /** Whether work on the object waits or is in progress. */
    boolean contains(ObjectKey key) {
        return byKey.containsKey(key);
    }

    /** Removes work that has ended, or that is not needed any more. Returns the work that may start now instead. */
    Optional<Work> remove(Work work) {
        Deque<Work> queue = Objects.requireNonNull(byKey.get(work.key()), "work that was not added");
        boolean wasFirst = queue.peekFirst() == work;
        queue.remove(work);
        if (queue.isEmpty()) {
            byKey.remove(work.key());
        }
        return wasFirst ? Optional.ofNullable(queue.peekFirst()) : Optional.empty();
    }
}
