package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordScan;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * A scan of given records instead of whole shards: reads each record live by its key, and returns those that still name the
 * leaving node. A pass that only retries exceptions needs no other scan. It proves nothing about other records.
 *
 * <p>A lookup has no position: every chunk ends at {@link ScanPosition#START}, so a job stores no low-water mark that a scan
 * of the whole shard could mistake for its own. A restarted lookup reads its records again.
 */
public final class RecordLookup implements RecordScan {
    private static final int RECORDS_PER_CHUNK = UncheckedChunk.ROWS_PER_PIECE;

    private final MetadataTier tier;
    private final SortedMap<Integer, List<RecordRef>> refs;

    /** @param refs the records to read; each is read once, however often it is listed */
    public RecordLookup(MetadataTier tier, Collection<RecordRef> refs) {
        this.tier = tier;
        this.refs = refs.stream()
                .distinct()
                .sorted(Comparator.comparing(RecordRef::key))
                .collect(Collectors.groupingBy(RecordRef::shard, TreeMap::new, Collectors.toUnmodifiableList()));
    }

    /** The shards of the given records only. */
    @Override
    public List<Integer> shards() {
        return List.copyOf(refs.keySet());
    }

    @Override
    public boolean readsPrimary() {
        return true;
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        return new Cursor(new LiveRows(tier, leaving), refs.getOrDefault(shard, List.of()));
    }

    private static final class Cursor implements ShardCursor {
        private final LiveRows live;
        private final List<RecordRef> refs;
        private volatile int read;
        private volatile boolean closed;

        Cursor(LiveRows live, List<RecordRef> refs) {
            this.live = live;
            this.refs = refs;
        }

        @Override
        public CompletionStage<Chunk> next() {
            if (closed) {
                return CompletableFuture.failedFuture(new IllegalStateException("the lookup is closed"));
            }
            int end = Math.min(refs.size(), read + RECORDS_PER_CHUNK);
            return live.at(refs.subList(read, end)).thenApply(rows -> {
                read = end;
                return new Chunk(rows, ScanPosition.START, end == refs.size());
            });
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
