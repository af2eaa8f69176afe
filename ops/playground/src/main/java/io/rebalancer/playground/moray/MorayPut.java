package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * One put of a batch (manta.md 7.6).
 *
 * @param newRowId the id column of a row that this put creates; an update keeps the existing ids
 * @param text the value's JSON text if the caller gave it (option {@code _value}); stored and hashed unchanged
 */
public record MorayPut(
        String bucket, String key, ObjectNode value, EtagCondition condition, RowId newRowId, Optional<String> text)
        implements MorayChange {
    /** The id column of a new row (manta.md 6.5). */
    public enum RowId {
        /** {@code _id} from the sequence, {@code _idx} null. */
        CLASSIC,
        /** {@code _id} null and {@code _idx} from the sequence: created after the extended-id migration. */
        EXTENDED
    }

    /** A put whose new row gets a classic id. */
    public MorayPut(String bucket, String key, ObjectNode value, EtagCondition condition) {
        this(bucket, key, value, condition, RowId.CLASSIC);
    }

    /** A put whose value is stored in our own JSON format. */
    public MorayPut(String bucket, String key, ObjectNode value, EtagCondition condition, RowId newRowId) {
        this(bucket, key, value, condition, newRowId, Optional.empty());
    }
}
