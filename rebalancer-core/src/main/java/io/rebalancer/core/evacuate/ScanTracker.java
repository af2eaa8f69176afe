package io.rebalancer.core.evacuate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Computes the low-water mark of each shard's scan. The mark passes a chunk when every record of the chunk is in a
 * stored assignment or stored as unmoved, and the mark has passed all earlier chunks. Not thread-safe. In memory only,
 * because a resumed scan starts at the stored marks.
 */
public final class ScanTracker {
    private final Map<Integer, Deque<Chunk>> chunks = new HashMap<>();
    private final Map<Integer, ScanPosition> movedMarks = new HashMap<>();

    /** A scanned range of rows of one shard. */
    public static final class Chunk {
        private final int shard;
        private final ScanPosition end;
        private int open;

        private Chunk(int shard, ScanPosition end, int open) {
            this.shard = shard;
            this.end = end;
            this.open = open;
        }
    }

    /**
     * Adds the next chunk of a shard. The chunks of a shard must be added in order.
     *
     * @param end first position after the chunk
     * @param records number of its records that have to be settled, at least 0
     */
    public Chunk begin(int shard, ScanPosition end, int records) {
        Chunk chunk = new Chunk(shard, end, records);
        chunks.computeIfAbsent(shard, each -> new ArrayDeque<>()).addLast(chunk);
        advance(shard);
        return chunk;
    }

    /** Marks one record of {@code chunk} as settled by the event that stores the next result of {@link #takeMoved}. */
    public void settle(Chunk chunk) {
        if (chunk.open == 0) {
            throw new IllegalStateException("more records settled than the chunk contains");
        }
        chunk.open--;
        advance(chunk.shard);
    }

    /** Returns and forgets the low-water marks that have moved since the last call. */
    public Map<Integer, ScanPosition> takeMoved() {
        Map<Integer, ScanPosition> marks = Map.copyOf(movedMarks);
        movedMarks.clear();
        return marks;
    }

    private void advance(int shard) {
        Deque<Chunk> pending = chunks.getOrDefault(shard, new ArrayDeque<>());
        while (!pending.isEmpty() && pending.peekFirst().open == 0) {
            movedMarks.put(shard, pending.removeFirst().end);
        }
    }
}
