package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.UnmovedRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes the low-water mark of each shard's scan. The mark passes a chunk when the pass is done with every record of the
 * chunk, and the mark has passed all earlier chunks. It counts the records before it that could not be moved, so a resumed
 * scan, which starts at the mark, counts none of them twice. Not thread-safe. In memory only.
 */
public final class ScanTracker {
    private final Map<Integer, Deque<Chunk>> chunks = new HashMap<>();
    private final Map<Integer, UnmovedCounts> beforeMarks = new HashMap<>();
    private final Map<Integer, ScanPosition> movedMarks = new HashMap<>();

    /** A scanned range of rows of one shard. */
    public static final class Chunk {
        private final int shard;
        private final ScanPosition end;
        private int open;
        private UnmovedCounts unmoved = UnmovedCounts.ZERO;

        private Chunk(int shard, ScanPosition end, int open) {
            this.shard = shard;
            this.end = end;
            this.open = open;
        }
    }

    /** @param marks where the scans of the shards start; a shard without a mark starts at {@link ScanPosition#START} */
    public ScanTracker(Map<Integer, ScanPosition> marks) {
        marks.forEach((shard, mark) -> beforeMarks.put(shard, mark.unmoved()));
    }

    /**
     * Adds the next chunk of a shard. The chunks of a shard must be added in order.
     *
     * @param end first position after the chunk
     * @param records number of its records that the pass has to deal with, at least 0
     */
    public Chunk begin(int shard, ScanPosition end, int records) {
        Deque<Chunk> pending = chunks.computeIfAbsent(shard, each -> new ArrayDeque<>());
        joinLast(pending);
        Chunk chunk = new Chunk(shard, end, records);
        pending.addLast(chunk);
        advance(shard);
        return chunk;
    }

    /** The mark may wait for one record for hours. Meanwhile, finished chunks behind it must not fill the memory. */
    private static void joinLast(Deque<Chunk> pending) {
        if (pending.size() < 2) {
            return;
        }
        Chunk last = pending.removeLast();
        if (last.open == 0 && pending.getLast().open == 0) {
            last.unmoved = last.unmoved.plus(pending.removeLast().unmoved);
        }
        pending.addLast(last);
    }

    /** The pass is done with one record of {@code chunk}: it has left the node. */
    public void settle(Chunk chunk) {
        if (chunk.open == 0) {
            throw new IllegalStateException("more records settled than the chunk contains");
        }
        chunk.open--;
        advance(chunk.shard);
    }

    /** The pass is done with one record of {@code chunk}: it could not be moved. */
    public void settle(Chunk chunk, UnmovedRecord unmoved) {
        chunk.unmoved = chunk.unmoved.plus(List.of(unmoved));
        settle(chunk);
    }

    /** Returns and forgets the low-water marks that have moved since the last call. */
    public Map<Integer, ScanPosition> takeMoved() {
        Map<Integer, ScanPosition> marks = Map.copyOf(movedMarks);
        movedMarks.clear();
        return marks;
    }

    /** Chunks of a shard that the mark has not passed. */
    int pendingChunks(int shard) {
        return chunks.getOrDefault(shard, new ArrayDeque<>()).size();
    }

    private void advance(int shard) {
        Deque<Chunk> pending = chunks.getOrDefault(shard, new ArrayDeque<>());
        while (!pending.isEmpty() && pending.peekFirst().open == 0) {
            Chunk passed = pending.removeFirst();
            UnmovedCounts unmoved =
                    beforeMarks.getOrDefault(shard, UnmovedCounts.ZERO).plus(passed.unmoved);
            beforeMarks.put(shard, unmoved);
            movedMarks.put(shard, passed.end.with(unmoved));
        }
    }
}
