package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.port.UnmovedRecords;
import io.rebalancer.core.text.OneLine;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A scan of the records that earlier passes of a job left, or of exceptions of an ended job: it reads each live by its key, and returns those that still name
 * the leaving node. So a retry of a few records costs no scan of whole shards. It proves nothing about other records.
 */
public final class UnmovedRecordScan implements RecordScan {
    private static final int RECORDS_PER_CHUNK = UncheckedChunk.ROWS_PER_PIECE;

    private final MetadataTier tier;
    private final List<Integer> shards;
    private final Pages pages;

    /** The list of the records. */
    private interface Pages {
        CompletionStage<UnmovedRecords.Page> page(int shard, String after, int limit);
    }

    private UnmovedRecordScan(MetadataTier tier, List<Integer> shards, Pages pages) {
        this.tier = tier;
        this.shards = List.copyOf(shards);
        this.pages = pages;
    }

    /**
     * Visits what earlier passes of a job left.
     *
     * @param shards numbers of all shards, ascending
     * @param pass the pass that visits what the passes before it left
     */
    public static UnmovedRecordScan ofPasses(
            UnmovedRecords unmoved, MetadataTier tier, List<Integer> shards, UUID jobId, int pass) {
        return new UnmovedRecordScan(
                tier, shards, (shard, after, limit) -> unmoved.page(jobId, shard, pass, after, limit));
    }

    /**
     * Visits exceptions of an ended job.
     *
     * @param shards numbers of all shards, ascending
     */
    public static UnmovedRecordScan ofSelection(
            UnmovedRecords unmoved, MetadataTier tier, List<Integer> shards, RetrySelection selection) {
        return new UnmovedRecordScan(
                tier,
                shards,
                (shard, after, limit) -> unmoved.withReasons(
                        selection.jobId(), shard, selection.reasons(), Integer.MAX_VALUE, after, limit));
    }

    /**
     * Visits those of a running job's exceptions that an operator orders to retry.
     *
     * @param shards numbers of all shards, ascending
     * @param pass the pass that visits them
     */
    public static UnmovedRecordScan ofReasons(
            UnmovedRecords unmoved,
            MetadataTier tier,
            List<Integer> shards,
            UUID jobId,
            int pass,
            Set<Reason> reasons) {
        return new UnmovedRecordScan(
                tier, shards, (shard, after, limit) -> unmoved.withReasons(jobId, shard, reasons, pass, after, limit));
    }

    @Override
    public List<Integer> shards() {
        return shards;
    }

    @Override
    public boolean readsPrimary() {
        return true;
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        return new Cursor(shard, new LiveRows(tier, leaving), from);
    }

    private final class Cursor implements ShardCursor {
        private final int shard;
        private final LiveRows live;
        private volatile ScanPosition position;
        private volatile boolean closed;

        Cursor(int shard, LiveRows live, ScanPosition from) {
            this.shard = shard;
            this.live = live;
            this.position = from.column() == ScanColumn.KEY ? from : ScanPosition.at(ScanColumn.KEY, 0);
        }

        @Override
        public CompletionStage<Chunk> next() {
            if (closed) {
                return CompletableFuture.failedFuture(new IllegalStateException("the scan is closed"));
            }
            ScanPosition from = position;
            return pages.page(shard, from.afterKey(), RECORDS_PER_CHUNK)
                    .exceptionally(failure -> {
                        Throwable cause = Failures.rootCause(failure);
                        // Retried like a shard that is away: the list is a cache of what the journal contains.
                        throw new CompletionException(new TierUnavailable(
                                "the list of unmoved records can't be read: " + OneLine.of(cause), cause));
                    })
                    .thenCompose(page -> live.at(page.records()).thenApply(rows -> {
                        ScanPosition end = ScanPosition.at(
                                ScanColumn.KEY, from.nextId() + page.records().size(), page.end(), 0);
                        position = end;
                        return new Chunk(rows, end, page.last());
                    }));
        }

        @Override
        public ScanPosition position() {
            return position;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
