package io.rebalancer.persistence.sort;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The disk operations of a sort, so that a test can make any of them fail. */
class SortDisk {

    /** Creates a file; fails if it exists. */
    FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Writes all of {@code bytes}. */
    void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** Forces content and length of a file to disk. */
    void force(FileChannel file) throws IOException {
        file.force(true);
    }

    /** Deletes a file, if it exists. */
    void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
