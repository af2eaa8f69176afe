package io.rebalancer.core.port;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Reads every row of a metadata shard from its primary, and reports the rows that name a storage node. Unlike a
 * {@link RecordScan} it states which rows it read, so its result can prove that no row names the node.
 */
public interface RecordAudit {

    /** Numbers of all shards, ascending. */
    List<Integer> shards();

    /** Where the rows come from, as a short word for the evidence, such as {@code moray}. */
    String source();

    /** A reader of one shard. Does no I/O yet. */
    ShardReader open(int shard, StorageNodeId node);

    /**
     * Reads one shard. Only one call may be in progress. A call fails with {@link TierUnavailable} if the shard can't reply
     * now; the caller may then repeat it. Any other failure is permanent.
     */
    interface ShardReader {

        /** The highest row ids now. */
        CompletionStage<RowWatermark> watermark();

        /**
         * Reads rows in ascending order of their ids, as many as one call returns.
         *
         * @param column one of the two columns of row ids
         * @param first lowest id to read
         * @param last highest id to read
         */
        CompletionStage<Range> read(ScanColumn column, long first, long last);
    }

    /**
     * The rows of a range of ids.
     *
     * @param nextId the first id after the range, above {@code first}
     * @param ids the id of every row of the range, whatever the type of the row
     * @param findings the rows that name the node, ascending by id
     */
    record Range(long nextId, List<Long> ids, List<Finding> findings) {
        public Range {
            ids = List.copyOf(ids);
            findings = List.copyOf(findings);
        }
    }

    /** A row of the node. */
    record Finding(long id, RecordRef ref, Kind kind) {}

    /** Why a row belongs to the node. */
    enum Kind {
        /** The record of an object names the node. */
        NAMES_NODE,
        /** The row mentions the node but can't be read. */
        UNREADABLE,
        /** The row names the node, and the operator excludes it from jobs. */
        EXCLUDED,
        /** The directory of a multipart upload that reserved the node for its object (manta.md 6.6). */
        UPLOAD
    }
}
