package io.rebalancer.agent.copy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The copies that are complete and verified, and wait for a flush. Copies that are verified while other groups are flushed
 * form the next group, so many small objects share the cost of each flush. A large object is a group alone, so that small
 * objects do not wait for its force. Not thread-safe.
 */
final class VerifiedCopies {
    static final int MAX_GROUP = 64;

    private static final long LARGE_BYTES = 8 << 20;

    private final Deque<PendingCopy> small = new ArrayDeque<>();
    private final Deque<PendingCopy> large = new ArrayDeque<>();
    private boolean largeIsNext;

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

    /** Takes the next group; small and large objects take turns. */
    List<PendingCopy> nextGroup() {
        boolean takeLarge = small.isEmpty() || largeIsNext && !large.isEmpty();
        largeIsNext = !takeLarge;
        List<PendingCopy> group = new ArrayList<>();
        Deque<PendingCopy> from = takeLarge ? large : small;
        int max = takeLarge ? 1 : MAX_GROUP;
        while (!from.isEmpty() && group.size() < max) {
            group.add(from.removeFirst());
        }
        return group;
    }
}
