package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * One put of a batch (manta.md 7.6).
 *
 * @param text the value's JSON text if the caller gave it (option {@code _value}): stored, and its etag taken, as it is
 * @param newRowId which id column a row gets if this put creates it; an update keeps the ids the row has
 */
public record MorayPut(
        String bucket, String key, ObjectNode value, EtagCondition condition, RowId newRowId, Optional<String> text) {
    /** The id column of a new row (manta.md 6.5). */
    public enum RowId {
        /** {@code _id} from the sequence, {@code _idx} null. */
        CLASSIC,
        /** {@code _id} null and {@code _idx} from the sequence: created after the extended-id migration. */
        EXTENDED
    }

    /** A put whose row, if new, gets an ordinary id. */
    public MorayPut(String bucket, String key, ObjectNode value, EtagCondition condition) {
        this(bucket, key, value, condition, RowId.CLASSIC);
    }

    /** A put whose value is stored as we write it. */
    public MorayPut(String bucket, String key, ObjectNode value, EtagCondition condition, RowId newRowId) {
        this(bucket, key, value, condition, newRowId, Optional.empty());
    }
}
