package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** An object being written; digests while writing, so that no byte is read twice. For one thread at a time. */
public final class IncomingObject implements AutoCloseable {
    private final ObjectStore store;
    private final ObjectKey key;
    private final Path part;
    private final long sizeBytes;
    private final ContentMd5 md5;
    private final FileChannel channel;
    private final MessageDigest digest = ObjectStore.newDigest();
    private long written;

    IncomingObject(ObjectStore store, ObjectKey key, Path part, long sizeBytes, ContentMd5 md5) throws IOException {
        this.store = store;
        this.key = key;
        this.part = part;
        this.sizeBytes = sizeBytes;
        this.md5 = md5;
        this.channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /**
     * Writes all of {@code bytes}.
     *
     * @throws ObjectRejected as soon as the object is longer than declared
     */
    public void write(ByteBuffer bytes) throws IOException, ObjectRejected {
        if (sizeBytes != ObjectStore.UNKNOWN_SIZE && written + bytes.remaining() > sizeBytes) {
            throw wrongLength("more than " + sizeBytes);
        }
        written += bytes.remaining();
        digest.update(bytes.duplicate());
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw OutOfSpace.orSame(e);
        }
    }

    /**
     * Verifies the object, forces it to disk and gives it its final name. When this returns the object is durable.
     *
     * @throws ObjectRejected if length or digest differ; nothing is stored then
     */
    public void seal() throws IOException, ObjectRejected {
        if (sizeBytes != ObjectStore.UNKNOWN_SIZE && written != sizeBytes) {
            throw wrongLength(String.valueOf(written));
        }
        if (!MessageDigest.isEqual(digest.digest(), md5.bytes())) {
            throw new ObjectRejected(
                    ObjectRejected.Cause.WRONG_DIGEST, "object " + key.objectId() + ": MD5 is not " + md5.base64());
        }
        try {
            channel.force(true);
            channel.close();
            store.publish(part, key, sizeBytes, md5);
        } catch (IOException e) {
            throw OutOfSpace.orSame(e);
        }
    }

    /** Bytes written so far. */
    public long written() {
        return written;
    }

    private ObjectRejected wrongLength(String found) {
        return new ObjectRejected(
                ObjectRejected.Cause.WRONG_LENGTH,
                "object " + key.objectId() + ": " + found + " bytes came, not " + sizeBytes);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
