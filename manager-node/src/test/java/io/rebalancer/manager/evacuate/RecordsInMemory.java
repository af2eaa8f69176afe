package io.rebalancer.manager.evacuate;

import io.rebalancer.core.assignment.Reason;
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
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.port.UnmovedRecords;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.evacuate.planning.ScanResources;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Records of two shards in memory, with etags. A test can make the shards unavailable, or let users change records. */
public class RecordsInMemory implements MetadataTier, RecordScan, RecordAudit, UnmovedRecords {
    public static final UUID OWNER = new UUID(9, 9);

    private final Map<RecordRef, MetadataRecord> records =
            new TreeMap<>(Comparator.comparingInt(RecordRef::shard).thenComparing(RecordRef::key));
    private final Map<RecordRef, Long> ids = new HashMap<>();
    private final AtomicInteger etags = new AtomicInteger();
    private int outages;
    private int interferences;
    private int puts;
    private final List<Integer> recordsOfSizes = new ArrayList<>();

    /** Scans these records, with permits of their own. */
    public ScanResources scan() {
        return new ScanResources(this, this, new ScanPermits(() -> 32));
    }

    public static CopyLocation location(int number) {
        return new CopyLocation("dc" + number, new StorageNodeId(number + ".stor"));
    }

    public static RecordRef ref(int number) {
        return new RecordRef(1 + number % 2, "/o/stor/" + number);
    }

    public static UUID object(int number) {
        return new UUID(0, number);
    }

    public synchronized void put(int record, int object, int... copies) {
        List<CopyLocation> list =
                Arrays.stream(copies).mapToObj(RecordsInMemory::location).toList();
        put(ref(record), object(object), list);
    }

    /** An update keeps the row's id. */
    private void put(RecordRef ref, UUID object, List<CopyLocation> copies) {
        ids.computeIfAbsent(ref, each -> ids.size() + 1L);
        records.put(
                ref,
                new MetadataRecord(
                        ref,
                        "E" + etags.incrementAndGet(),
                        object,
                        OWNER,
                        5,
                        new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                        copies,
                        "{}"));
    }

    public synchronized void delete(int record) {
        records.remove(ref(record));
    }

    public synchronized List<CopyLocation> copies(int record) {
        MetadataRecord found = records.get(ref(record));
        return found == null ? List.of() : found.copies();
    }

    /** The next {@code count} calls fail because the shard is down. */
    public synchronized void outage(int count) {
        outages = count;
    }

    /** Before each of the next {@code count} writes a user writes the same record. */
    public synchronized void interfere(int count) {
        interferences = count;
    }

    private synchronized <T> CompletionStage<T> answer(Supplier<T> call) {
        if (outages > 0) {
            outages--;
            return CompletableFuture.failedFuture(new TierUnavailable("shard down", new IOException("refused")));
        }
        return CompletableFuture.completedFuture(call.get());
    }

    @Override
    public List<Integer> shards() {
        return List.of(1, 2);
    }

    @Override
    public CompletionStage<Void> ping(int shard) {
        return answer(() -> Optional.empty()).thenAccept(done -> {});
    }

    /** The rows of a shard, ordered by key. */
    public synchronized List<Row> rows(int shard) {
        List<Row> rows = new ArrayList<>();
        records.values().stream()
                .filter(record -> record.ref().shard() == shard)
                .forEach(record -> rows.add(new Row(record.ref(), Optional.of(record), "")));
        return rows;
    }

    @Override
    public boolean readsPrimary() {
        return true;
    }

    /** The whole shard is one chunk. */
    @Override
    public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
        return new ShardCursor() {
            @Override
            public CompletionStage<Chunk> next() {
                return answer(() -> new Chunk(rows(shard), ScanPosition.at(ScanColumn.IDX, 1), true));
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

    /** As if there were no lag between the journal and the list. */
    @Override
    public CompletionStage<Boolean> includes(UUID jobId, long revision) {
        return CompletableFuture.completedFuture(listIsComplete);
    }

    /** Whether the list of unmoved records includes all events. */
    volatile boolean listIsComplete = true;

    /** Lists the records of all jobs and passes, moved ones included: the list is only what a pass has to look up. */
    @Override
    public synchronized CompletionStage<Page> page(UUID jobId, int shard, int pass, String after, int limit) {
        List<RecordRef> all = records.keySet().stream()
                .filter(ref -> ref.shard() == shard && ref.key().compareTo(after) > 0)
                .limit(limit)
                .toList();
        String end = all.isEmpty() ? after : all.get(all.size() - 1).key();
        return CompletableFuture.completedFuture(new Page(all, end, all.size() < limit));
    }

    @Override
    public CompletionStage<Page> withReasons(
            UUID jobId, int shard, Set<Reason> reasons, int pass, String after, int limit) {
        selected.add(jobId);
        return page(jobId, shard, 0, after, limit);
    }

    /** The jobs whose exceptions were listed by their reasons. */
    final List<UUID> selected = new CopyOnWriteArrayList<>();

    @Override
    public String source() {
        return "memory";
    }

    /** Reads at most ten rows per call; all rows have their ids in the column {@code _id}. */
    @Override
    public ShardReader open(int shard, StorageNodeId node) {
        return new ShardReader() {
            @Override
            public CompletionStage<RowWatermark> watermark() {
                return answer(() -> new RowWatermark(
                        rowsById(shard, 1, Long.MAX_VALUE).stream()
                                .mapToLong(record -> id(record))
                                .max()
                                .orElse(0),
                        0));
            }

            @Override
            public CompletionStage<Range> read(ScanColumn column, long first, long last) {
                return answer(() -> {
                    List<MetadataRecord> found = rowsById(shard, first, last);
                    List<MetadataRecord> read = found.subList(0, Math.min(10, found.size()));
                    return new Range(
                            read.size() < found.size() ? id(found.get(read.size())) : last + 1,
                            read.stream().map(record -> id(record)).toList(),
                            read.stream()
                                    .filter(record -> record.names(node))
                                    .map(record -> new Finding(id(record), record.ref(), Kind.NAMES_NODE))
                                    .toList());
                });
            }
        };
    }

    private long id(MetadataRecord record) {
        return ids.getOrDefault(record.ref(), 0L);
    }

    private List<MetadataRecord> rowsById(int shard, long first, long last) {
        return records.values().stream()
                .filter(record -> record.ref().shard() == shard && id(record) >= first && id(record) <= last)
                .sorted(Comparator.comparingLong(this::id))
                .toList();
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        return answer(() -> Optional.ofNullable(records.get(ref)));
    }

    @Override
    public synchronized CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        recordsOfSizes.add(objectIds.size());
        return answer(() -> records.values().stream()
                .filter(record -> record.ref().shard() == shard && objectIds.contains(record.objectId()))
                .toList());
    }

    @Override
    public CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> wanted, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
        return change(
                wanted,
                each -> each.copies().stream()
                        .map(copy -> copy.storageNode().equals(leaving) ? destination : copy)
                        .toList(),
                maySend);
    }

    @Override
    public CompletionStage<Boolean> addCopy(
            List<MetadataRecord> wanted, CopyLocation destination, BooleanSupplier maySend) {
        List<MetadataRecord> lacking = wanted.stream()
                .filter(each -> !each.names(destination.storageNode()))
                .toList();
        return lacking.isEmpty()
                ? CompletableFuture.completedFuture(true)
                : change(
                        lacking,
                        each -> Stream.concat(each.copies().stream(), Stream.of(destination))
                                .toList(),
                        maySend);
    }

    @Override
    public CompletionStage<Void> proveWritable(int shard) {
        return ping(shard);
    }

    private CompletionStage<Boolean> change(
            List<MetadataRecord> wanted, Function<MetadataRecord, List<CopyLocation>> copies, BooleanSupplier maySend) {
        if (!maySend.getAsBoolean()) {
            return CompletableFuture.failedFuture(
                    TierUnavailable.notCarriedOut("not permitted", new IOException("not sent")));
        }
        return answer(() -> {
            puts++;
            if (interferences > 0) {
                interferences--;
                MetadataRecord first = wanted.get(0);
                Optional.ofNullable(records.get(first.ref()))
                        .ifPresent(live -> put(live.ref(), live.objectId(), live.copies()));
            }
            boolean unchanged = wanted.stream().allMatch(each -> {
                MetadataRecord live = records.get(each.ref());
                return live != null && live.etag().equals(each.etag());
            });
            if (unchanged) {
                wanted.forEach(each -> put(each.ref(), each.objectId(), copies.apply(each)));
            }
            return unchanged;
        });
    }

    /** The number of objects in each call of {@link #recordsOf}, failed ones included. */
    public synchronized List<Integer> recordsOfSizes() {
        return List.copyOf(recordsOfSizes);
    }

    /** The number of write calls, failed ones included. */
    public synchronized int puts() {
        return puts;
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        return answer(Optional::empty);
    }
}
