package io.rebalancer.manager.metadata;

import io.rebalancer.core.port.RecordScan.Chunk;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the chunks that are kept for scans which have not asked for them yet, over all shards. When they have
 * {@link #maxRecords} records, no more are kept: a scan then reads its rows itself. Thread-safe.
 */
public final class KeptChunks {
    /** Some 100 MB, if every row of the shards names a leaving node. */
    private static final long MAX_RECORDS = 100_000;

    private final long maxRecords;
    private final Runnable onTaken;
    private final AtomicLong records = new AtomicLong();

    /** @param onTaken called for each kept chunk that its scan asks for, so that it costs no read; must not block */
    public KeptChunks(Runnable onTaken) {
        this(MAX_RECORDS, onTaken);
    }

    KeptChunks(long maxRecords, Runnable onTaken) {
        this.maxRecords = maxRecords;
        this.onTaken = onTaken;
    }

    /** Records in kept chunks. */
    public long records() {
        return records.get();
    }

    /** Whether a chunk of {@code rows} may be kept. If so, {@link #take} or {@link #drop} must follow. */
    boolean keep(int rows) {
        long before = records.getAndUpdate(all -> all + rows <= maxRecords ? all + rows : all);
        return before + rows <= maxRecords;
    }

    /** The scan asked for its chunk. */
    void take(Chunk kept) {
        drop(kept);
        onTaken.run();
    }

    /** The scan has ended. */
    void drop(Chunk kept) {
        records.addAndGet(-kept.rows().size());
    }
}
