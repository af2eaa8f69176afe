package io.rebalancer.manager.evacuate;

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

/** Switches single records from the leaving node to the new copy, always judging the LIVE record first. */
final class RecordSwap {
    private final MetadataTier tier;
    private final MetadataCalls calls;
    private final StorageNodeId leaving;
    private final CopyLocation destination;
    private final int attempts;

    /** What became of one record. */
    sealed interface Outcome {}

    /** The record names the new copy and not the leaving node. */
    record Moved() implements Outcome {}

    /** Nothing is to be done about the record: a user was faster. */
    record NotOurs(CommitRule.Verdict verdict) implements Outcome {}

    /** The record still names the leaving node. */
    record NotMoved(Reason reason, String detail) implements Outcome {}

    RecordSwap(MetadataTier tier, MetadataCalls calls, StorageNodeId leaving, CopyLocation destination, int attempts) {
        this.tier = tier;
        this.calls = calls;
        this.leaving = leaving;
        this.destination = destination;
        this.attempts = attempts;
    }

    /** @param known the record as just read, or empty to read it */
    CompletionStage<Outcome> move(RecordRef ref, UUID objectId, Optional<MetadataRecord> known) {
        return (known.isPresent() ? CompletableFuture.completedFuture(known) : read(ref))
                .thenCompose(live -> judge(ref, objectId, live, 1))
                .exceptionally(failure -> new NotMoved(
                        Reason.METADATA_UPDATE_FAILED,
                        String.valueOf(Backoff.unwrap(failure).getMessage())));
    }

    private CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        return calls.untilAvailable(() -> tier.read(ref));
    }

    private CompletionStage<Outcome> judge(RecordRef ref, UUID objectId, Optional<MetadataRecord> live, int attempt) {
        CommitRule.Verdict verdict = CommitRule.judge(live, objectId, leaving, destination.storageNode());
        return switch (verdict) {
            case SWAP -> swap(live.orElseThrow(), objectId, attempt);
            case RELOCATED -> CompletableFuture.completedFuture(new Moved());
            case SUPERSEDED, GONE -> CompletableFuture.completedFuture(new NotOurs(verdict));
            case DESTINATION_LISTED ->
                CompletableFuture.completedFuture(new NotMoved(
                        Reason.OBJECT_ALREADY_ON_DEST_SHARK,
                        "shard " + ref.shard() + " key " + ref.key() + " names " + destination.storageNode()
                                + " already; another destination is chosen in the next pass"));
        };
    }

    private CompletionStage<Outcome> swap(MetadataRecord current, UUID objectId, int attempt) {
        return calls.whileHeld(() -> tier.moveCopies(List.of(current), leaving, destination))
                .thenCompose(replaced -> {
                    if (replaced) {
                        return CompletableFuture.completedFuture(new Moved());
                    }
                    if (attempt >= attempts) {
                        return CompletableFuture.completedFuture(new NotMoved(
                                Reason.METADATA_UPDATE_FAILED,
                                "shard " + current.ref().shard() + " key "
                                        + current.ref().key() + " changed under each of " + attempts + " attempts"));
                    }
                    return read(current.ref()).thenCompose(live -> judge(current.ref(), objectId, live, attempt + 1));
                });
    }
}
