package io.rebalancer.manager.reconcile;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ClaimSource;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.TierUnavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The records of some shards in memory. A test can change them while a run lasts, and stop shards. */
final class ShardsInMemory implements ClaimSource, MetadataTier {
    static final ContentMd5 MD5 = new ContentMd5("XUFAKrxLKna5cZ2REBfFkg==");

    private static final long MD5_HIGH = ByteBuffer.wrap(MD5.bytes()).getLong();
    private static final long MD5_LOW = ByteBuffer.wrap(MD5.bytes()).getLong(Long.BYTES);

    private final int count;
    private final List<MetadataRecord> rows = new ArrayList<>();
    private final Set<Integer> down = new HashSet<>();
    private final Set<Integer> readOnly = new HashSet<>();
    private int failures;
    private final Set<Integer> frozen = new HashSet<>();
    private Optional<List<MetadataRecord>> clone = Optional.empty();
    private boolean answersTogether;
    private final List<Runnable> withheld = new ArrayList<>();
    private Runnable onWatermark = () -> {};

    ShardsInMemory(int count) {
        this.count = count;
    }

    /** Adds a record of 5 bytes and returns its key in the metadata. */
    synchronized RecordRef put(int shard, CopyKey key, long sizeBytes, Instant modified, CopyLocation... copies) {
        RecordRef ref = new RecordRef(shard, "/" + key.owner() + "/stor/" + rows.size());
        rows.add(new MetadataRecord(
                ref,
                "E" + rows.size(),
                key.objectId(),
                key.owner(),
                sizeBytes,
                MD5,
                List.of(copies),
                "{\"mtime\":" + modified.toEpochMilli() + "}"));
        return ref;
    }

    synchronized void delete(RecordRef ref) {
        rows.removeIf(row -> row.ref().equals(ref));
    }

    /** All records of the object are gone, as after a delete by a user. */
    synchronized void deleteObject(CopyKey key) {
        rows.removeIf(row -> row.objectId().equals(key.objectId()));
    }

    synchronized void stop(int shard) {
        down.add(shard);
    }

    synchronized void restart(int shard) {
        down.remove(shard);
    }

    /** The shard is read as before, and refuses writes. */
    synchronized void refuseWrites(int shard) {
        readOnly.add(shard);
    }

    /** The shard takes writes and loses them, as a copy of it does that is frozen. */
    synchronized void freeze(int shard) {
        frozen.add(shard);
    }

    /** From now on, claims are read from a copy of the rows as they are now. */
    synchronized void freezeClaims() {
        clone = Optional.of(List.copyOf(rows));
    }

    /** No shard answers a look-up of records before all of them are asked. */
    synchronized void answerTogether() {
        answersTogether = true;
    }

    private synchronized List<MetadataRecord> claimed() {
        return clone.orElse(rows);
    }

    /** The shard accepts writes again. */
    synchronized void acceptWrites(int shard) {
        readOnly.remove(shard);
    }

    /** Gives the record another etag, as a write by a user does. */
    synchronized void touch(RecordRef ref) {
        rows.replaceAll(row -> row.ref().equals(ref)
                ? new MetadataRecord(
                        row.ref(),
                        row.etag() + "'",
                        row.objectId(),
                        row.owner(),
                        row.sizeBytes(),
                        row.md5(),
                        row.copies(),
                        row.document())
                : row);
    }

    /** The next calls to any shard fail. */
    synchronized void failNext(int calls) {
        failures = calls;
    }

    /** Runs whenever a shard is about to be read. */
    synchronized void onWatermark(Runnable action) {
        onWatermark = action;
    }

    synchronized List<MetadataRecord> rows() {
        return List.copyOf(rows);
    }

    private synchronized <T> CompletionStage<T> answer(int shard, Supplier<T> call) {
        if (failures > 0 || down.contains(shard)) {
            failures = Math.max(0, failures - 1);
            return CompletableFuture.failedFuture(new TierUnavailable("shard " + shard + " is down", noAnswer()));
        }
        return CompletableFuture.completedFuture(call.get());
    }

    @Override
    public List<Integer> shards() {
        List<Integer> numbers = new ArrayList<>();
        for (int shard = 1; shard <= count; shard++) {
            numbers.add(shard);
        }
        return numbers;
    }

    /** Row ids are positions in the list of all rows, from 1 on. Chunks have three rows. */
    @Override
    public ShardClaims open(int shard, Set<StorageNodeId> nodes) {
        return new ShardClaims() {
            @Override
            public CompletionStage<RowWatermark> watermark() {
                return answer(shard, () -> {
                    onWatermark.run();
                    return new RowWatermark(claimed().size(), 0);
                });
            }

            @Override
            public CompletionStage<Chunk> read(ScanColumn column, long first, long last) {
                return answer(shard, () -> {
                    long end = Math.min(last, first + 2);
                    List<NodeClaim> claims = new ArrayList<>();
                    for (long id = first; id <= Math.min(end, claimed().size()); id++) {
                        MetadataRecord row = claimed().get((int) id - 1);
                        if (row.ref().shard() == shard) {
                            addClaims(row, nodes, claims);
                        }
                    }
                    return new Chunk(end + 1, end - first + 1, 0, claims);
                });
            }
        };
    }

    private static void addClaims(MetadataRecord row, Set<StorageNodeId> nodes, List<NodeClaim> claims) {
        boolean first = true;
        for (CopyLocation copy : row.copies()) {
            if (nodes.contains(copy.storageNode())) {
                claims.add(new NodeClaim(
                        copy.storageNode(),
                        new Claim(
                                new CopyKey(row.owner(), row.objectId()),
                                row.sizeBytes(),
                                MD5_HIGH,
                                MD5_LOW,
                                row.copies().size(),
                                first ? Claim.REPORTS_RECORD : 0,
                                1,
                                List.of(row.ref().shard()))));
                first = false;
            }
        }
    }

    @Override
    public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        CompletionStage<List<MetadataRecord>> found = answer(
                shard,
                () -> rows.stream()
                        .filter(row -> row.ref().shard() == shard && objectIds.contains(row.objectId()))
                        .toList());
        return withhold(found);
    }

    private synchronized <T> CompletionStage<T> withhold(CompletionStage<T> answer) {
        if (!answersTogether) {
            return answer;
        }
        CompletableFuture<Integer> released = new CompletableFuture<>();
        withheld.add(() -> released.complete(1));
        if (withheld.size() == count) {
            withheld.forEach(Runnable::run);
            withheld.clear();
        }
        return released.thenCompose(now -> answer);
    }

    @Override
    public CompletionStage<Void> ping(int shard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        return answer(
                ref.shard(),
                () -> rows.stream().filter(row -> row.ref().equals(ref)).findFirst());
    }

    @Override
    public CompletionStage<Boolean> addCopy(
            List<MetadataRecord> records, CopyLocation destination, BooleanSupplier maySend) {
        List<MetadataRecord> lacking = records.stream()
                .filter(record -> !record.names(destination.storageNode()))
                .toList();
        if (lacking.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        int shard = lacking.get(0).ref().shard();
        if (!maySend.getAsBoolean()) {
            return CompletableFuture.failedFuture(
                    TierUnavailable.notCarriedOut("the write to shard " + shard + " is not permitted", noAnswer()));
        }
        return write(shard, () -> {
            boolean unchanged = lacking.stream()
                    .allMatch(record -> rows.stream()
                            .anyMatch(row ->
                                    row.ref().equals(record.ref()) && row.etag().equals(record.etag())));
            if (unchanged) {
                lacking.forEach(record ->
                        rows.replaceAll(row -> row.ref().equals(record.ref()) ? withCopy(row, destination) : row));
            }
            return unchanged;
        });
    }

    private static MetadataRecord withCopy(MetadataRecord row, CopyLocation destination) {
        List<CopyLocation> copies = new ArrayList<>(row.copies());
        copies.add(destination);
        return new MetadataRecord(
                row.ref(),
                row.etag() + "+",
                row.objectId(),
                row.owner(),
                row.sizeBytes(),
                row.md5(),
                copies,
                row.document());
    }

    @Override
    public synchronized CompletionStage<Void> proveWritable(int shard) {
        if (frozen.contains(shard)) {
            return CompletableFuture.failedFuture(
                    new TierUnavailable("shard " + shard + " returned another row than was written", noAnswer()));
        }
        return write(shard, () -> null);
    }

    private synchronized <T> CompletionStage<T> write(int shard, Supplier<T> call) {
        return readOnly.contains(shard)
                ? CompletableFuture.failedFuture(new TierUnavailable("shard " + shard + " is read-only", noAnswer()))
                : answer(shard, call);
    }

    private static IOException noAnswer() {
        return new IOException("refused");
    }

    @Override
    public CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        throw new UnsupportedOperationException();
    }
}
