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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A metadata tier that replies at once or after a latency, computes each record from its number, and keeps one bit per record. Ids and digests
 * are as random as in a real region, so that compression gains no more here than there. Record {@code i} is the row with id
 * {@code i / shards + 1} of shard {@code i % shards + 1}.
 */
final class SimulatedTier implements MetadataTier, RecordScan, RecordAudit {
    private static final CopyLocation OTHER = new CopyLocation("dc2", new StorageNodeId("2.stor.us-east.example.com"));
    private static final CopyLocation MOVED = new CopyLocation("dc3", new StorageNodeId("3.stor.us-east.example.com"));
    private static final int CHUNK = 1000;
    private static final int OBJECTS_OF_OWNER = 10_000;
    private static final int OBJECTS_OF_DIRECTORY = 1000;
    /** Odd, so multiplication by it has an inverse modulo 2^64. */
    private static final long SCATTER = 0x9E3779B97F4A7C15L;

    private static final long GATHER = inverse(SCATTER);

    private final CopyLocation leaving;
    private final int count;
    private final List<Integer> shards;
    private final AtomicIntegerArray moved;
    private final SimulatedLatency latency;
    private volatile Runnable onVerification = () -> {};
    private volatile Lookup lastLookup = new Lookup(List.of(), Map.of());

    /** The numbers of the records of some objects, by shard. */
    private record Lookup(Collection<UUID> objectIds, Map<Integer, List<Integer>> byShard) {}

    /** @param leaving the node that every record names at first */
    SimulatedTier(CopyLocation leaving, int count, int shards) {
        this(leaving, count, shards, SimulatedLatency.NONE);
    }

    /** @param latency how long its calls take */
    SimulatedTier(CopyLocation leaving, int count, int shards, SimulatedLatency latency) {
        this.latency = latency;
        this.leaving = leaving;
        this.count = count;
        this.shards = IntStream.rangeClosed(1, shards).boxed().toList();
        this.moved = new AtomicIntegerArray(count / Integer.SIZE + 1);
    }

    CopyLocation leaving() {
        return leaving;
    }

    int count() {
        return count;
    }

    /** @param action runs when a verification opens a shard */
    void onVerification(Runnable action) {
        onVerification = action;
    }

    private static long inverse(long odd) {
        long inverse = odd;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }

    private static long mix(long number) {
        long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    private static int numberOf(UUID objectId) {
        return (int) (objectId.getLeastSignificantBits() * GATHER);
    }

    /** Whether the hash of the object falls into the share of {@code perThousand}. */
    static boolean isIn(UUID objectId, int perThousand) {
        return Long.remainderUnsigned(mix(objectId.getMostSignificantBits() + 1), 1000) < perThousand;
    }

    /** The number of objects for which {@link #isIn} holds. */
    long countIn(int perThousand) {
        return IntStream.range(0, count)
                .filter(i -> isIn(objectId(i), perThousand))
                .count();
    }

    private static UUID objectId(int i) {
        return new UUID(mix(i * SCATTER), i * SCATTER);
    }

    private boolean isMoved(int i) {
        return (moved.get(i / Integer.SIZE) & 1 << i) != 0;
    }

    private int number(int shard, long rowId) {
        return (int) ((rowId - 1) * shards.size() + shard - 1);
    }

    private int rows(int shard) {
        return (count - shard + shards.size()) / shards.size();
    }

    private RecordRef ref(int i) {
        int owner = i / OBJECTS_OF_OWNER;
        return new RecordRef(
                i % shards.size() + 1,
                "/" + new UUID(mix(owner), mix(~owner)) + "/stor/backups/2026/" + i / OBJECTS_OF_DIRECTORY + "/object-"
                        + i + ".tar.gz");
    }

    /** The record as the tier would return it now. */
    MetadataRecord record(int i) {
        UUID objectId = objectId(i);
        byte[] md5 = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(mix(i + 1L << 40))
                .putLong(mix(i + 1L << 20))
                .array();
        int owner = i / OBJECTS_OF_OWNER;
        boolean there = isMoved(i);
        return new MetadataRecord(
                ref(i),
                there ? "E1" : "E0",
                objectId,
                new UUID(mix(owner), mix(~owner)),
                1 + Long.remainderUnsigned(mix(i), 1 << 20),
                new ContentMd5(Base64.getEncoder().encodeToString(md5)),
                List.of(there ? MOVED : leaving, OTHER),
                "{}");
    }

    @Override
    public List<Integer> shards() {
        return shards;
    }

    @Override
    public CompletionStage<Void> ping(int shard) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        String key = ref.key();
        int i = Integer.parseInt(key.substring(key.lastIndexOf('-') + 1, key.length() - ".tar.gz".length()));
        return latency.ofRead(Optional.of(record(i)));
    }

    @Override
    public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        List<Integer> found = lookup(objectIds).byShard().getOrDefault(shard, List.of());
        return latency.ofRead(
                found.isEmpty() ? List.of() : found.stream().map(this::record).toList());
    }

    /** All shards are asked for the same ids. The index of a real shard takes no time of the manager. */
    private Lookup lookup(Collection<UUID> objectIds) {
        Lookup last = lastLookup;
        if (last.objectIds() == objectIds) {
            return last;
        }
        Lookup lookup = new Lookup(
                objectIds,
                objectIds.stream()
                        .map(SimulatedTier::numberOf)
                        .filter(i -> i >= 0 && i < count)
                        .collect(Collectors.groupingBy(i -> i % shards.size() + 1)));
        lastLookup = lookup;
        return lookup;
    }

    @Override
    public CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
        records.forEach(each -> {
            int i = numberOf(each.objectId());
            moved.accumulateAndGet(i / Integer.SIZE, 1 << i, (before, bit) -> before | bit);
        });
        return latency.ofWrite(true);
    }

    @Override
    public CompletionStage<Boolean> addCopy(
            List<MetadataRecord> records, CopyLocation destination, BooleanSupplier maySend) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> proveWritable(int shard) {
        return ping(shard);
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        return CompletableFuture.completedFuture(Optional.of(leaving));
    }

    @Override
    public boolean readsPrimary() {
        return true;
    }

    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        return new ShardCursor() {
            private int next = (int) Math.max(1, from.nextId());

            /** A chunk is full of rows that name the leaving node, as with an index on the storage node. */
            @Override
            public CompletionStage<Chunk> next() {
                List<Row> rows = new ArrayList<>();
                while (next <= rows(shard) && rows.size() < CHUNK) {
                    int i = number(shard, next);
                    if (!isMoved(i)) {
                        MetadataRecord record = record(i);
                        rows.add(new Row(record.ref(), Optional.of(record), ""));
                    }
                    next++;
                }
                return latency.ofChunk(new Chunk(rows, ScanPosition.at(ScanColumn.ID, next), next > rows(shard)));
            }

            @Override
            public ScanPosition position() {
                return ScanPosition.at(ScanColumn.ID, next);
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

    @Override
    public ShardReader open(int shard, StorageNodeId node) {
        onVerification.run();
        return new ShardReader() {
            @Override
            public CompletionStage<RowWatermark> watermark() {
                return CompletableFuture.completedFuture(new RowWatermark(rows(shard), 0));
            }

            @Override
            public CompletionStage<Range> read(ScanColumn column, long first, long last) {
                long end = Math.min(last, first + CHUNK - 1);
                List<Long> ids =
                        LongStream.rangeClosed(Math.max(1, first), end).boxed().toList();
                List<Finding> findings = ids.stream()
                        .filter(id -> !isMoved(number(shard, id)))
                        .map(id -> new Finding(id, ref(number(shard, id)), Kind.NAMES_NODE))
                        .toList();
                return latency.ofChunk(new Range(end + 1L, ids, findings));
            }
        };
    }
}
