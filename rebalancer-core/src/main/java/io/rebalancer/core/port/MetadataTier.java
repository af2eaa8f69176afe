package io.rebalancer.core.port;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The store of metadata records. Every call may fail with {@link TierUnavailable}; reads may then be repeated, and so may
 * {@link #moveCopies}, because it is conditional.
 */
public interface MetadataTier {

    /** Numbers of all shards, ascending. */
    List<Integer> shards();

    /** Completes when the shard answers at all. */
    CompletionStage<Void> ping(int shard);

    /** The record as it stands now, past any cache; fails if it can't be read as an object's. */
    CompletionStage<Optional<MetadataRecord>> read(RecordRef ref);

    /** All records of a shard that carry one of {@code objectIds} (snaplinks share one). */
    CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds);

    /**
     * Replaces {@code leaving} by {@code destination} in all of {@code records} or in none, on condition that the etag of
     * each is still that of the record given.
     *
     * @param records at least one; all of the same shard
     * @return whether they were replaced; false if at least one of them changed or vanished meanwhile
     */
    CompletionStage<Boolean> moveCopies(List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination);

    /** The storage node of that name as the fleet's own register has it, or empty (manta.md 5.1). */
    CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId);
}
