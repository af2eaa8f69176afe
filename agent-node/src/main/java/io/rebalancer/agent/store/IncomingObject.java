package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.UUID;

/**
 * An object being written; digests while writing, so that no byte is read twice. For one thread at a time.
 *
 * <pre>
 * begin ─► write … ─► verify ─► ObjectStore.publish ─► close
 * </pre>
 */
public final class IncomingObject implements AutoCloseable {
    private final DiskOperations disk;
    private final ObjectKey key;
    private final Path part;
    private final long sizeBytes;
    private final ContentMd5 md5;
    private final FileChannel channel;
    private MessageDigest digest = ObjectStore.newDigest();
    private long written;
    private boolean verified;
    private boolean named;

    IncomingObject(DiskOperations disk, ObjectKey key, Path part, long sizeBytes, ContentMd5 md5) throws IOException {
        this.disk = disk;
        this.key = key;
        this.part = part;
        this.sizeBytes = sizeBytes;
        this.md5 = md5;
        this.channel = disk.create(part);
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
            disk.write(channel, bytes);
        } catch (IOException e) {
            throw OutOfSpace.orSame(e);
        }
    }

    /** Forgets all that was written, to be filled again from another source. */
    public void restart() throws IOException {
        channel.truncate(0);
        channel.position(0);
        digest = ObjectStore.newDigest();
        written = 0;
    }

    /**
     * Closes the content.
     *
     * @param madeFor is noted with the file, so that it is known after a crash too who made it
     * @throws ObjectRejected if length or digest differ; nothing is stored then
     */
    public void verify(UUID madeFor) throws IOException, ObjectRejected {
        if (sizeBytes != ObjectStore.UNKNOWN_SIZE && written != sizeBytes) {
            throw wrongLength(String.valueOf(written));
        }
        if (!MessageDigest.isEqual(digest.digest(), md5.bytes())) {
            throw new ObjectRejected(
                    ObjectRejected.Cause.WRONG_DIGEST, "object " + key.objectId() + ": MD5 is not " + md5.base64());
        }
        CreatorAttribute.note(part, madeFor);
        verified = true;
    }

    /** Bytes written so far. */
    public long written() {
        return written;
    }

    boolean verified() {
        return verified;
    }

    ObjectKey key() {
        return key;
    }

    Path part() {
        return part;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    ContentMd5 md5() {
        return md5;
    }

    /** Its file has another name now; there is nothing to remove any more. */
    void named() {
        named = true;
    }

    void force() throws IOException {
        disk.force(channel);
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
            if (!named) {
                Files.deleteIfExists(part);
            }
        }
    }
}
