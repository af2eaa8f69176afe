package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The number of the highest segment that has durable frames, so that a start notices when the last segment is missing: no
 * other file refers to it. It is stored after the first group of a segment was forced, and before that group is
 * acknowledged. A crash in between leaves a lower number, which is harmless; the number is never too high.
 *
 * <p>Versions without this file ignore it. The number that they leave behind is too low, and a missing file is not an error:
 * then only the missing of the last segment goes unnoticed.
 *
 * <pre>
 * two slots of 512 bytes; a segment with an even number uses the first, so that a torn write leaves the other one intact
 *   0  magic "RBLOGTOP"  8
 *   8  format            4   1
 *  12  zero              4
 *  16  log id           16
 *  32  segment           8
 *  40  CRC32C            4   of everything before it
 *  44  zeros
 * </pre>
 */
final class HighestSegment {
    static final String FILE = "HIGHEST-SEGMENT";
    private static final byte[] MAGIC = "RBLOGTOP".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int SLOTS = 2;
    private static final int SLOT_BYTES = 512;
    private static final int CRC_AT = 40;

    /** The content of the file. */
    record Stored(UUID logId, long number) {}

    private HighestSegment() {}

    /**
     * The highest number in the file; empty if there is no file, or none of its slots is valid because the process died while
     * it wrote the first one.
     *
     * @throws LogException if a newer version wrote the file
     */
    static Optional<Stored> read(LogDisk disk) throws IOException {
        if (!disk.list().contains(FILE)) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate(SLOTS * SLOT_BYTES);
        try (LogFile file = disk.open(FILE)) {
            file.read(bytes, 0);
        }
        Optional<Stored> highest = Optional.empty();
        for (int slot = 0; slot < SLOTS; slot++) {
            Optional<Stored> stored = decode(bytes.slice(slot * SLOT_BYTES, SLOT_BYTES), disk);
            if (highest.isEmpty()
                    || stored.isPresent()
                            && stored.get().number() > highest.get().number()) {
                highest = stored;
            }
        }
        return highest;
    }

    private static Optional<Stored> decode(ByteBuffer slot, LogDisk disk) {
        byte[] magic = new byte[MAGIC.length];
        slot.get(magic);
        int format = slot.getInt();
        if (!Arrays.equals(magic, MAGIC) || crc(slot) != slot.getInt(CRC_AT)) {
            return Optional.empty();
        }
        if (format > FORMAT) {
            throw new LogException(
                    LogException.Kind.NEWER_FORMAT,
                    disk.location() + "/" + FILE + " has format " + format + ", and this version reads up to " + FORMAT
                            + "; use the version that wrote it");
        }
        slot.getInt();
        return Optional.of(new Stored(new UUID(slot.getLong(), slot.getLong()), slot.getLong()));
    }

    /** Stores that the segment with this number has durable frames. */
    static void write(LogDisk disk, UUID logId, long number) throws IOException {
        ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
        slot.put(MAGIC).putInt(FORMAT).putInt(0);
        slot.putLong(logId.getMostSignificantBits()).putLong(logId.getLeastSignificantBits());
        slot.putLong(number);
        slot.putInt(crc(slot)).rewind();
        boolean exists = disk.list().contains(FILE);
        try (LogFile file = exists ? disk.open(FILE) : disk.create(FILE)) {
            file.write(slot, number % SLOTS * SLOT_BYTES);
            file.force();
        }
        if (!exists) {
            disk.forceDirectory();
        }
    }

    private static int crc(ByteBuffer slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot.duplicate().limit(CRC_AT).position(0));
        return (int) crc.getValue();
    }
}
