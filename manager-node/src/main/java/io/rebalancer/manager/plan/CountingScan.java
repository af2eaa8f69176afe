package io.rebalancer.manager.plan;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.ShardShare;
import io.rebalancer.core.port.RecordScan;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * A scan that counts the rows of each shard and drops those of objects that the plan has placed. In a job such a row is gone when
 * the scan arrives, because the commit of an object changes all of its records.
 */
final class CountingScan implements RecordScan {
    private final RecordScan scan;
    private final PlannedObjects planned;
    private final Map<Integer, LongAdder> records = new ConcurrentSkipListMap<>();

    CountingScan(RecordScan scan, PlannedObjects planned) {
        this.scan = scan;
        this.planned = planned;
    }

    /** The shards with records so far, by number. */
    List<ShardShare> shares() {
        return records.entrySet().stream()
                .map(each -> new ShardShare(each.getKey(), each.getValue().sum()))
                .filter(each -> each.records() > 0)
                .toList();
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
        LongAdder count = records.computeIfAbsent(shard, number -> new LongAdder());
        return new ShardCursor() {
            @Override
            public CompletionStage<Chunk> next() {
                return cursor.next().thenApply(chunk -> new Chunk(keep(chunk.rows()), chunk.end(), chunk.last()));
            }

            private List<Row> keep(List<Row> rows) {
                List<Row> naming = rows.stream()
                        .filter(row -> row.record()
                                .map(record -> record.names(leaving))
                                .orElse(true))
                        .toList();
                count.add(naming.size());
                return naming.stream()
                        .filter(row -> row.record()
                                .map(record -> !planned.contains(record.objectId()))
                                .orElse(true))
                        .toList();
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
