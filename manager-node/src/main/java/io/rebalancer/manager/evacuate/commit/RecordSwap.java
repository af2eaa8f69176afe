package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.CommitRule;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Replaces the leaving node by the destination in single records. Every write is preceded by a judgement of the current
 * record, and is conditional on that record's etag. After a write in doubt the record is read until its shard answers.
 */
final class RecordSwap {
    private final MetadataCalls calls;
    private final StorageNodeId leaving;
    private final CopyLocation destination;
    private final int maxAttempts;
    private final Duration doubtTimeout;

    /** The outcome for one record. */
    sealed interface Outcome {}

    /**
     * The record names the new copy and not the leaving node.
     *
     * @param byThisCommit whether this commit sent the write; otherwise the record named the new copy before
     */
    record Relocated(boolean byThisCommit) implements Outcome {}

    /** A user deleted the record or replaced its object, so there is nothing to do. */
    record ChangedByUser(CommitRule.Verdict verdict) implements Outcome {}

    /** The record still names the leaving node, as far as is known. */
    record Unmoved(Reason reason, String detail) implements Outcome {}

    /**
     * How a record ended.
     *
     * @param attempted whether a write that names the new copy was sent for the record, with whatever result
     */
    record Ended(Outcome outcome, boolean attempted) {}

    /** What is known of a record before it is swapped. */
    enum Known {
        /** The record was just read, and nothing was sent. */
        UNTOUCHED,
        /** A write was sent and rejected as a whole. */
        REJECTED,
        /** A write was sent and its outcome is unknown. */
        IN_DOUBT
    }

    /**
     * @param maxAttempts writes per record, at most: each fails if a user changes the record between read and write
     * @param doubtTimeout how long writes of a record are sent again whose outcome was in doubt and turned out as not done
     */
    RecordSwap(
            MetadataCalls calls,
            StorageNodeId leaving,
            CopyLocation destination,
            int maxAttempts,
            Duration doubtTimeout) {
        this.calls = calls;
        this.leaving = leaving;
        this.destination = destination;
        this.maxAttempts = maxAttempts;
        this.doubtTimeout = doubtTimeout;
    }

    /**
     * Swaps one record.
     *
     * @param current the record as just read, or empty to read it; ignored after a write in doubt
     * @return fails only if the job has stopped
     */
    CompletionStage<Ended> swap(RecordRef ref, UUID objectId, Optional<MetadataRecord> current, Known known) {
        Swap swap = new Swap(ref, objectId, known);
        CompletionStage<Outcome> outcome =
                known == Known.IN_DOUBT ? swap.settleDoubt() : current.isPresent() ? swap.judge(current) : swap.read();
        return outcome.exceptionally(this::unmoved).thenApply(each -> new Ended(each, swap.attempted));
    }

    /** The outcome of a record whose call failed for good. */
    Outcome unmoved(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        if (cause instanceof CancellationException) {
            throw new CompletionException(cause);
        }
        return new Unmoved(
                cause instanceof DestinationRefused ? Reason.DESTINATION_UNREACHABLE : Reason.METADATA_UPDATE_FAILED,
                OneLine.of(cause));
    }

    /** The swap of one record. Its steps follow one another, so one thread at a time changes the fields. */
    private final class Swap {
        private final RecordRef ref;
        private final UUID objectId;
        private boolean attempted;
        private int conflicts;
        private int repeatedDoubts;
        private Optional<Long> doubtSince = Optional.empty();

        Swap(RecordRef ref, UUID objectId, Known known) {
            this.ref = ref;
            this.objectId = objectId;
            this.attempted = known != Known.UNTOUCHED;
        }

        CompletionStage<Outcome> read() {
            return calls.read(ref).thenCompose(this::judge);
        }

        /** The write may have been carried out. Only the record shows it, so it is read until the shard answers. */
        CompletionStage<Outcome> settleDoubt() {
            if (doubtSince.isEmpty()) {
                doubtSince = Optional.of(System.nanoTime());
                return calls.readUntilAnswered(ref).thenCompose(this::judge);
            }
            return calls.backoff(repeatedDoubts++)
                    .thenCompose(waited -> calls.readUntilAnswered(ref))
                    .thenCompose(this::judge);
        }

        CompletionStage<Outcome> judge(Optional<MetadataRecord> current) {
            CommitRule.Verdict verdict = CommitRule.judge(current, objectId, leaving, destination.storageNode());
            return switch (verdict) {
                case SWAP -> write(current.orElseThrow());
                case RELOCATED -> CompletableFuture.completedFuture(new Relocated(attempted));
                case SUPERSEDED, GONE -> CompletableFuture.completedFuture(new ChangedByUser(verdict));
                case DESTINATION_LISTED ->
                    CompletableFuture.completedFuture(new Unmoved(
                            Reason.OBJECT_ALREADY_ON_DEST_SHARK,
                            nameOf(ref) + " names " + destination.storageNode()
                                    + " already; the next pass chooses another destination"));
            };
        }

        private CompletionStage<Outcome> write(MetadataRecord current) {
            if (isDoubtTooOld()) {
                return CompletableFuture.completedFuture(new Unmoved(
                        Reason.METADATA_UPDATE_FAILED,
                        nameOf(ref) + ": its shard answers reads, but has acknowledged no write for "
                                + doubtTimeout.toSeconds() + " s; a later pass retries the record"));
            }
            return calls.moveCopies(List.of(current), leaving, destination)
                    .handle(this::afterWrite)
                    .thenCompose(Function.identity());
        }

        private CompletionStage<Outcome> afterWrite(Boolean replaced, Throwable failure) {
            if (failure != null) {
                return afterFailedWrite(Failures.rootCause(failure));
            }
            attempted = true;
            if (replaced) {
                return CompletableFuture.completedFuture(new Relocated(true));
            }
            conflicts++;
            if (conflicts >= maxAttempts) {
                return CompletableFuture.completedFuture(new Unmoved(
                        Reason.METADATA_UPDATE_FAILED,
                        nameOf(ref) + " was changed by a user during each of " + maxAttempts + " attempts"));
            }
            // An earlier write in doubt may have been carried out, which this conflict would then be the sign of.
            return doubtSince.isPresent() ? settleDoubt() : read();
        }

        private CompletionStage<Outcome> afterFailedWrite(Throwable cause) {
            if (cause instanceof TierUnavailable) {
                attempted = true;
                return settleDoubt();
            }
            boolean notSent = cause instanceof ShardAway
                    || cause instanceof DestinationRefused
                    || cause instanceof CancellationException;
            attempted |= !notSent;
            return CompletableFuture.failedFuture(cause);
        }

        private boolean isDoubtTooOld() {
            return doubtSince
                    .filter(since -> System.nanoTime() - since >= doubtTimeout.toNanos())
                    .isPresent();
        }
    }

    private static String nameOf(RecordRef ref) {
        return "shard " + ref.shard() + " key " + ref.key();
    }
}
