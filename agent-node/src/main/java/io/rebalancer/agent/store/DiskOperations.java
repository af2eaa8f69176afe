package io.rebalancer.agent.store;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The disk operations that store an object, one method each, so that a test can make any of them fail. */
public class DiskOperations {

    /** Creates a file; fails if the file exists. */
    protected FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /**
     * Opens a file for reads that bypass the page cache.
     *
     * @throws IOException or {@link UnsupportedOperationException} if the file system has no such reads
     */
    protected FileChannel openDirect(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS, ExtendedOpenOption.DIRECT);
    }

    /** Writes all of {@code bytes}. */
    protected void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** Forces content and length of a file to disk. */
    protected void force(FileChannel file) throws IOException {
        file.force(true);
    }

    /** Runs {@code rename}, which atomically gives a file its final name {@code to}. */
    protected void rename(Path to, Work rename) throws IOException {
        rename.run();
    }

    /** Runs {@code force}, which forces the entries of {@code directory} to disk. */
    protected void forceDirectory(Path directory, Work force) throws IOException {
        force.run();
    }

    /** One operation on the disk. */
    @FunctionalInterface
    protected interface Work {
        void run() throws IOException;
    }
}
