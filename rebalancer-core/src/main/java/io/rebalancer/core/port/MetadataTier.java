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
import java.util.function.BooleanSupplier;

/**
 * The store of metadata records. Every call may fail with {@link TierUnavailable}. The caller may then repeat the call:
 * reads change nothing, {@link #moveCopies} and {@link #addCopy} are conditional, and {@link #proveWritable} changes no record.
 */
public interface MetadataTier {
    /** Object ids that one {@link #recordsOf} may ask for. */
    int MAX_OBJECT_IDS = 1000;

    /** Numbers of all shards, ascending. */
    List<Integer> shards();

    /** Completes when the shard replies. */
    CompletionStage<Void> ping(int shard);

    /** The current record, read past any cache. Fails if the row can't be read as the record of an object. */
    CompletionStage<Optional<MetadataRecord>> read(RecordRef ref);

    /**
     * All records of a shard that name one of {@code objectIds}; snaplinks share an object id.
     *
     * @param objectIds at most {@link #MAX_OBJECT_IDS}
     */
    CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds);

    /**
     * Replaces {@code leaving} by {@code destination} in all of {@code records}, or in none if the etag of any record has
     * changed.
     *
     * @param records at least one; all of the same shard
     * @param maySend asked on any thread right before the call leaves this process; if it returns false, the call is not
     *     sent and fails with a {@link TierUnavailable} that is not in doubt
     * @return false if at least one record has changed or is gone; then none is replaced
     */
    CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend);

    /**
     * Adds {@code destination} to all of {@code records}, or to none if the etag of any record has changed. A record that names
     * {@code destination} already is not written, and its etag is not compared.
     *
     * @param records at least one; all of the same shard
     * @param maySend as for {@link #moveCopies}; not asked if all records name {@code destination}
     * @return false if at least one record has changed or is gone; then none is changed
     */
    CompletionStage<Boolean> addCopy(List<MetadataRecord> records, CopyLocation destination, BooleanSupplier maySend);

    /**
     * Completes when a value that was just written to the shard was read back from its primary. Fails with {@link
     * TierUnavailable}, whatever the cause is: then no file that depends on the records of the shard may be moved.
     */
    CompletionStage<Void> proveWritable(int shard);

    /** The storage node as the fleet's register lists it; empty if it does not (manta.md 5.1). */
    CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId);
}
