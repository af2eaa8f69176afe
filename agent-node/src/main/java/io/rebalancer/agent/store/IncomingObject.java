package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An object while it is written. The digest is computed during the write, so the content is read only once. For one
 * thread at a time.
 *
 * <pre>
 * ObjectStore.begin ─► setSource ─► write … ─► verify ─► ObjectStore.publish ─► close
 *                  └─ resumed ────►       └─► suspend: a later begin continues
 * </pre>
 *
 * <p>Each {@link #CHECKPOINT_BYTES} the written bytes are forced to disk and a checkpoint records their length. So the
 * force at the end is short, and a process that crashes loses at most so many bytes. A checkpoint has no digest,
 * because the JDK can't store the state of one: a resumed object reads its bytes again to compute it. Whether these
 * bytes survived a crash is proved at the end, by the digest of the whole object.
 */
public final class IncomingObject implements AutoCloseable {
    /** Bytes between two checkpoints. A shorter object has none, so it costs no more than its bytes. */
    public static final long CHECKPOINT_BYTES = 64L << 20;

    private static final Logger LOGGER = LoggerFactory.getLogger(IncomingObject.class);

    private final ObjectKey key;
    private final long sizeBytes;
    private final ContentMd5 md5;
    private final PartFile part;
    private final SpaceReservation reservation;
    private final long maxUnknownBytes;
    private MessageDigest digest = ContentVerifier.newDigest();
    private OptionalLong declaredBytes;
    private Optional<String> entityTag = Optional.empty();
    private UUID verifiedFor = FileNote.SHARED;
    private long writtenBytes;
    private State state = State.WRITING;

    private enum State {
        /** The part has exactly the written bytes. */
        WRITING,
        /** A write failed, so the part's bytes after its last checkpoint are unknown. */
        BROKEN,
        /** The written bytes are not the object. */
        REJECTED,
        VERIFIED,
        PUBLISHED,
        CLOSED
    }

    private IncomingObject(
            ObjectKey key,
            long sizeBytes,
            ContentMd5 md5,
            PartFile part,
            SpaceReservation reservation,
            long maxUnknownBytes) {
        this.key = key;
        this.sizeBytes = sizeBytes;
        this.md5 = md5;
        this.part = part;
        this.reservation = reservation;
        this.maxUnknownBytes = maxUnknownBytes;
        this.declaredBytes = lengthOfOrder();
    }

    private OptionalLong lengthOfOrder() {
        return sizeBytes == ObjectStore.UNKNOWN_SIZE ? OptionalLong.empty() : OptionalLong.of(sizeBytes);
    }

    /**
     * Begins an object in an open part: reserves its space, and reads the bytes of a resumed part. If it fails, a
     * resumed part is kept for the next attempt, unless its bytes can't be read.
     *
     * @param reservation an empty reservation, closed with the object
     * @param maxUnknownBytes {@link PartLimits#maxUnknownBytes()}
     */
    static IncomingObject begin(
            ObjectKey key,
            long sizeBytes,
            ContentMd5 md5,
            PartFiles.OpenPart part,
            SpaceReservation reservation,
            long maxUnknownBytes)
            throws IOException {
        IncomingObject object = new IncomingObject(key, sizeBytes, md5, part.file(), reservation, maxUnknownBytes);
        boolean begun = false;
        try {
            if (part.resumed().isPresent()) {
                object.resume(part.resumed().get());
            } else {
                reservation.growTo(Math.max(0, sizeBytes));
            }
            begun = true;
            return object;
        } finally {
            if (!begun) {
                object.suspendOrLog();
            }
        }
    }

    private void resume(Checkpoint checkpoint) throws IOException {
        declaredBytes = OptionalLong.of(checkpoint.lengthBytes());
        entityTag = checkpoint.entityTag();
        state = State.BROKEN;
        reservation.continueAt(part.forcedBytes());
        reservation.growTo(checkpoint.lengthBytes());
        try {
            part.read(this::addToDigest);
            state = State.WRITING;
        } catch (ClosedByInterruptException e) {
            // The bytes are not at fault, so they are kept.
            throw e;
        } catch (IOException e) {
            LOGGER.warn(
                    "object={} the part's bytes can't be read, so the copy begins at the start: {}",
                    key.objectId(),
                    OneLine.of(e));
            restart();
        }
    }

    private void addToDigest(ByteBuffer bytes) {
        writtenBytes += bytes.remaining();
        digest.update(bytes);
    }

    /**
     * Records what the source states of the object, when its answer begins at byte 0. An object whose order has no
     * length gets the length of the answer: then a wrong length is rejected, and the object can be resumed.
     *
     * @param contentLength length of the object by the answer; ignored if the order has a length
     * @param newEntityTag entity tag of the answer; ignored if it is weak, because then it does not identify the bytes
     * @throws OutOfSpace if an object of that length would cross a bound
     * @throws IllegalStateException after bytes are written; {@link #restart} first
     */
    public void setSource(OptionalLong contentLength, Optional<String> newEntityTag) throws IOException {
        if (writtenBytes > 0) {
            throw new IllegalStateException("object " + key.objectId() + " has bytes of another answer");
        }
        if (state == State.REJECTED) {
            // None of the rejected bytes are in the part.
            state = State.WRITING;
        }
        OptionalLong length = sizeBytes == ObjectStore.UNKNOWN_SIZE ? contentLength : lengthOfOrder();
        if (length.isPresent()) {
            reservation.growTo(length.getAsLong());
        }
        declaredBytes = length;
        entityTag = newEntityTag.filter(Checkpoint::isStrong);
    }

    /**
     * Writes all of {@code bytes}, and stores a checkpoint each {@link #CHECKPOINT_BYTES}.
     *
     * @throws ObjectRejected as soon as the object is longer than declared
     * @throws OutOfSpace if the bytes would cross a bound
     */
    public void write(ByteBuffer bytes) throws IOException, ObjectRejected {
        requireConsistent();
        long newLength = writtenBytes + bytes.remaining();
        if (declaredBytes.isEmpty()) {
            reserveUnknown(newLength);
        } else if (newLength > declaredBytes.getAsLong()) {
            state = State.REJECTED;
            throw wrongLength("more than " + declaredBytes.getAsLong(), declaredBytes.getAsLong());
        }
        state = State.BROKEN;
        digest.update(bytes.duplicate());
        try {
            part.write(bytes);
        } catch (IOException e) {
            throw OutOfSpace.translate(e);
        }
        writtenBytes = newLength;
        state = State.WRITING;
        if (writtenBytes - part.forcedBytes() >= CHECKPOINT_BYTES && !isComplete()) {
            storeCheckpoint();
            reservation.requireBounds();
        }
    }

    private void requireConsistent() throws IOException {
        if (state != State.WRITING) {
            throw new IOException("object " + key.objectId() + " can't be continued after a failure (" + state + ")");
        }
    }

    private void reserveUnknown(long newLength) throws IOException {
        if (newLength > maxUnknownBytes) {
            throw OutOfSpace.ofUnknownLength(key, maxUnknownBytes);
        }
        reservation.growInStepsTo(newLength);
    }

    private boolean isComplete() {
        return declaredBytes.equals(OptionalLong.of(writtenBytes));
    }

    private void storeCheckpoint() throws IOException {
        force();
        if (declaredBytes.isPresent()) {
            part.store(
                    new Checkpoint(key.relativePath(), md5, declaredBytes.getAsLong(), part.forcedBytes(), entityTag));
        }
    }

    /**
     * Discards the bytes written so far and what {@link #setSource} recorded, so that the object can be fetched from
     * the start again.
     */
    public void restart() throws IOException {
        state = State.BROKEN;
        part.restart();
        reservation.restart(Math.max(0, sizeBytes));
        digest = ContentVerifier.newDigest();
        writtenBytes = 0;
        declaredBytes = lengthOfOrder();
        entityTag = Optional.empty();
        state = State.WRITING;
    }

    /**
     * Checks length and digest of the complete content.
     *
     * @param assignmentId the assignment that needs the copy; stored with the file, so that it is known after a crash
     * @param jobEpoch epoch of the assignment's job, or 0 for an order without a job
     * @throws ObjectRejected if length or digest differ; then nothing may be published
     */
    public void verify(UUID assignmentId, long jobEpoch) throws IOException, ObjectRejected {
        requireConsistent();
        state = State.REJECTED;
        if (declaredBytes.isPresent() && !isComplete()) {
            throw wrongLength(String.valueOf(writtenBytes), declaredBytes.getAsLong());
        }
        if (!MessageDigest.isEqual(digest.digest(), md5.bytes())) {
            throw new ObjectRejected(
                    ObjectRejected.Cause.WRONG_DIGEST, "object " + key.objectId() + ": MD5 is not " + md5.base64());
        }
        verifiedFor = assignmentId;
        try {
            part.writeNote(FileNote.of(assignmentId, jobEpoch, md5, writtenBytes));
        } catch (IOException e) {
            throw OutOfSpace.translate(e);
        }
        state = State.VERIFIED;
    }

    private ObjectRejected wrongLength(String received, long declared) {
        return new ObjectRejected(
                ObjectRejected.Cause.WRONG_LENGTH,
                "object " + key.objectId() + ": received " + received + " bytes, not " + declared);
    }

    /** Bytes written so far, those of a resumed part included. The next write continues there. */
    public long writtenBytes() {
        return writtenBytes;
    }

    /** The length of the object by its order or by the source's answer; empty while neither stated it. */
    public OptionalLong declaredBytes() {
        return declaredBytes;
    }

    /**
     * The strong entity tag of the answer from which the written bytes come. A source that has the same tag can continue
     * the answer; another source may have other bytes.
     */
    public Optional<String> entityTag() {
        return entityTag;
    }

    /**
     * Whether {@link ObjectStore#publish} gave the final name to this object's file. False before that, and if a file with
     * the same content already had the name: then that file is kept, and its creator may still need it.
     */
    public boolean isCreated() {
        return state == State.PUBLISHED;
    }

    /** The assignment that needs the verified copy. */
    UUID assignmentId() {
        return verifiedFor;
    }

    boolean isVerified() {
        return state == State.VERIFIED;
    }

    ObjectKey key() {
        return key;
    }

    /** The directory of the temporary file. */
    SafeDirectory partDirectory() {
        return part.directory();
    }

    /** The name of the temporary file in its directory. */
    String partName() {
        return part.name();
    }

    /** The length by the order, or {@link ObjectStore#UNKNOWN_SIZE}. */
    long sizeBytes() {
        return sizeBytes;
    }

    ContentMd5 md5() {
        return md5;
    }

    /** The temporary file has its final name now, so {@link #close} leaves it in place. */
    void markPublished() {
        state = State.PUBLISHED;
    }

    /** Forces the written bytes to disk. After a failure the object can't be published or resumed. */
    void force() throws IOException {
        try {
            part.force(writtenBytes);
        } catch (ClosedByInterruptException e) {
            state = State.BROKEN;
            throw e;
        } catch (IOException e) {
            throw OutOfSpace.translate(e);
        }
        reservation.recordForced(writtenBytes);
    }

    /**
     * Closes the object and keeps what is forced to disk, so that a later {@link ObjectStore#begin} continues it. If
     * nothing can be kept, because the object is short, wrong or of unknown length, this is the same as {@link #close}.
     */
    public void suspend() throws IOException {
        if (state == State.PUBLISHED || state == State.CLOSED) {
            close();
            return;
        }
        try {
            forceRest();
        } finally {
            if (state != State.REJECTED && part.hasCheckpoint()) {
                state = State.CLOSED;
                reservation.close();
                part.suspend();
            } else {
                close();
            }
        }
    }

    private void forceRest() throws IOException {
        boolean consistent = state == State.WRITING || state == State.VERIFIED;
        if (consistent
                && declaredBytes.isPresent()
                && part.canHaveCheckpoint()
                && writtenBytes >= CHECKPOINT_BYTES
                && writtenBytes > part.forcedBytes()) {
            storeCheckpoint();
        }
    }

    /** Suspends the object and logs a failure; then the next copy of the object begins at the start. */
    public void suspendOrLog() {
        try {
            suspend();
        } catch (IOException e) {
            logNotClosed(e);
        }
    }

    /** Closes the object and logs a failure. The next start of the agent removes a temporary file that is left. */
    public void closeOrLog() {
        try {
            close();
        } catch (IOException e) {
            logNotClosed(e);
        }
    }

    private void logNotClosed(IOException failure) {
        LOGGER.warn(
                "object={} temporary file not removed, the next start of the agent removes it: {}",
                key.objectId(),
                failure.toString());
    }

    /** Closes the object and removes its temporary file and its checkpoint, unless it is published or suspended. */
    @Override
    public void close() throws IOException {
        if (state == State.CLOSED) {
            return;
        }
        boolean published = state == State.PUBLISHED;
        state = State.CLOSED;
        try (reservation) {
            if (published) {
                reservation.recordForced(writtenBytes);
                part.closePublished();
            } else {
                part.delete();
            }
        }
    }
}
