package io.rebalancer.core.port;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Reads which copies the metadata records claim, shard by shard, on the primaries. */
public interface ClaimSource {

    /** Numbers of all shards, ascending. */
    List<Integer> shards();

    /**
     * A reader of one shard. Does no I/O yet.
     *
     * @param nodes the storage nodes whose claims are wanted
     */
    ShardClaims open(int shard, Set<StorageNodeId> nodes);

    /**
     * Reads one shard. Only one call may be in progress. A call fails with {@link TierUnavailable} if the shard can't reply
     * now; the caller may then repeat it. Any other failure is permanent.
     */
    interface ShardClaims {

        /** The highest row ids now. */
        CompletionStage<RowWatermark> watermark();

        /**
         * Reads rows in ascending order of their ids, as many as one call returns.
         *
         * @param first lowest id to read
         * @param last highest id to read
         */
        CompletionStage<Chunk> read(ScanColumn column, long first, long last);
    }

    /**
     * The claims of a range of rows.
     *
     * @param nextId the first id after the range, above {@code first}
     * @param rows rows of the range, whatever their type
     * @param unreadable rows that may be records and can't be read
     */
    record Chunk(long nextId, long rows, long unreadable, List<NodeClaim> claims) {
        public Chunk {
            claims = List.copyOf(claims);
        }
    }

    /** The claim of one record on one storage node. */
    record NodeClaim(StorageNodeId node, Claim claim) {}
}
