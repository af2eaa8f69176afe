package io.rebalancer.persistence.sort;

import java.util.Arrays;

/**
 * The form of the records of a {@link SortedFile}. The leading bytes of a record are its key. Keys have the order of their
 * bytes, which are unsigned.
 *
 * @param recordBytes length of each record, 1 to {@value #MAX_RECORD_BYTES}
 * @param keyBytes length of the key, 1 to {@code recordBytes}
 */
public record RecordFormat(int recordBytes, int keyBytes) {
    /** The longest record. */
    public static final int MAX_RECORD_BYTES = 4096;

    private static final int BLOCK_BYTES = 1 << 16;

    /** @throws IllegalArgumentException if a length is out of range */
    public RecordFormat {
        if (recordBytes < 1 || recordBytes > MAX_RECORD_BYTES || keyBytes < 1 || keyBytes > recordBytes) {
            throw new IllegalArgumentException(
                    "records of " + recordBytes + " bytes with keys of " + keyBytes + " bytes are not supported");
        }
    }

    int recordsPerBlock() {
        return Math.max(1, BLOCK_BYTES / recordBytes);
    }

    /** Compares the key of a record with the key of another record, or with a key alone. */
    int compareKeys(byte[] one, int oneOffset, byte[] other, int otherOffset) {
        return Arrays.compareUnsigned(one, oneOffset, oneOffset + keyBytes, other, otherOffset, otherOffset + keyBytes);
    }
}
