package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A row in the form that object calls return (manta.md 7.6).
 *
 * @param id row id; null for rows created after the extended-id migration (manta.md 6.5)
 * @param idx extended row id; null for all other rows
 * @param mtime milliseconds since the epoch of the last put
 */
public record MorayObject(
        String bucket,
        String key,
        ObjectNode value,
        @Nullable Long id,
        @Nullable Long idx,
        String etag,
        long mtime,
        @Nullable Integer txnSnap) {

    /** The value's fields and the columns of the row, which a filter or an order may name (manta.md 7.6). */
    public ObjectNode searchable() {
        ObjectNode fields = value.deepCopy();
        fields.put("_key", key).put("_id", id != null ? id : idx);
        fields.put("_etag", etag).put("_mtime", mtime).put("_txn_snap", txnSnap);
        return fields;
    }

    /** The wire form. {@code _id} is the one id that the row has. */
    public ObjectNode toJson(@Nullable Long count) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("bucket", bucket).put("key", key);
        json.set("value", value.deepCopy());
        json.put("_id", id != null ? id : idx);
        json.put("_etag", etag).put("_mtime", mtime);
        json.put("_txn_snap", txnSnap).put("_count", count);
        return json;
    }
}
