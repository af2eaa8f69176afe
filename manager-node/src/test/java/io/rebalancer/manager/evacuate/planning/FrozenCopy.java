package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** The rows of all shards as they were at one moment, like a clone of their databases. A shard is one chunk. */
final class FrozenCopy implements RecordScan {
    private final Map<Integer, List<Row>> rows;

    FrozenCopy(RecordsInMemory records) {
        this.rows = records.shards().stream().collect(Collectors.toMap(shard -> shard, records::rows));
    }

    @Override
    public List<Integer> shards() {
        return rows.keySet().stream().sorted().toList();
    }

    @Override
    public boolean readsPrimary() {
        return false;
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        List<Row> naming = rows.getOrDefault(shard, List.of()).stream()
                .filter(row -> row.record().orElseThrow().names(leaving))
                .toList();
        return new ShardCursor() {
            @Override
            public CompletionStage<Chunk> next() {
                return CompletableFuture.completedFuture(
                        new Chunk(naming, ScanPosition.at(ScanColumn.KEY, naming.size(), "end", 0), true));
            }

            @Override
            public ScanPosition position() {
                return ScanPosition.START;
            }

            @Override
            public void close() {
                // Holds no resources.
            }
        };
    }
}
