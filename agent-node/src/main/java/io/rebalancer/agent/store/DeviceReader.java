package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * Reads files from the device and not from the page cache, for {@link Durability#READ_BACK}. The page cache has the
 * bytes that were written, whatever the device made of them.
 */
final class DeviceReader {
    private static final int MIN_BUFFER_BYTES = 1 << 20;

    private final DiskOperations disk;

    /** One for each thread of the disk dispatcher. A direct read needs a buffer that is aligned to the block size. */
    private final ThreadLocal<ByteBuffer> buffers;

    /** @param directory a directory of the file system. Its block size is read with the first file, if ever */
    DeviceReader(DiskOperations disk, Path directory) {
        this.disk = disk;
        this.buffers = ThreadLocal.withInitial(() -> newBuffer(directory));
    }

    private static ByteBuffer newBuffer(Path directory) {
        int blockBytes;
        try {
            blockBytes = Math.toIntExact(Files.getFileStore(directory).getBlockSize());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int bytes = Math.max(1, MIN_BUFFER_BYTES / blockBytes) * blockBytes;
        return ByteBuffer.allocateDirect(bytes + blockBytes - 1)
                .alignedSlice(blockBytes)
                .limit(bytes)
                .slice();
    }

    /**
     * Reads {@code file} once.
     *
     * @throws IOException with the way out, if the file system has no direct reads
     */
    void probe(Path file, long sizeBytes, ContentMd5 md5) throws IOException {
        boolean matches;
        try {
            matches = matches(file, sizeBytes, md5);
        } catch (IOException | UnsupportedOperationException e) {
            throw new IOException(
                    "durability read-back needs reads that bypass the page cache, and the file system of " + file
                            + " has none (" + e + "); set durability = flushed",
                    e);
        }
        if (!matches) {
            throw new IOException("a direct read of " + file + " returned other bytes than were written");
        }
    }

    /** Whether the device has the right content of {@code file}. */
    boolean matches(Path file, long sizeBytes, ContentMd5 md5) throws IOException {
        try (FileChannel direct = disk.openDirect(file)) {
            return direct.size() == sizeBytes && MessageDigest.isEqual(digest(direct, sizeBytes), md5.bytes());
        }
    }

    private byte[] digest(FileChannel direct, long sizeBytes) throws IOException {
        MessageDigest digest = ContentVerifier.newDigest();
        read(direct, digest, 0, sizeBytes, bytes -> {});
        return digest.digest();
    }

    /**
     * Reads a part of a file into a digest, at the pace of {@code pace}.
     *
     * @param from 0, or what an earlier call has returned: a direct read begins at a multiple of the block size
     * @param upTo at most the length of the file
     * @return the position after the last byte that was read, at least {@code upTo}
     */
    long read(FileChannel file, MessageDigest digest, long from, long upTo, ContentReader.Pace pace)
            throws IOException {
        ByteBuffer buffer = buffer();
        file.position(from);
        long position = from;
        // A direct read at the end of the file fails, unless the end is a multiple of the block size.
        while (position < upTo) {
            pace.await((int) Math.min(buffer.capacity(), upTo - position));
            buffer.clear();
            int read = disk.read(file, buffer);
            if (read < 0) {
                throw new EOFException("the file became shorter while it was read back");
            }
            position += read;
            digest.update(buffer.flip());
        }
        return position;
    }

    private ByteBuffer buffer() throws IOException {
        try {
            return buffers.get();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
