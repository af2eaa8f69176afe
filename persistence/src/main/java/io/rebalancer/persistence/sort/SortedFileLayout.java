package io.rebalancer.persistence.sort;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a {@link SortedFile}. All numbers are big-endian.
 *
 * <pre>
 * header   magic 8 | bytes of a record 4 | bytes of a key 4 | records of a block 4 | CRC32C of these 4
 * block    the records, all blocks but the last with the same number | CRC32C of the block's number and of the records 4
 * trailer  magic 8 | number of records 8 | CRC32C of the blocks' CRCs 4 | CRC32C of these 4
 * </pre>
 */
final class SortedFileLayout {
    static final int HEADER_BYTES = 24;
    static final int TRAILER_BYTES = 24;
    static final int CRC_BYTES = Integer.BYTES;

    private static final long HEADER_MAGIC = 0x52425353_4F525431L;
    private static final long TRAILER_MAGIC = 0x52425345_4E443031L;

    private SortedFileLayout() {}

    static ByteBuffer header(RecordFormat format) {
        return closed(ByteBuffer.allocate(HEADER_BYTES)
                .putLong(HEADER_MAGIC)
                .putInt(format.recordBytes())
                .putInt(format.keyBytes())
                .putInt(format.recordsPerBlock()));
    }

    static ByteBuffer trailer(long records, int checksum) {
        return closed(ByteBuffer.allocate(TRAILER_BYTES)
                .putLong(TRAILER_MAGIC)
                .putLong(records)
                .putInt(checksum));
    }

    private static ByteBuffer closed(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, bytes.position());
        return bytes.putInt((int) crc.getValue()).flip();
    }

    /** Whether {@code bytes} is a trailer that is not damaged; its number of records is at 8, the checksum at 16. */
    static boolean isTrailer(ByteBuffer bytes) {
        return bytes.getLong(0) == TRAILER_MAGIC
                && closed(ByteBuffer.allocate(TRAILER_BYTES).put(bytes.array(), 0, TRAILER_BYTES - CRC_BYTES))
                        .equals(bytes);
    }

    /** The CRC of a block. It covers the block's number, so a block in another place is found. */
    static int crc(long block, byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, block));
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** Adds the CRC of a further block to the checksum of all blocks. */
    static void addTo(CRC32C checksum, int blockCrc) {
        checksum.update(ByteBuffer.allocate(CRC_BYTES).putInt(0, blockCrc));
    }

    /** Length of a complete file. */
    static long fileBytes(RecordFormat format, long records) {
        long blocks = blocks(format, records);
        return HEADER_BYTES + records * format.recordBytes() + blocks * CRC_BYTES + TRAILER_BYTES;
    }

    static long blocks(RecordFormat format, long records) {
        return (records + format.recordsPerBlock() - 1) / format.recordsPerBlock();
    }

    static long blockAt(RecordFormat format, long block) {
        return HEADER_BYTES + block * ((long) format.recordsPerBlock() * format.recordBytes() + CRC_BYTES);
    }
}
