package io.rebalancer.core.certificate;

import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The statement that a storage node is drained: a verification read every metadata shard up to the stated watermarks and found
 * no row that names the node.
 *
 * <p>It states what the verification found until {@code verifiedAt}. It does not cover rows that users inserted or overwrote
 * later, or overwrote while the verification ran after it had read them ({@link ShardEvidence}). What keeps such rows away
 * from the node is that it is out of service; who wipes the node checks that it still is.
 *
 * @param jobId the job that emptied and verified the node
 * @param epoch the incarnation of the job when the certificate was issued
 * @param verifiedAt when the verification ended
 * @param shards what was read, for each metadata shard, in the order of their numbers; without samples
 * @param settled what the job did with the records that named the node
 * @param exceptions records that the last pass left on the node; always 0
 * @param exclusions rows of the node that the settings exclude from jobs; always 0
 * @param issuedAt when the manager was asked for the certificate; the node was DRAINED at that time
 * @param issuer the manager that signed: {@code HOST:PORT} of its cluster member
 * @param keyId the key that signed ({@link VerificationKey#id})
 */
public record Certificate(
        StorageNodeId node,
        String datacenter,
        UUID jobId,
        long epoch,
        Instant verifiedAt,
        List<ShardEvidence> shards,
        SettledCounts settled,
        long exceptions,
        long exclusions,
        Instant issuedAt,
        String issuer,
        String keyId) {

    /** @throws IllegalArgumentException if the evidence is not that of a drained node */
    public Certificate {
        shards = shards.stream()
                .sorted(Comparator.comparingInt(ShardEvidence::shard))
                .toList();
        require(!shards.isEmpty(), "no shard was read");
        require(
                shards.stream().map(ShardEvidence::shard).distinct().count() == shards.size(),
                "a shard occurs twice in the evidence");
        require(shards.stream().allMatch(ShardEvidence::complete), "a shard was read incompletely");
        require(shards.stream().allMatch(shard -> shard.rows().ofNode() == 0), "rows of the storage node were found");
        require(exceptions == 0 && exclusions == 0, "records are left on the storage node");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    /** The rows of all shards that were read. */
    public long rowsRead() {
        return shards.stream().mapToLong(shard -> shard.rows().read()).sum();
    }
}
