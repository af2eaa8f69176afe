package io.rebalancer.persistence.sort;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Writes a {@link SortedFile}. A file that is not finished is deleted at the end. */
final class SortedFileWriter implements Closeable {
    private final Path path;
    private final RecordFormat format;
    private final SortDisk disk;
    private final FileChannel file;
    private final byte[] block;
    private final CRC32C checksum = new CRC32C();
    private int blockRecords;
    private long blocks;
    private long records;
    private boolean finished;

    SortedFileWriter(Path path, RecordFormat format, SortDisk disk) throws IOException {
        this.path = path;
        this.format = format;
        this.disk = disk;
        this.block = new byte[format.recordsPerBlock() * format.recordBytes() + SortedFileLayout.CRC_BYTES];
        this.file = disk.create(path);
        boolean begun = false;
        try {
            disk.write(file, SortedFileLayout.header(format));
            begun = true;
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    /** Appends a record, whose key is not below the key of the record before it. */
    void append(byte[] source, int offset) throws IOException {
        System.arraycopy(source, offset, block, blockRecords * format.recordBytes(), format.recordBytes());
        records++;
        if (++blockRecords == format.recordsPerBlock()) {
            writeBlock();
        }
    }

    private void writeBlock() throws IOException {
        int length = blockRecords * format.recordBytes();
        int crc = SortedFileLayout.crc(blocks, block, length);
        SortedFileLayout.addTo(checksum, crc);
        ByteBuffer bytes = ByteBuffer.wrap(block).putInt(length, crc);
        disk.write(file, bytes.limit(length + SortedFileLayout.CRC_BYTES));
        blocks++;
        blockRecords = 0;
    }

    /** Writes the trailer. The file is complete when this returns. */
    void finish(boolean force) throws IOException {
        if (blockRecords > 0) {
            writeBlock();
        }
        disk.write(file, SortedFileLayout.trailer(records, (int) checksum.getValue()));
        if (force) {
            disk.force(file);
        }
        finished = true;
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            if (!finished) {
                disk.delete(path);
            }
        }
    }
}
