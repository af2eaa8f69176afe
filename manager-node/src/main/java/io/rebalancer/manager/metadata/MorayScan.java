package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Scans shards through Moray's {@code sql} call, by ranges of row ids: first {@code _id}, then {@code _idx}, because a row
 * has only one of the two (manta.md 6.4). Scans of the same shard share reads, see {@link ScanGroup}.
 */
public final class MorayScan implements RecordScan {
    private final MorayShards shards;
    private final IntSupplier maxRows;
    private final Supplier<List<String>> excluded;
    private final KeptChunks keptChunks;
    private final Map<Integer, ScanGroup> groups = new ConcurrentHashMap<>();

    /**
     * @param maxRows rows per query, at most; read when a scan of a shard begins
     * @param excluded records whose key contains one of these texts are not moved; read for every chunk
     * @param keptChunks bounds the chunks that are kept for other scans; shared by all scans of a manager
     */
    public MorayScan(MorayShards shards, IntSupplier maxRows, Supplier<List<String>> excluded, KeptChunks keptChunks) {
        this.shards = shards;
        this.maxRows = maxRows;
        this.excluded = excluded;
        this.keptChunks = keptChunks;
    }

    @Override
    public List<Integer> shards() {
        return shards.numbers();
    }

    @Override
    public boolean readsPrimary() {
        return true;
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        return groups.computeIfAbsent(shard, number -> new ScanGroup(number, excluded, keptChunks))
                .open(leaving, from.column() == ScanColumn.KEY ? ScanPosition.START : from, new Reader(shard));
    }

    private final class Reader implements ScanGroup.Reader {
        private final int shard;
        private final RangeReader ranges;

        Reader(int shard) {
            this.shard = shard;
            this.ranges = new RangeReader(shards, shard, " AND type = 'object'", maxRows.getAsInt());
        }

        @Override
        public CompletionStage<Long> highest(ScanColumn column) {
            return RowQueries.highest(shards, shard, column);
        }

        @Override
        public CompletionStage<ScanGroup.Page> read(ScanGroup.Range range) {
            ScanPosition from = range.from();
            return ranges.read(from.column(), from.nextId(), range.lastId(), range.nodes())
                    .thenApply(read -> new ScanGroup.Page(
                            read.rows().stream()
                                    .filter(RowQueries::mentionsNode)
                                    .map(Reader::storedRow)
                                    .toList(),
                            ScanPosition.at(from.column(), read.nextId()),
                            false,
                            false));
        }

        private static ScanGroup.StoredRow storedRow(JsonNode row) {
            return new ScanGroup.StoredRow(
                    row.path("_key").asText(),
                    row.path("_etag").asText(),
                    row.path("_value").asText());
        }

        @Override
        public void markStarted(ScanColumn column) {
            ranges.markStarted(column);
        }

        @Override
        public void close() {
            // Holds no connection.
        }
    }
}
