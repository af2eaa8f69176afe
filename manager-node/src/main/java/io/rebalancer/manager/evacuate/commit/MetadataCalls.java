package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.lease.Lease;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The metadata calls of one job, with a ceiling on those in progress. Waiting calls are bounded by the records of the
 * assignments that a job may have in flight. Failures are those of {@link MetadataShards#call}.
 */
final class MetadataCalls {
    private final MetadataShards shards;
    private final DestinationCheck destinations;
    private final Lease lease;
    private final CallSlots.Caller caller;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final WritesInProgress writes;

    /**
     * @param lease must be held for every write
     * @param writes counts the writes
     * @param ceiling the highest number of calls in progress, apart from searches
     */
    MetadataCalls(
            MetadataShards shards, DestinationCheck destinations, Lease lease, WritesInProgress writes, int ceiling) {
        this.shards = shards;
        this.destinations = destinations;
        this.lease = lease;
        this.writes = writes;
        this.caller = new CallSlots.Caller(ceiling);
    }

    /** All records of the objects on a shard. */
    CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objects) {
        return shards.recordsOf(shard, objects);
    }

    /** The numbers of all shards. */
    List<Integer> shards() {
        return shards.tier().shards();
    }

    /** Reads a record; gives up when its shard is away. */
    CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        return read(ref, MetadataShards.Repeat.UNTIL_AWAY);
    }

    /** Reads a record after a write in doubt. Waits for the shard without limit: the outcome must be known. */
    CompletionStage<Optional<MetadataRecord>> readUntilAnswered(RecordRef ref) {
        return read(ref, MetadataShards.Repeat.UNTIL_ANSWERED);
    }

    /** Completes after the delay that follows the given number of consecutive failures. */
    CompletionStage<Void> backoff(int failures) {
        return shards.backoff(failures);
    }

    private CompletionStage<Optional<MetadataRecord>> read(RecordRef ref, MetadataShards.Repeat repeat) {
        return shards.call(
                ref.shard(), caller, repeat, stopped::get, () -> shards.tier().read(ref));
    }

    /**
     * Replaces the leaving node in records of one shard. The write is sent only while the destination is not refused and
     * the lease is held, which is checked last of all, right before the write leaves this process. A write that was not
     * carried out is repeated; the {@link TierUnavailable} of a write in doubt is not.
     *
     * @return fails with {@link DestinationRefused} if the destination is refused
     */
    CompletionStage<Boolean> moveCopies(List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination) {
        int shard = records.get(0).ref().shard();
        return shards.call(
                shard,
                caller,
                MetadataShards.Repeat.WHILE_NOT_CARRIED_OUT,
                stopped::get,
                () -> writeIfPermitted(records, leaving, destination));
    }

    private CompletionStage<Boolean> writeIfPermitted(
            List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination) {
        Optional<String> refusal = destinations.refusal(destination.storageNode());
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(new DestinationRefused(refusal.get()));
        }
        if (!lease.isHeld()) {
            return CompletableFuture.failedFuture(new MetadataShards.NotPermitted());
        }
        AtomicBoolean denied = new AtomicBoolean();
        return writes.track(() -> shards.tier().moveCopies(records, leaving, destination, () -> mayWrite(denied)))
                .exceptionally(failure -> {
                    Throwable cause = Failures.rootCause(failure);
                    boolean notSent = cause instanceof TierUnavailable unavailable && !unavailable.isInDoubt();
                    throw new CompletionException(notSent && denied.get() ? new MetadataShards.NotPermitted() : cause);
                });
    }

    private boolean mayWrite(AtomicBoolean denied) {
        boolean permitted = lease.isHeld() && !stopped.get();
        denied.set(!permitted);
        return permitted;
    }

    /** Applies to the calls that start from now on. */
    void setCeiling(int calls) {
        shards.setCeiling(caller, calls);
    }

    /** Ends all retries. Calls that have not started fail. */
    void stop() {
        stopped.set(true);
    }

    /**
     * As {@link #stop}.
     *
     * @return completes when no write is in progress. A write whose shard does not answer ends with the time limit of the call
     */
    CompletionStage<Void> stopWriting() {
        stop();
        return writes.whenNone();
    }
}
