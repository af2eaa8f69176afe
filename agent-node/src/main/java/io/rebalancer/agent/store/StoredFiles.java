package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a file that exists counts as a stored copy: it has the right content, and it is durable. The process
 * that created the file may have crashed before it forced the file, so the file is forced before it counts.
 *
 * <p>After a failed force, a second force may succeed although nothing was written: the kernel reports a fault once. So
 * the file of a failed force is doubtful. It counts as stored only after it was written and renamed again. The metric
 * {@code rebalancer.store.doubtful-files} counts these files.
 */
final class StoredFiles {
    /** With more doubtful files, every file is doubtful until the next start of the agent. */
    static final int MAX_DOUBTFUL = 10_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(StoredFiles.class);

    private final ObjectDirectories directories;
    private final DiskOperations disk;
    private final Durability durability;
    private final Gauge doubtfulFiles =
            Kamon.gauge("rebalancer.store.doubtful-files").withoutTags();
    private final Set<ObjectKey> doubtful = new HashSet<>();
    private boolean allDoubtful;

    StoredFiles(ObjectDirectories directories, DiskOperations disk, Durability durability) {
        this.directories = directories;
        this.disk = disk;
        this.durability = durability;
    }

    /**
     * Whether the object's file has the right content. Forces the file and the directories that lead to it.
     *
     * @throws IOException if the file can't be read or forced; then it is doubtful
     */
    boolean contains(DirectoryChain chain, ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        Optional<SafeDirectory> directory = chain.last();
        if (directory.isEmpty() || isDoubtful(key) || !forceMatching(directory.get(), key, sizeBytes, md5)) {
            return false;
        }
        try {
            directories.forceAll(chain);
            return true;
        } catch (IOException e) {
            markDoubtful(key);
            throw e;
        }
    }

    private boolean forceMatching(SafeDirectory directory, ObjectKey key, long sizeBytes, ContentMd5 md5)
            throws IOException {
        Optional<FileChannel> file = directory.read(ObjectLayout.fileName(key));
        if (file.isEmpty()) {
            return false;
        }
        try (FileChannel channel = file.get()) {
            if (!ContentVerifier.matches(channel, sizeBytes, md5)) {
                return false;
            }
            if (durability != Durability.OS) {
                force(key, channel);
            }
            return true;
        }
    }

    /**
     * Takes the right to remove a file from the assignment that created it, because another one has found the file: a
     * record may soon name it for that one. The change is durable when this returns.
     *
     * <p>The file gets a new change time in any case. A reconciliation run that looked at the file before, when no record named
     * it, then does not move it ({@link OrphanQuarantine}).
     */
    void share(SafeDirectory directory, ObjectKey key, UUID finder) throws IOException {
        renewChangeTime(directory, key);
        String name = ObjectLayout.fileName(key);
        Optional<FileNote> note = NoteAttribute.read(directory, name);
        if (note.isEmpty() || needsNoChange(finder, note.get())) {
            return;
        }
        Path file = directory.path().resolve(name);
        disk.writeNote(file, () -> NoteAttribute.write(file, note.get().shared()));
        Optional<FileChannel> opened = directory.read(name);
        if (opened.isPresent()) {
            try (FileChannel channel = opened.get()) {
                if (durability != Durability.OS) {
                    force(key, channel);
                }
            }
        }
    }

    /** The system call sets the time also if the mode stays the same. */
    private void renewChangeTime(SafeDirectory directory, ObjectKey key) throws IOException {
        String name = ObjectLayout.fileName(key);
        disk.setMode(directory.path().resolve(name), () -> directory.setPermissions(name, directory.permissions(name)));
    }

    private static boolean needsNoChange(UUID finder, FileNote note) {
        return note.assignmentId().equals(finder) || note.assignmentId().equals(FileNote.SHARED);
    }

    private void force(ObjectKey key, FileChannel channel) throws IOException {
        try {
            disk.force(channel);
        } catch (IOException e) {
            markDoubtful(key);
            throw e;
        }
    }

    /** The file's content or one of its directories could not be forced. */
    synchronized void markDoubtful(ObjectKey key) {
        if (allDoubtful) {
            return;
        }
        doubtful.add(key);
        doubtfulFiles.update(doubtful.size());
        if (doubtful.size() > MAX_DOUBTFUL) {
            allDoubtful = true;
            doubtful.clear();
            LOGGER.warn(
                    "more than {} files could not be flushed; until a restart, the agent copies every object again,"
                            + " also an object that it has; check the disk",
                    MAX_DOUBTFUL);
        }
    }

    /** The object was written and renamed again, and its directory was forced. */
    synchronized void markDurable(ObjectKey key) {
        if (doubtful.remove(key)) {
            doubtfulFiles.update(doubtful.size());
        }
    }

    /** Whether the object's file has to be written again before it counts as stored. */
    synchronized boolean isDoubtful(ObjectKey key) {
        return allDoubtful || doubtful.contains(key);
    }
}
