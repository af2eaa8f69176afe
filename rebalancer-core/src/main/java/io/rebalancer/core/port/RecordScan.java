package io.rebalancer.core.port;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Finds the metadata records that name a storage node. A row that can't be read is returned with its fault, never skipped. */
public interface RecordScan {

    /** Numbers of all shards, ascending. */
    List<Integer> shards();

    /**
     * Whether rows are read from the primary of the shard, as {@link MetadataTier} reads them. Rows from a replica or a clone
     * may be older than the live records.
     */
    boolean readsPrimary();

    /**
     * Starts or resumes the scan of one shard. Does no I/O yet.
     *
     * @param from where to resume; the scan starts from the beginning if another scan method produced the position
     */
    ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from);

    /**
     * Reads one shard, chunk by chunk. Only one call may be in progress. The rows of a chunk may have been read before the call,
     * but not before the call for the chunk before.
     */
    interface ShardCursor extends AutoCloseable {

        /**
         * The next chunk. Fails with {@link TierUnavailable} if the shard can't reply now; a repeated call then resumes at
         * the same place. Any other failure is permanent.
         */
        CompletionStage<Chunk> next();

        /** Where the next read of the shard starts for this cursor. Thread-safe. */
        ScanPosition position();

        /**
         * Whether {@link #next} completes at once, without a read of the shard: the rows were read together with those of
         * another cursor, or there are none left. Stays true until the call. Thread-safe.
         */
        default boolean hasChunk() {
            return false;
        }

        /** Releases the connections once a call in progress has ended. Later calls fail. Does not block. */
        @Override
        void close();
    }

    /**
     * A chunk of a shard.
     *
     * @param rows the rows that name the leaving node
     * @param end where the next chunk starts
     * @param last whether this is the last chunk
     */
    record Chunk(List<Row> rows, ScanPosition end, boolean last) {
        public Chunk {
            rows = List.copyOf(rows);
        }
    }

    /**
     * A row that names the leaving node.
     *
     * @param record the record; empty if the row can't be read
     * @param fault why the row can't be read, or empty text
     */
    record Row(RecordRef ref, Optional<MetadataRecord> record, String fault) {}
}
