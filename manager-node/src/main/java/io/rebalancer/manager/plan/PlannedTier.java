package io.rebalancer.manager.plan;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** The metadata tier with the copies where a plan has placed them. It refuses writes. */
final class PlannedTier implements MetadataTier {
    private final MetadataTier tier;
    private final MovedCopies moved;

    PlannedTier(MetadataTier tier, MovedCopies moved) {
        this.tier = tier;
        this.moved = moved;
    }

    @Override
    public List<Integer> shards() {
        return tier.shards();
    }

    @Override
    public CompletionStage<Void> ping(int shard) {
        return tier.ping(shard);
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        return tier.read(ref).thenApply(found -> found.map(moved::apply));
    }

    @Override
    public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        return tier.recordsOf(shard, objectIds)
                .thenApply(found -> found.stream().map(moved::apply).toList());
    }

    @Override
    public CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
        return CompletableFuture.failedFuture(new IllegalStateException("a plan changes no record"));
    }

    @Override
    public CompletionStage<Boolean> addCopy(
            List<MetadataRecord> records, CopyLocation destination, BooleanSupplier maySend) {
        return CompletableFuture.failedFuture(new IllegalStateException("a plan changes no record"));
    }

    @Override
    public CompletionStage<Void> proveWritable(int shard) {
        return CompletableFuture.failedFuture(new IllegalStateException("a plan writes nothing"));
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        return tier.findStorageNode(storageId);
    }
}
