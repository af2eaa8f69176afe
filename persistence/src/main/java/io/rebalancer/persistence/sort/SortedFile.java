package io.rebalancer.persistence.sort;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of records in the order of their keys, as {@link RecordSorter} writes it. Each block of the file has a checksum, and
 * the file is complete only with its trailer. No index is in memory: a cursor finds its first key by a binary search over the
 * blocks.
 *
 * @param path the file
 * @param format form of the records
 * @param count number of records
 * @param checksum checksum of all blocks, of the trailer
 */
public record SortedFile(Path path, RecordFormat format, long count, int checksum) {

    /**
     * Opens a complete file. Reads its header and its trailer only; a damaged block is found when it is read.
     *
     * @throws IOException naming the file, if it is missing, not complete, damaged, or has records of another form
     */
    public static SortedFile open(Path path, RecordFormat format) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            long length = file.size();
            if (length < SortedFileLayout.HEADER_BYTES + SortedFileLayout.TRAILER_BYTES) {
                throw new IOException("the sorted file " + path + " is not complete: it has " + length + " bytes");
            }
            if (!SortedFileLayout.header(format).equals(read(file, 0, SortedFileLayout.HEADER_BYTES))) {
                throw new IOException("the sorted file " + path + " is damaged, or has records of another form");
            }
            ByteBuffer trailer = read(file, length - SortedFileLayout.TRAILER_BYTES, SortedFileLayout.TRAILER_BYTES);
            if (!SortedFileLayout.isTrailer(trailer)) {
                throw new IOException("the sorted file " + path + " is not complete: it has no trailer");
            }
            SortedFile opened = new SortedFile(path, format, trailer.getLong(8), trailer.getInt(16));
            if (opened.count < 0 || SortedFileLayout.fileBytes(format, opened.count) != length) {
                throw new IOException("the sorted file " + path + " is damaged: its trailer counts " + opened.count
                        + " records, which do not make " + length + " bytes");
            }
            return opened;
        }
    }

    static ByteBuffer read(FileChannel file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    /** A cursor before the first record. */
    public RecordCursor first() throws IOException {
        return new RecordCursor(this);
    }

    /**
     * A cursor before the first record whose key is {@code key} or higher.
     *
     * @param key at least as long as a key
     * @throws IOException also if a block that the search reads is damaged
     */
    public RecordCursor from(byte[] key) throws IOException {
        RecordCursor cursor = new RecordCursor(this);
        try {
            cursor.seek(key);
            return cursor;
        } catch (IOException | RuntimeException e) {
            cursor.close();
            throw e;
        }
    }

    /** Deletes the file, if it exists. Open cursors can still read it. */
    public void delete() throws IOException {
        Files.deleteIfExists(path);
    }
}
