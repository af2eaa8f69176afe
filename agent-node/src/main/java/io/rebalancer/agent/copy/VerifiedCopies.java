package io.rebalancer.agent.copy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The copies that are complete and verified, and wait for a flush. Copies that are verified while a group is flushed
 * form the next group, so many small objects share the forces of their directories. A large object is a group alone, so that
 * small objects do not wait for its force. Not thread-safe.
 */
final class VerifiedCopies {
    static final int MAX_GROUP = 256;

    private static final long LARGE_BYTES = 8 << 20;

    private final Deque<PendingCopy> small = new ArrayDeque<>();
    private final Deque<PendingCopy> large = new ArrayDeque<>();

    void add(PendingCopy copy) {
        (isLarge(copy) ? large : small).addLast(copy);
    }

    private static boolean isLarge(PendingCopy copy) {
        return copy.progress().incoming().writtenBytes() >= LARGE_BYTES;
    }

    void remove(PendingCopy copy) {
        (isLarge(copy) ? large : small).remove(copy);
    }

    boolean isEmpty() {
        return small.isEmpty() && large.isEmpty();
    }

    /** Takes the small objects of the next group; empty if there are none. */
    List<PendingCopy> nextGroup() {
        List<PendingCopy> group = new ArrayList<>();
        while (!small.isEmpty() && group.size() < MAX_GROUP) {
            group.add(small.removeFirst());
        }
        return group;
    }

    /** Takes the next large object, as a group; empty if there is none. */
    List<PendingCopy> nextLarge() {
        return large.isEmpty() ? List.of() : List.of(large.removeFirst());
    }
}
