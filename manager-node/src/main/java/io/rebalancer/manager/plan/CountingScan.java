package io.rebalancer.manager.plan;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A scan that counts the rows of each shard, shows copies where the plan has placed them, and drops rows of objects that the plan has
 * placed for the same node. In a job such a row is gone when the scan arrives, because the commit of an object changes all of its
 * records.
 */
final class CountingScan implements RecordScan {
    private final RecordScan scan;
    private final PlannedObjects planned;
    private final MovedCopies moved;
    private final ShardCounts counts;

    CountingScan(RecordScan scan, PlannedObjects planned, MovedCopies moved, ShardCounts counts) {
        this.scan = scan;
        this.planned = planned;
        this.moved = moved;
        this.counts = counts;
    }

    @Override
    public List<Integer> shards() {
        return scan.shards();
    }

    @Override
    public boolean readsPrimary() {
        return scan.readsPrimary();
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        ShardCursor cursor = scan.open(shard, leaving, from);
        return new ShardCursor() {
            @Override
            public CompletionStage<Chunk> next() {
                return cursor.next().thenApply(chunk -> new Chunk(keep(chunk.rows()), chunk.end(), chunk.last()));
            }

            private List<Row> keep(List<Row> rows) {
                List<Row> kept = new ArrayList<>();
                for (Row row : rows) {
                    if (row.record().isEmpty()) {
                        counts.add(shard);
                        kept.add(row);
                    } else if (row.record().get().names(leaving)) {
                        counts.add(shard);
                        keep(row, row.record().get(), kept);
                    }
                }
                return kept;
            }

            private void keep(Row row, MetadataRecord record, List<Row> kept) {
                if (!planned.contains(record.objectId())) {
                    kept.add(new Row(row.ref(), row.record().map(moved::apply), row.fault()));
                }
            }

            @Override
            public ScanPosition position() {
                return cursor.position();
            }

            @Override
            public boolean hasChunk() {
                return cursor.hasChunk();
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }
}
