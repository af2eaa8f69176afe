package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.text.OneLine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of one object root. A part's name follows from its object, so that a later process finds the part. A part
 * that can be resumed has a checkpoint beside it ({@link CheckpointFile}); the next start removes every other part.
 */
final class PartFiles implements Closeable {
    private static final Logger LOGGER = LoggerFactory.getLogger(PartFiles.class);

    private final IncomingDirectories directories;
    private final DiskOperations disk;
    private final Durability durability;
    private final PartLimits limits;

    /** Names of the parts that this process writes. Two objects never share a file, whatever their orders are. */
    private final Set<String> openNames = ConcurrentHashMap.newKeySet();

    PartFiles(IncomingDirectories directories, DiskOperations disk, Durability durability, PartLimits limits) {
        this.directories = directories;
        this.disk = disk;
        this.durability = durability;
        this.limits = limits;
    }

    /**
     * An open part.
     *
     * @param resumed the checkpoint at which the part continues; empty if the part is empty
     */
    record OpenPart(PartFile file, Optional<Checkpoint> resumed) {}

    /**
     * Begins an object in its part, which may have bytes ({@link ObjectStore#begin}).
     *
     * @throws OutOfSpace if the rest of the object would cross a bound
     */
    IncomingObject begin(ObjectKey key, long sizeBytes, ContentMd5 md5, SpaceGuard space) throws IOException {
        // Refuses the object before it has a file, if a bound is reached already.
        SpaceReservation reservation = space.reserve(0);
        return IncomingObject.begin(
                key, sizeBytes, md5, open(key, sizeBytes, md5), reservation, limits.maxUnknownBytes());
    }

    /**
     * Opens the object's part at its last checkpoint, or creates an empty part. Creating an empty part costs one system
     * call, because most objects have none.
     */
    private OpenPart open(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        String name = ObjectLayout.partName(key, md5);
        if (!openNames.add(name)) {
            return createWithRandomName(key);
        }
        Optional<OpenPart> part = Optional.empty();
        try {
            part = openNamed(name, key, sizeBytes, md5);
        } finally {
            if (part.isEmpty()) {
                openNames.remove(name);
            }
        }
        return part.isPresent() ? part.get() : createWithRandomName(key);
    }

    private Optional<OpenPart> openNamed(String name, ObjectKey key, long sizeBytes, ContentMd5 md5)
            throws IOException {
        try {
            return Optional.of(create(name));
        } catch (FileAlreadyExistsException e) {
            Optional<OpenPart> resumed = resume(name, key, sizeBytes, md5);
            return resumed.isPresent() ? resumed : replace(name);
        }
    }

    private OpenPart create(String name) throws IOException {
        SafeDirectory directory = directories.of(name);
        FileChannel channel = disk.create(directory.path().resolve(name));
        return new OpenPart(part(name, channel, Optional.of(checkpointFile(name))), Optional.empty());
    }

    /** A part that no later process finds. */
    private OpenPart createWithRandomName(ObjectKey key) throws IOException {
        String name = ObjectLayout.randomPartName(key);
        openNames.add(name);
        try {
            FileChannel channel = disk.create(directories.of(name).path().resolve(name));
            return new OpenPart(part(name, channel, Optional.empty()), Optional.empty());
        } catch (IOException e) {
            openNames.remove(name);
            throw e;
        }
    }

    private PartFile part(String name, FileChannel channel, Optional<CheckpointFile> checkpoint) {
        return new PartFile(
                disk, directories.of(name), name, channel, durability, checkpoint, () -> openNames.remove(name));
    }

    private CheckpointFile checkpointFile(String partName) {
        return new CheckpointFile(disk, directories.of(partName), partName);
    }

    /** Opens an existing part at its checkpoint; empty if it has none, or if one of the files is damaged. */
    private Optional<OpenPart> resume(String name, ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        try {
            CheckpointFile file = checkpointFile(name);
            Optional<Checkpoint> checkpoint = file.read().filter(found -> found.isOf(key, sizeBytes, md5));
            if (checkpoint.isPresent()) {
                return resume(name, file, checkpoint.get());
            }
            LOGGER.warn(
                    "object={} part={} has no checkpoint of this object, so it is removed; the copy begins at the start",
                    key.objectId(),
                    name);
        } catch (ClosedByInterruptException e) {
            // The part is not at fault, so it is kept.
            throw e;
        } catch (IOException e) {
            LOGGER.warn(
                    "object={} part={} can't be resumed, so it is removed; the copy begins at the start: {}",
                    key.objectId(),
                    name,
                    OneLine.of(e));
        }
        return Optional.empty();
    }

    private Optional<OpenPart> resume(String name, CheckpointFile file, Checkpoint checkpoint) throws IOException {
        FileChannel channel = disk.reopen(directories.of(name).path().resolve(name));
        boolean resumed = false;
        try {
            if (channel.size() < checkpoint.forcedBytes()) {
                throw new IOException("the part has " + channel.size() + " bytes, its checkpoint "
                        + checkpoint.forcedBytes() + "; the file system lost forced bytes");
            }
            PartFile part = part(name, channel, Optional.of(file));
            part.truncateToForced(checkpoint.resumableBytes());
            resumed = true;
            return Optional.of(new OpenPart(part, Optional.of(checkpoint)));
        } finally {
            if (!resumed) {
                channel.close();
            }
        }
    }

    /** Replaces a part that can't be resumed; empty if it can't be removed. */
    private Optional<OpenPart> replace(String name) throws IOException {
        try {
            remove(name);
            return Optional.of(create(name));
        } catch (IOException e) {
            LOGGER.warn("part={} can't be replaced, the copy uses another file: {}", name, OneLine.of(e));
            return Optional.empty();
        }
    }

    private void remove(String partName) throws IOException {
        checkpointFile(partName).deleteAlways();
        Files.deleteIfExists(directories.of(partName).path().resolve(partName));
    }

    /** Removes the part of a copy that will not be continued; a part that is open stays. */
    void discard(ObjectKey key, ContentMd5 md5) throws IOException {
        String name = ObjectLayout.partName(key, md5);
        if (openNames.add(name)) {
            try {
                remove(name);
            } finally {
                openNames.remove(name);
            }
        }
    }

    /**
     * What a look at all parts found.
     *
     * @param removedFiles files of parts that can't be resumed any more, now removed
     * @param resumableParts parts that a copy can continue
     */
    record Sweep(int removedFiles, int resumableParts) {}

    /** Removes the parts that can't be resumed or whose last checkpoint is too old; leaves open parts alone. */
    Sweep removeExpired() throws IOException {
        int removed = 0;
        int resumable = 0;
        for (Path file : directories.files()) {
            String partName = CheckpointFile.partName(file.getFileName().toString());
            if (openNames.add(partName)) {
                try {
                    if (!belongsToResumablePart(file, partName)) {
                        Files.delete(file);
                        removed++;
                    } else if (file.equals(checkpointFile(partName).path())) {
                        resumable++;
                    }
                } finally {
                    openNames.remove(partName);
                }
            }
        }
        return new Sweep(removed, resumable);
    }

    private boolean belongsToResumablePart(Path file, String partName) throws IOException {
        CheckpointFile checkpoint = checkpointFile(partName);
        Path part = directories.of(partName).path().resolve(partName);
        boolean expected = file.equals(part) || file.equals(checkpoint.path());
        return expected
                && Files.isRegularFile(part)
                && Files.isRegularFile(checkpoint.path())
                && !isExpired(checkpoint.path())
                && isReadable(checkpoint);
    }

    private static boolean isReadable(CheckpointFile checkpoint) {
        try {
            return checkpoint.read().isPresent();
        } catch (IOException e) {
            LOGGER.warn("{} can't be read, so its part is removed: {}", checkpoint.path(), OneLine.of(e));
            return false;
        }
    }

    private boolean isExpired(Path checkpoint) throws IOException {
        Instant stored = Files.getLastModifiedTime(checkpoint).toInstant();
        return stored.isBefore(Instant.now().minus(limits.maxAge()));
    }

    @Override
    public void close() throws IOException {
        directories.close();
    }
}
