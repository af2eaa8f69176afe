package io.rebalancer.agent.inventory;

import io.rebalancer.agent.store.FileFacts;
import io.rebalancer.agent.store.TouchedKeys.Touched;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.persistence.sort.RecordFormat;
import java.nio.ByteBuffer;
import java.util.UUID;

/** The records of an inventory: owner 16, object id 16, size 8, modified 8, changed 8. Their order is that of {@link CopyKey}. */
final class InventoryRecords {
    /** The form of the records. */
    static final RecordFormat FORMAT = new RecordFormat(7 * Long.BYTES, 4 * Long.BYTES);

    private InventoryRecords() {}

    /** Writes a record into {@code target}, which has its length. */
    static void write(ByteBuffer target, UUID owner, UUID objectId, FileFacts facts) {
        putKey(target.clear(), owner, objectId)
                .putLong(facts.sizeBytes())
                .putLong(facts.modifiedMillis())
                .putLong(facts.changedMillis());
    }

    private static ByteBuffer putKey(ByteBuffer target, UUID owner, UUID objectId) {
        return target.putLong(owner.getMostSignificantBits())
                .putLong(owner.getLeastSignificantBits())
                .putLong(objectId.getMostSignificantBits())
                .putLong(objectId.getLeastSignificantBits());
    }

    /** The bytes of a key. */
    static byte[] keyBytes(CopyKey key) {
        return putKey(ByteBuffer.allocate(FORMAT.keyBytes()), key.owner(), key.objectId())
                .array();
    }

    static CopyKey key(byte[] bytes, int offset) {
        ByteBuffer record = ByteBuffer.wrap(bytes);
        return new CopyKey(
                new UUID(record.getLong(offset), record.getLong(offset + 8)),
                new UUID(record.getLong(offset + 16), record.getLong(offset + 24)));
    }

    static long size(byte[] bytes, int offset) {
        return ByteBuffer.wrap(bytes).getLong(offset + 32);
    }

    static InventoryEntry entry(byte[] bytes, int offset, Touched touched) {
        CopyKey key = key(bytes, offset);
        ByteBuffer record = ByteBuffer.wrap(bytes);
        return new InventoryEntry(
                key,
                record.getLong(offset + 32),
                record.getLong(offset + 40),
                record.getLong(offset + 48),
                touched.contains(key));
    }
}
