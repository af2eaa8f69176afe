package io.rebalancer.cluster.inventory;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.port.NodeInventory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Encodes entries of an inventory for one message, and decodes them. All numbers are big-endian.
 *
 * <pre>
 * frame   version 1 | number of entries 4 | CRC32C of all other bytes 4 | the entries, as zlib compresses them
 * entry   owner 16 | object id 16 | size 8 | modified 8 | changed 8 | touched 1
 * </pre>
 *
 * The largest frame has less than 500 KiB, if nothing can be compressed.
 */
public final class EntryFrames {
    private static final byte VERSION = 1;
    private static final int CRC_AT = 1 + Integer.BYTES;
    private static final int HEADER_BYTES = CRC_AT + Integer.BYTES;
    private static final int ENTRY_BYTES = 7 * Long.BYTES + 1;

    private EntryFrames() {}

    /**
     * Encodes entries.
     *
     * @param entries at most {@link NodeInventory#MAX_ENTRIES}
     * @throws IllegalArgumentException if there are more entries
     */
    public static byte[] encode(List<InventoryEntry> entries) {
        if (entries.size() > NodeInventory.MAX_ENTRIES) {
            throw new IllegalArgumentException(
                    "a frame has at most " + NodeInventory.MAX_ENTRIES + " entries, not " + entries.size());
        }
        ByteBuffer body = ByteBuffer.allocate(entries.size() * ENTRY_BYTES);
        entries.forEach(entry -> put(body, entry));
        byte[] compressed = new byte[body.capacity() + (body.capacity() >> 8) + 64];
        int length = compress(body.array(), compressed);
        byte[] frame = new byte[HEADER_BYTES + length];
        ByteBuffer.wrap(frame).put(VERSION).putInt(entries.size()).putInt(0).put(compressed, 0, length);
        ByteBuffer.wrap(frame).putInt(CRC_AT, crc(frame));
        return frame;
    }

    private static int compress(byte[] body, byte[] target) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(body);
            deflater.finish();
            int length = deflater.deflate(target);
            if (!deflater.finished()) {
                throw new IllegalStateException("compressed entries are larger than " + target.length + " bytes");
            }
            return length;
        } finally {
            deflater.end();
        }
    }

    private static void put(ByteBuffer body, InventoryEntry entry) {
        put(body, entry.key().owner());
        put(body, entry.key().objectId());
        body.putLong(entry.sizeBytes())
                .putLong(entry.modifiedMillis())
                .putLong(entry.changedMillis())
                .put((byte) (entry.touched() ? 1 : 0));
    }

    private static void put(ByteBuffer body, UUID id) {
        body.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static int crc(byte[] frame) {
        CRC32C crc = new CRC32C();
        crc.update(frame, 0, CRC_AT);
        crc.update(frame, HEADER_BYTES, frame.length - HEADER_BYTES);
        return (int) crc.getValue();
    }

    /**
     * Decodes entries.
     *
     * @throws FrameRejected if the frame is damaged, or has an unknown version
     */
    public static List<InventoryEntry> decode(byte[] frame) {
        if (frame.length < HEADER_BYTES) {
            throw new FrameRejected("a frame of entries has " + frame.length + " bytes: it was cut off");
        }
        if (frame[0] != VERSION) {
            throw new FrameRejected("a frame of entries has version " + frame[0] + ", and this build knows version "
                    + VERSION + " only; update this process");
        }
        ByteBuffer header = ByteBuffer.wrap(frame, 0, HEADER_BYTES);
        int count = header.getInt(1);
        if (count < 0 || count > NodeInventory.MAX_ENTRIES) {
            throw new FrameRejected("a frame of entries is damaged: it counts " + count + " entries");
        }
        if (crc(frame) != header.getInt(CRC_AT)) {
            throw new FrameRejected("a frame of " + count + " entries is damaged: its checksum is wrong");
        }
        ByteBuffer bytes = ByteBuffer.wrap(decompress(frame, count * ENTRY_BYTES));
        List<InventoryEntry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(new InventoryEntry(
                    new CopyKey(id(bytes), id(bytes)),
                    bytes.getLong(),
                    bytes.getLong(),
                    bytes.getLong(),
                    bytes.get() != 0));
        }
        return entries;
    }

    private static UUID id(ByteBuffer bytes) {
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    /** Decompresses exactly {@code length} bytes, whatever the frame expands to. */
    private static byte[] decompress(byte[] frame, int length) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(frame, HEADER_BYTES, frame.length - HEADER_BYTES);
            // One byte more, so that a frame with too many bytes is found.
            byte[] body = new byte[length + 1];
            int filled = 0;
            int inflated = -1;
            while (inflated != 0 && filled < body.length) {
                inflated = inflater.inflate(body, filled, body.length - filled);
                filled += inflated;
            }
            if (filled != length || !inflater.finished() || inflater.getRemaining() > 0) {
                throw new FrameRejected("a frame of entries is damaged: it does not expand to " + length + " bytes");
            }
            return Arrays.copyOf(body, length);
        } catch (DataFormatException e) {
            throw new FrameRejected("a frame of entries is damaged: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }
}
