package io.rebalancer.manager.evacuate.verification;

import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import java.time.Instant;
import java.util.List;

/**
 * An event that a verification reports to its listener. {@link Finished} or {@link Failed} is the last one. A verification
 * that ends without either has proven nothing and must be started again from the beginning.
 */
public sealed interface VerificationEvent {

    /**
     * Reading has not begun, because another job may still write to the storage node.
     *
     * @param since when the verification began to wait
     */
    record FenceWaiting(Instant since, String detail) implements VerificationEvent {}

    /** No other job may write to the storage node; reading begins. */
    record FenceCleared() implements VerificationEvent {}

    /** Shards whose progress changed since the last event of this kind; sent every few seconds. */
    record Progress(List<ShardProgress> shards) implements VerificationEvent {
        public Progress {
            shards = List.copyOf(shards);
        }
    }

    /**
     * How far one shard is read.
     *
     * @param readIds row ids read in the current round, with gaps
     * @param totalIds row ids to read in the current round, with gaps; grows while users insert rows
     * @param rows rows read and found so far
     * @param verified whether the shard is read completely
     */
    record ShardProgress(int shard, long readIds, long totalIds, VerifiedRows rows, boolean verified) {}

    /**
     * A shard can't be read now; the read is retried until it succeeds. Repeated with each failed retry.
     *
     * @param since when the first of these failures happened
     * @param reason the last failure
     */
    record ShardWaiting(int shard, Instant since, String reason) implements VerificationEvent {}

    /** A shard that was waiting is being read again. */
    record ShardResumed(int shard) implements VerificationEvent {}

    /**
     * All shards are read.
     *
     * @param evidence the evidence of each shard, ascending by shard; whether the storage node is empty is for the listener
     *     to decide
     */
    record Finished(List<ShardEvidence> evidence) implements VerificationEvent {
        public Finished {
            evidence = List.copyOf(evidence);
        }
    }

    /** A shard can't be read, and waiting does not help. The verification has ended without a result. */
    record Failed(int shard, String reason) implements VerificationEvent {}
}
