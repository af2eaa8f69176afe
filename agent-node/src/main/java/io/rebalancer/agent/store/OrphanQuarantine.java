package io.rebalancer.agent.store;

import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyFacts.Presence;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.port.NodeInventory.QuarantinePage;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantineOrder.Result;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves files that no metadata record names into the quarantine, and deletes them from there, for a reconciliation run. Such a
 * file never expires: only {@link #purge} deletes it. Blocking; several threads may use it.
 */
public final class OrphanQuarantine {
    /** More are not moved, because the agent has an entry for each of them in memory. */
    static final int MAX_FILES = 200_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(OrphanQuarantine.class);

    private final ObjectDirectories directories;
    private final Quarantine quarantine;
    private final KeyLocks locks;
    private final TouchedKeys touched;
    private final DiskOperations disk;

    OrphanQuarantine(
            ObjectDirectories directories,
            Quarantine quarantine,
            KeyLocks locks,
            TouchedKeys touched,
            DiskOperations disk) {
        this.directories = directories;
        this.quarantine = quarantine;
        this.locks = locks;
        this.touched = touched;
        this.disk = disk;
    }

    /** Decides whether a file is needed here. */
    @FunctionalInterface
    public interface Protection {
        /**
         * Whether work on the object is in progress, or an assignment needs its file. Called with the object's lock held: so an
         * assignment that is accepted later does not find the file.
         *
         * @param createdFor the assignment that created the file, if known
         */
        boolean isInUse(ObjectKey key, Optional<UUID> createdFor);
    }

    /**
     * Moves a file if it is still the one of the order.
     *
     * @return never {@link Result#FAILED}
     * @throws IOException if a step fails; then the file has its name
     */
    public Result move(QuarantineOrder.File file, UUID runId, Protection protection) throws IOException {
        ObjectKey key = key(file.key());
        try (KeyLocks.Held held = locks.lock(key);
                DirectoryChain chain = directories.find(key)) {
            if (quarantine.hasMoved(runId, key)) {
                return Result.MOVED;
            }
            Optional<SafeDirectory> parent = chain.last();
            Optional<FileFacts> found = parent.isPresent() ? facts(parent.get(), key) : Optional.empty();
            if (found.isEmpty()) {
                return Result.GONE;
            }
            if (!isFileOf(file, found.get())) {
                return Result.CHANGED;
            }
            Optional<UUID> createdFor =
                    NoteAttribute.read(parent.get(), ObjectLayout.fileName(key)).map(FileNote::assignmentId);
            if (protection.isInUse(key, createdFor)) {
                return Result.IN_USE;
            }
            if (quarantine.filesOfRuns() >= MAX_FILES) {
                throw new IOException("the quarantine has " + MAX_FILES
                        + " files of reconciliation runs, and no more are moved; purge or restore some of them");
            }
            touched.add(key);
            return move(parent.get(), key, runId, found.get());
        }
    }

    private Result move(SafeDirectory parent, ObjectKey key, UUID runId, FileFacts found) throws IOException {
        try {
            return quarantine
                    .moveAside(parent, key, found.fileKey(), QuarantineReason.ORPHAN, QuarantineEvidence.ofRun(runId))
                    .map(id -> Result.MOVED)
                    .orElse(Result.CHANGED);
        } catch (IOException e) {
            if (!quarantine.hasMoved(runId, key)) {
                throw e;
            }
            LOGGER.warn(
                    "path={} is in the quarantine, but after a power cut it may have its name again: {}",
                    key.relativePath(),
                    OneLine.of(e));
            return Result.MOVED;
        }
    }

    private static ObjectKey key(CopyKey key) {
        return new ObjectKey(key.owner(), key.objectId());
    }

    /** The times are read by path and the rest through the directory's handle, so both have to be of the same file. */
    private Optional<FileFacts> facts(SafeDirectory parent, ObjectKey key) throws IOException {
        String name = ObjectLayout.fileName(key);
        Optional<BasicFileAttributes> named = parent.attributes(name);
        if (named.isEmpty()) {
            return Optional.empty();
        }
        try {
            FileFacts facts = disk.facts(parent.path().resolve(name));
            if (!facts.fileKey().equals(named.get().fileKey())) {
                throw new IOException(
                        "another process replaced " + parent.path() + " while " + name + " was looked at");
            }
            return Optional.of(facts);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** A file of unknown age is never taken for the one of the order. */
    private static boolean isFileOf(QuarantineOrder.File file, FileFacts found) {
        return found.isRegularFile()
                && found.hasTimes()
                && found.sizeBytes() == file.sizeBytes()
                && found.modifiedMillis() == file.modifiedMillis()
                && found.changedMillis() == file.changedMillis();
    }

    /** What has the name of a copy now. Never fails: what can't be found out is {@link Presence#UNKNOWN}. */
    public CopyFacts look(CopyKey copy, Protection protection) {
        ObjectKey key = key(copy);
        try (KeyLocks.Held held = locks.lock(key);
                DirectoryChain chain = directories.find(key)) {
            Optional<SafeDirectory> parent = chain.last();
            Optional<FileFacts> found = parent.isPresent() ? facts(parent.get(), key) : Optional.empty();
            Optional<UUID> createdFor = found.isPresent() && found.get().isRegularFile()
                    ? NoteAttribute.read(parent.get(), ObjectLayout.fileName(key))
                            .map(FileNote::assignmentId)
                    : Optional.empty();
            Presence presence = presence(found);
            if (protection.isInUse(key, createdFor)) {
                presence = Presence.IN_USE;
            }
            return facts(copy, presence, found.filter(FileFacts::isRegularFile));
        } catch (IOException e) {
            LOGGER.warn("path={} can't be looked at: {}", key.relativePath(), OneLine.of(e));
            return facts(copy, Presence.UNKNOWN, Optional.empty());
        }
    }

    private static Presence presence(Optional<FileFacts> found) {
        return found.map(facts -> facts.isRegularFile() ? Presence.PRESENT : Presence.UNKNOWN)
                .orElse(Presence.ABSENT);
    }

    private static CopyFacts facts(CopyKey copy, Presence presence, Optional<FileFacts> found) {
        return found.map(file ->
                        new CopyFacts(copy, presence, file.sizeBytes(), file.modifiedMillis(), file.changedMillis()))
                .orElseGet(() -> new CopyFacts(copy, presence, 0, 0, 0));
    }

    /**
     * A page of the whole quarantine, by id. Files without a readable sidecar are left out: they can't be restored.
     *
     * @param limit maximum number of items, at least 1
     */
    public QuarantinePage list(Optional<String> after, int limit) throws IOException {
        Quarantine.Page page = quarantine.page(after, limit);
        List<QuarantinedCopy> items =
                page.items().stream().map(OrphanQuarantine::copy).toList();
        return new QuarantinePage(items, page.more());
    }

    private static QuarantinedCopy copy(QuarantineItem item) {
        Optional<CopyKey> key = item.key().bucket().isEmpty()
                ? Optional.of(new CopyKey(item.key().owner(), item.key().objectId()))
                : Optional.empty();
        return new QuarantinedCopy(
                item.id(),
                item.key().relativePath(),
                key,
                item.reason().word(),
                item.time(),
                item.sizeBytes(),
                item.evidence().runId());
    }

    /**
     * Deletes a file of the quarantine for good, if a run moved it, and before that time.
     *
     * @return whether the quarantine has no such item now
     * @throws IOException if it can't be deleted; then it may be called again
     */
    public boolean purge(String id, Instant movedBefore) throws IOException {
        return quarantine.purge(id, movedBefore);
    }
}
