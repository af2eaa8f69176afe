package io.rebalancer.persistence.sort;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Reads the records of a {@link SortedFile} in sequence, a block at a time. It has its own handle of the file, so it may
 * outlive the file's name. Not thread-safe.
 */
public final class RecordCursor implements Closeable {
    private static final long NO_BLOCK = -1;

    private final SortedFile sorted;
    private final RecordFormat format;
    private final FileChannel file;
    private final CRC32C checksum = new CRC32C();
    private final long blocks;
    private final ByteBuffer buffer;
    private long block = NO_BLOCK;
    private int blockRecords;
    private int next;
    /** Whether all blocks were read in sequence, so that their checksum can be compared with the trailer. */
    private boolean complete = true;

    RecordCursor(SortedFile sorted) throws IOException {
        this.sorted = sorted;
        this.format = sorted.format();
        this.blocks = SortedFileLayout.blocks(format, sorted.count());
        this.buffer = ByteBuffer.allocate(format.recordsPerBlock() * format.recordBytes() + SortedFileLayout.CRC_BYTES);
        this.file = FileChannel.open(sorted.path(), StandardOpenOption.READ);
    }

    /**
     * Moves to the next record.
     *
     * @return whether there is one
     * @throws IOException naming file and block, if the block is damaged or can't be read
     */
    public boolean next() throws IOException {
        if (next == blockRecords) {
            if (block + 1 >= blocks) {
                return false;
            }
            load(block + 1);
            next = 0;
        }
        next++;
        return true;
    }

    /** The array that holds the current record. Valid until the next call of {@link #next}. */
    public byte[] bytes() {
        return buffer.array();
    }

    /** Where in {@link #bytes} the current record begins. */
    public int offset() {
        return (next - 1) * format.recordBytes();
    }

    /** Moves before the first record whose key is {@code key} or higher. */
    void seek(byte[] key) throws IOException {
        complete = false;
        long low = 0;
        long high = blocks;
        // The first block whose last key is not below the key.
        while (low < high) {
            long middle = (low + high) >>> 1;
            load(middle);
            if (compareTo(key, blockRecords - 1) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == blocks) {
            block = blocks;
            blockRecords = 0;
            next = 0;
            return;
        }
        load(low);
        next = firstNotBelow(key);
    }

    private int firstNotBelow(byte[] key) {
        int low = 0;
        int high = blockRecords;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compareTo(key, middle) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int compareTo(byte[] key, int record) {
        return format.compareKeys(buffer.array(), record * format.recordBytes(), key, 0);
    }

    private void load(long number) throws IOException {
        if (number == block) {
            return;
        }
        long before = number * format.recordsPerBlock();
        int records = (int) Math.min(format.recordsPerBlock(), sorted.count() - before);
        int length = records * format.recordBytes();
        buffer.clear().limit(length + SortedFileLayout.CRC_BYTES);
        long position = SortedFileLayout.blockAt(format, number);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, position + buffer.position()) < 0) {
                throw damaged(number, "the file ends in it");
            }
        }
        int crc = buffer.getInt(length);
        if (crc != SortedFileLayout.crc(number, buffer.array(), length)) {
            throw damaged(number, "its checksum is wrong");
        }
        if (complete) {
            SortedFileLayout.addTo(checksum, crc);
            if (number == blocks - 1 && (int) checksum.getValue() != sorted.checksum()) {
                throw damaged(number, "the checksum of the file is wrong");
            }
        }
        block = number;
        blockRecords = records;
    }

    private IOException damaged(long number, String how) {
        return new IOException("block " + number + " of the sorted file " + sorted.path() + " is damaged: " + how
                + "; the disk may be failing. Delete the file, and make it again");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
