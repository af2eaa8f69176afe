package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.core.port.RecordScan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A tier of one shard that replies at once and keeps an int per record, so only the manager's own cost is measured. */
final class ManyRecords implements MetadataTier, RecordScan, RecordAudit {
    static final CopyLocation LEAVING = new CopyLocation("dc1", new StorageNodeId("1.stor"));
    private static final CopyLocation OTHER = new CopyLocation("dc2", new StorageNodeId("2.stor"));
    private static final ContentMd5 MD5 = new ContentMd5("XUFAKrxLKna5cZ2REBfFkg==");
    private static final UUID OWNER = new UUID(9, 9);
    private static final int SHARD = 1;
    private static final int CHUNK = 1000;

    private final AtomicIntegerArray movedTo;

    ManyRecords(int count) {
        this.movedTo = new AtomicIntegerArray(count);
    }

    private static CopyLocation node(int number) {
        return new CopyLocation("dc3", new StorageNodeId(number + ".stor"));
    }

    private MetadataRecord record(int i) {
        int moved = movedTo.get(i);
        return new MetadataRecord(
                new RecordRef(SHARD, "/owner/stor/some/directory/object-" + i),
                "E" + moved,
                new UUID(1, i),
                OWNER,
                1 << 20,
                MD5,
                List.of(moved == 0 ? LEAVING : node(moved), OTHER),
                "{}");
    }

    @Override
    public List<Integer> shards() {
        return List.of(SHARD);
    }

    @Override
    public CompletionStage<Void> ping(int shard) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        int i = Integer.parseInt(ref.key().substring(ref.key().lastIndexOf('-') + 1));
        return CompletableFuture.completedFuture(Optional.of(record(i)));
    }

    @Override
    public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        return CompletableFuture.completedFuture(objectIds.stream()
                .map(id -> record((int) id.getLeastSignificantBits()))
                .toList());
    }

    @Override
    public CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
        String text = destination.storageNode().text();
        int number = Integer.parseInt(text.substring(0, text.indexOf('.')));
        records.forEach(each -> movedTo.set((int) each.objectId().getLeastSignificantBits(), number));
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public boolean readsPrimary() {
        return true;
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        return new ShardCursor() {
            private int next = (int) from.nextId();

            @Override
            public CompletionStage<Chunk> next() {
                int end = Math.min(movedTo.length(), next + CHUNK);
                List<Row> rows = new ArrayList<>();
                IntStream.range(next, end)
                        .filter(i -> movedTo.get(i) == 0)
                        .mapToObj(ManyRecords.this::record)
                        .forEach(record -> rows.add(new Row(record.ref(), Optional.of(record), "")));
                next = end;
                return CompletableFuture.completedFuture(
                        new Chunk(rows, ScanPosition.at(ScanColumn.ID, end), end == movedTo.length()));
            }

            @Override
            public void close() {
                // Holds no resources.
            }
        };
    }

    @Override
    public String source() {
        return "memory";
    }

    /** The row with id {@code i + 1} is record {@code i}. */
    @Override
    public ShardReader open(int shard, StorageNodeId node) {
        return new ShardReader() {
            @Override
            public CompletionStage<RowWatermark> watermark() {
                return CompletableFuture.completedFuture(new RowWatermark(movedTo.length(), 0));
            }

            @Override
            public CompletionStage<Range> read(ScanColumn column, long first, long last) {
                int end = (int) Math.min(last, first + CHUNK - 1);
                List<Long> ids = LongStream.rangeClosed(first, end).boxed().toList();
                List<Finding> findings = ids.stream()
                        .filter(id -> movedTo.get((int) (id - 1)) == 0)
                        .map(id -> new Finding(id, record((int) (id - 1)).ref(), Kind.NAMES_NODE))
                        .toList();
                return CompletableFuture.completedFuture(new Range(end + 1L, ids, findings));
            }
        };
    }
}
