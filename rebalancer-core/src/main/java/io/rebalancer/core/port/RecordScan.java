package io.rebalancer.core.port;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Finds the metadata records that name a storage node. Nothing is skipped in silence: what can't be read is a fault. */
public interface RecordScan {

    /** Numbers of all shards, ascending. */
    List<Integer> shards();

    /**
     * Begins or resumes the scan of one shard; does no I/O yet.
     *
     * @param from where to go on; a position of another way to scan means the beginning
     */
    ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from);

    /** Walks one shard; for one caller at a time. */
    interface ShardCursor extends AutoCloseable {

        /**
         * The next part of the shard. Fails with {@link TierUnavailable} if the shard can't answer now; asking again then
         * goes on at the same place. Any other failure is one that waiting does not mend.
         */
        CompletionStage<Chunk> next();

        /** Lets go of what it holds; a call in progress fails. */
        @Override
        void close();
    }

    /**
     * A part of a shard.
     *
     * @param rows the rows of it that speak of the leaving node
     * @param end where the next part begins
     * @param last whether nothing follows
     */
    record Chunk(List<Row> rows, ScanPosition end, boolean last) {
        public Chunk {
            rows = List.copyOf(rows);
        }
    }

    /**
     * A row that speaks of the leaving node.
     *
     * @param record the record, or empty if the row can't be read
     * @param fault why it can't be read, or empty text
     */
    record Row(RecordRef ref, Optional<MetadataRecord> record, String fault) {}
}
