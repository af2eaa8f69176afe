package io.rebalancer.core.evacuate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Knows how far each shard's scan is safe: a chunk counts once every record found in it is in a stored assignment or a
 * stored exception, and only when all chunks before it count. For one thread; in memory only, since a resumed scan
 * begins at the stored marks.
 */
public final class ScanTracker {
    private final Map<Integer, Deque<Chunk>> chunks = new HashMap<>();
    private final Map<Integer, ScanPosition> moved = new HashMap<>();

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
     * Notes the next chunk of a shard; chunks of one shard come in order.
     *
     * @param end first position after the chunk
     * @param records how many records of it have to be settled, at least 0
     */
    public Chunk begin(int shard, ScanPosition end, int records) {
        Chunk chunk = new Chunk(shard, end, records);
        chunks.computeIfAbsent(shard, each -> new ArrayDeque<>()).addLast(chunk);
        advance(shard);
        return chunk;
    }

    /** One record of {@code chunk} is stored with the event that carries the next {@link #takeMoved}. */
    public void settle(Chunk chunk) {
        if (chunk.open == 0) {
            throw new IllegalStateException("more records settled than the chunk had");
        }
        chunk.open--;
        advance(chunk.shard);
    }

    /** The low-water marks that moved since the last call. */
    public Map<Integer, ScanPosition> takeMoved() {
        Map<Integer, ScanPosition> marks = Map.copyOf(moved);
        moved.clear();
        return marks;
    }

    private void advance(int shard) {
        Deque<Chunk> pending = chunks.getOrDefault(shard, new ArrayDeque<>());
        while (!pending.isEmpty() && pending.peekFirst().open == 0) {
            moved.put(shard, pending.removeFirst().end);
        }
    }
}
