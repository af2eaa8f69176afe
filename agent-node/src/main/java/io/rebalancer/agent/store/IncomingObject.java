package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An object while it is written. The digest is computed during the write, so the content is read only once. For one
 * thread at a time.
 *
 * <pre>
 * ObjectStore.begin ─► write … ─► verify ─► ObjectStore.publish ─► close
 * </pre>
 */
public final class IncomingObject implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(IncomingObject.class);

    private final DiskOperations disk;
    private final ObjectKey key;
    private final SafeDirectory directory;
    private final Path partFile;
    private final long sizeBytes;
    private final ContentMd5 md5;
    private final FileChannel channel;
    private final SpaceReservation reservation;
    private final long maxUnknownBytes;
    private MessageDigest digest = ContentVerifier.newDigest();
    private long writtenBytes;
    private boolean verified;
    private boolean published;

    /**
     * Creates the temporary file.
     *
     * @param directory directory of the temporary file
     * @param reservation the object's space; closed with the object
     * @param maxUnknownBytes {@link PartLimits#maxUnknownBytes()}
     */
    IncomingObject(
            DiskOperations disk,
            ObjectKey key,
            SafeDirectory directory,
            String partName,
            long sizeBytes,
            ContentMd5 md5,
            SpaceReservation reservation,
            long maxUnknownBytes)
            throws IOException {
        this.disk = disk;
        this.key = key;
        this.directory = directory;
        this.partFile = directory.path().resolve(partName);
        this.sizeBytes = sizeBytes;
        this.md5 = md5;
        this.reservation = reservation;
        this.maxUnknownBytes = maxUnknownBytes;
        this.channel = disk.create(partFile);
    }

    /**
     * Writes all of {@code bytes}.
     *
     * @throws ObjectRejected as soon as the object is longer than declared
     * @throws OutOfSpace if the bytes would cross a bound
     */
    public void write(ByteBuffer bytes) throws IOException, ObjectRejected {
        long newLength = writtenBytes + bytes.remaining();
        if (sizeBytes == ObjectStore.UNKNOWN_SIZE) {
            reserveUnknown(newLength);
        } else if (newLength > sizeBytes) {
            throw wrongLength("more than " + sizeBytes);
        }
        writtenBytes += bytes.remaining();
        digest.update(bytes.duplicate());
        try {
            disk.write(channel, bytes);
        } catch (IOException e) {
            throw OutOfSpace.translate(e);
        }
    }

    private void reserveUnknown(long newLength) throws IOException {
        if (newLength > maxUnknownBytes) {
            throw OutOfSpace.ofUnknownLength(key, maxUnknownBytes);
        }
        reservation.growInStepsTo(newLength);
    }

    /** Discards the bytes written so far, so that the object can be fetched from another source. */
    public void restart() throws IOException {
        channel.truncate(0);
        channel.position(0);
        digest = ContentVerifier.newDigest();
        writtenBytes = 0;
        reservation.restart(Math.max(0, sizeBytes));
    }

    /**
     * Checks length and digest of the complete content.
     *
     * @param assignmentId the assignment that needs the copy; stored with the file, so that it is known after a crash
     * @throws ObjectRejected if length or digest differ; then nothing may be published
     */
    public void verify(UUID assignmentId) throws IOException, ObjectRejected {
        if (sizeBytes != ObjectStore.UNKNOWN_SIZE && writtenBytes != sizeBytes) {
            throw wrongLength(String.valueOf(writtenBytes));
        }
        if (!MessageDigest.isEqual(digest.digest(), md5.bytes())) {
            throw new ObjectRejected(
                    ObjectRejected.Cause.WRONG_DIGEST, "object " + key.objectId() + ": MD5 is not " + md5.base64());
        }
        CreatorAttribute.write(partFile, assignmentId);
        verified = true;
    }

    /** Bytes written so far. */
    public long writtenBytes() {
        return writtenBytes;
    }

    boolean isVerified() {
        return verified;
    }

    ObjectKey key() {
        return key;
    }

    /** The directory of the temporary file. */
    SafeDirectory partDirectory() {
        return directory;
    }

    /** The name of the temporary file in its directory. */
    String partName() {
        return partFile.getFileName().toString();
    }

    long sizeBytes() {
        return sizeBytes;
    }

    ContentMd5 md5() {
        return md5;
    }

    /** The temporary file has its final name now, so {@link #close} leaves it in place. */
    void markPublished() {
        published = true;
    }

    void force() throws IOException {
        disk.force(channel);
        reservation.settle(writtenBytes);
    }

    private ObjectRejected wrongLength(String received) {
        return new ObjectRejected(
                ObjectRejected.Cause.WRONG_LENGTH,
                "object " + key.objectId() + ": received " + received + " bytes, not " + sizeBytes);
    }

    /** Closes the object and logs a failure. The next start of the agent removes a temporary file that is left. */
    public void closeOrLog() {
        try {
            close();
        } catch (IOException e) {
            LOGGER.warn(
                    "object={} temporary file not removed, the next start of the agent removes it: {}",
                    key.objectId(),
                    e.toString());
        }
    }

    private void removeOrSettle() throws IOException {
        try (reservation) {
            if (published) {
                reservation.settle(writtenBytes);
            } else {
                Files.deleteIfExists(partFile);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            removeOrSettle();
        }
    }
}
