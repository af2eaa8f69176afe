package io.rebalancer.core.certificate;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * Another look at the metadata shards after a storage node was drained: whether the statement of its certificate still holds.
 *
 * @param jobId the job whose verification is checked
 * @param verifiedAt when that verification ended
 * @param startedAt when the check began
 * @param at when it ended, or the time of the answer while it runs
 * @param verdict the result
 * @param detail the reason of the verdict, for people
 * @param shards what was read, in the order of their numbers
 */
public record CertificateCheck(
        StorageNodeId node,
        UUID jobId,
        Instant verifiedAt,
        Scope scope,
        Instant startedAt,
        Instant at,
        Verdict verdict,
        String detail,
        List<Shard> shards) {

    public CertificateCheck {
        shards = shards.stream().sorted(Comparator.comparingInt(Shard::shard)).toList();
    }

    /** Which rows a check reads. Part of the HTTP API. */
    public enum Scope {
        /** Rows that were inserted since the verification. A user who overwrites an object changes an earlier row. */
        NEW_ROWS,
        /** All rows, as the verification read them. It takes as long. */
        ALL_ROWS
    }

    /** The result of a check. Part of the HTTP API. */
    public enum Verdict {
        /** The shards are being read. */
        RUNNING,
        /** No row names the node. */
        PASS,
        /** A row names the node, or the node is not drained any more. */
        REFUSED,
        /** Not all rows were read. */
        UNKNOWN
    }

    /**
     * What was read in one shard.
     *
     * @param after rows with higher ids are read; {@link RowWatermark#NONE} for all rows
     * @param rowsRead rows of every type
     * @param rowsOfNode rows because of which the node is not empty, or may not be empty
     * @param complete whether all rows are read
     * @param sample addresses of some of the rows of the node
     * @param fault why the shard is not read completely, or empty text
     */
    public record Shard(
            int shard,
            RowWatermark after,
            long rowsRead,
            long rowsOfNode,
            boolean complete,
            List<RecordRef> sample,
            String fault) {
        public Shard {
            sample = List.copyOf(sample);
        }
    }
}
