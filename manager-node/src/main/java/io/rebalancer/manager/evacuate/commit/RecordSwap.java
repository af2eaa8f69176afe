package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.CommitRule;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Replaces the leaving node by the destination in single records. Every write is preceded by a judgement of the current
 * record, and is conditional on that record's etag.
 */
final class RecordSwap {
    private final MetadataTier tier;
    private final MetadataCalls calls;
    private final StorageNodeId leaving;
    private final CopyLocation destination;
    private final int maxAttempts;

    /** The outcome for one record. */
    sealed interface Outcome {}

    /** The record names the new copy and not the leaving node. */
    record Relocated() implements Outcome {}

    /** A user deleted the record or replaced its object, so there is nothing to do. */
    record ChangedByUser(CommitRule.Verdict verdict) implements Outcome {}

    /** The record still names the leaving node. */
    record Unmoved(Reason reason, String detail) implements Outcome {}

    /** @param maxAttempts writes per record, at most: each fails if a user changes the record between read and write */
    RecordSwap(
            MetadataTier tier, MetadataCalls calls, StorageNodeId leaving, CopyLocation destination, int maxAttempts) {
        this.tier = tier;
        this.calls = calls;
        this.leaving = leaving;
        this.destination = destination;
        this.maxAttempts = maxAttempts;
    }

    /** @param known the record as just read, or empty to read it */
    CompletionStage<Outcome> swap(RecordRef ref, UUID objectId, Optional<MetadataRecord> known) {
        return (known.isPresent() ? CompletableFuture.completedFuture(known) : read(ref))
                .thenCompose(current -> judge(ref, objectId, current, 1))
                .exceptionally(failure -> new Unmoved(
                        Reason.METADATA_UPDATE_FAILED,
                        String.valueOf(Failures.rootCause(failure).getMessage())));
    }

    private CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        return calls.untilAvailable(() -> tier.read(ref));
    }

    private CompletionStage<Outcome> judge(
            RecordRef ref, UUID objectId, Optional<MetadataRecord> current, int attempt) {
        CommitRule.Verdict verdict = CommitRule.judge(current, objectId, leaving, destination.storageNode());
        return switch (verdict) {
            case SWAP -> write(current.orElseThrow(), objectId, attempt);
            case RELOCATED -> CompletableFuture.completedFuture(new Relocated());
            case SUPERSEDED, GONE -> CompletableFuture.completedFuture(new ChangedByUser(verdict));
            case DESTINATION_LISTED ->
                CompletableFuture.completedFuture(new Unmoved(
                        Reason.OBJECT_ALREADY_ON_DEST_SHARK,
                        "shard " + ref.shard() + " key " + ref.key() + " names " + destination.storageNode()
                                + " already; the next pass chooses another destination"));
        };
    }

    private CompletionStage<Outcome> write(MetadataRecord current, UUID objectId, int attempt) {
        return calls.whileHeld(() -> tier.moveCopies(List.of(current), leaving, destination))
                .thenCompose(replaced -> {
                    if (replaced) {
                        return CompletableFuture.completedFuture(new Relocated());
                    }
                    if (attempt >= maxAttempts) {
                        return CompletableFuture.completedFuture(new Unmoved(
                                Reason.METADATA_UPDATE_FAILED,
                                "shard " + current.ref().shard() + " key "
                                        + current.ref().key() + " was changed by a user during each of " + maxAttempts
                                        + " attempts"));
                    }
                    return read(current.ref()).thenCompose(next -> judge(current.ref(), objectId, next, attempt + 1));
                });
    }
}
