package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Records in memory, on shards that fail as a test orders. */
final class FaultyTier implements MetadataTier {
    final RecordsInMemory records = new RecordsInMemory();
    /** Shards that are unavailable. */
    final Set<Integer> down = ConcurrentHashMap.newKeySet();
    /** Shards that refuse every search for good. */
    final Set<Integer> refusingSearches = ConcurrentHashMap.newKeySet();
    /** The searches of commits, as {@code shard:number of objects}. */
    final List<String> searches = new CopyOnWriteArrayList<>();

    /** Run after the next write; the answer of that write is then lost. */
    private Optional<Runnable> afterLostAnswer = Optional.empty();

    private boolean refusingWrites;
    private boolean losingWrites;
    private int lostWrites;
    private Runnable beforeSend = () -> {};

    /** The next write is carried out, then {@code then} runs, and the answer is lost. */
    synchronized void loseNextAnswer(Runnable then) {
        afterLostAnswer = Optional.of(then);
    }

    synchronized void refuseWrites() {
        refusingWrites = true;
    }

    /** From now on no write is carried out, and none is answered. */
    synchronized void loseWrites() {
        losingWrites = true;
    }

    synchronized int lostWrites() {
        return lostWrites;
    }

    /** Runs before each write, after the lease was checked for the first time. */
    synchronized void beforeSend(Runnable work) {
        beforeSend = work;
    }

    private static TierUnavailable unavailable(int shard) {
        return TierUnavailable.notCarriedOut("shard " + shard + " refuses connections", new IOException("refused"));
    }

    private <T> CompletionStage<T> unlessDown(int shard, Supplier<CompletionStage<T>> call) {
        return down.contains(shard) ? CompletableFuture.failedFuture(unavailable(shard)) : call.get();
    }

    @Override
    public List<Integer> shards() {
        return records.shards();
    }

    @Override
    public CompletionStage<Void> ping(int shard) {
        return unlessDown(shard, () -> records.ping(shard));
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        return unlessDown(ref.shard(), () -> records.read(ref));
    }

    @Override
    public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        boolean probe = objectIds.contains(new UUID(0, 0));
        if (!probe) {
            searches.add(shard + ":" + objectIds.size());
        }
        if (refusingSearches.contains(shard)) {
            return CompletableFuture.failedFuture(new IllegalStateException("sql is not allowed"));
        }
        return unlessDown(shard, () -> records.recordsOf(shard, objectIds));
    }

    @Override
    public synchronized CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> wanted, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
        return write(wanted, () -> records.moveCopies(wanted, leaving, destination, maySend));
    }

    @Override
    public synchronized CompletionStage<Boolean> addCopy(
            List<MetadataRecord> wanted, CopyLocation destination, BooleanSupplier maySend) {
        return write(wanted, () -> records.addCopy(wanted, destination, maySend));
    }

    @Override
    public CompletionStage<Void> proveWritable(int shard) {
        return ping(shard);
    }

    private CompletionStage<Boolean> write(List<MetadataRecord> wanted, Supplier<CompletionStage<Boolean>> write) {
        beforeSend.run();
        if (refusingWrites) {
            return CompletableFuture.failedFuture(new IllegalStateException("the bucket is read-only"));
        }
        int shard = wanted.get(0).ref().shard();
        if (losingWrites) {
            lostWrites++;
            return CompletableFuture.failedFuture(
                    new TierUnavailable("no answer from shard " + shard, new IOException("timeout")));
        }
        Optional<Runnable> then = afterLostAnswer;
        return unlessDown(shard, () -> {
            CompletionStage<Boolean> answer = write.get();
            if (then.isEmpty()) {
                return answer;
            }
            afterLostAnswer = Optional.empty();
            then.get().run();
            return CompletableFuture.failedFuture(
                    new TierUnavailable("no answer from shard " + shard, new IOException("timeout")));
        });
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        return records.findStorageNode(storageId);
    }
}
