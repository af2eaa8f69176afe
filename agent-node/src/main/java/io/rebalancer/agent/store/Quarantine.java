package io.rebalancer.agent.store;

import io.rebalancer.agent.store.QuarantineIndex.Expiry;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory where files are kept that lost their object's name. A move into it is one operation that a crash or a
 * failed step can't break: at each time the file has its object's name, or it is in the quarantine with a readable sidecar.
 *
 * <pre>
 * sidecar MOVING ─► link the file as ID.data ─► remove or replace the object's name ─► hide ID.data, sidecar KEPT
 *      │                     │                                  │
 *      └──── failed step: the object's name is kept, link and sidecar are removed; after a crash the next start does it
 * </pre>
 *
 * Each step is durable before the next begins. The caller holds the object's lock. A link fails if its name exists, so
 * {@link #restore} never replaces a file.
 */
final class Quarantine implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Quarantine.class);

    private final QuarantineFiles files;
    private final QuarantineIndex index;
    private final QuarantineLog log = new QuarantineLog();
    private final ObjectDirectories directories;
    private final DiskOperations disk;

    /** A file that is linked into the quarantine and still has its object's name, in the directory {@code parent}. */
    record Move(QuarantineItem item, SafeDirectory parent) {
        String fileName() {
            return ObjectLayout.fileName(item.key());
        }
    }

    /** Opens the quarantine, completes or rolls back the moves that a crash interrupted, and removes expired files. */
    Quarantine(ObjectLayout layout, ObjectDirectories directories, DiskOperations disk, QuarantineBounds bounds)
            throws IOException {
        this.files = new QuarantineFiles(layout.quarantine(), disk);
        this.index = new QuarantineIndex(bounds);
        this.directories = directories;
        this.disk = disk;
        new QuarantineRecovery(files, index, directories, log).run();
        removeExpired();
    }

    /** The number of files that are kept. */
    int size() {
        return index.files();
    }

    /** The size of the files that are kept. */
    long bytes() {
        return index.bytes();
    }

    /**
     * Takes an object's name away from its file and keeps the file.
     *
     * @param parent directory of the object's file
     * @return id of the item
     * @throws IOException if the file could not be moved: then it has its name; or if its directory could not be forced:
     *     then the file is in the quarantine, but after a power cut it may have its name again
     */
    String moveAside(SafeDirectory parent, ObjectKey key, QuarantineReason reason, QuarantineEvidence evidence)
            throws IOException {
        Move move = begin(parent, key, reason, evidence);
        takeName(move);
        return move.item().id();
    }

    /**
     * As the other method, for one file only.
     *
     * @param fileKey identity of the file
     * @return id of the item; empty if another file has the name, and nothing was moved
     */
    Optional<String> moveAside(
            SafeDirectory parent, ObjectKey key, Object fileKey, QuarantineReason reason, QuarantineEvidence evidence)
            throws IOException {
        Move move = begin(parent, key, reason, evidence);
        if (!fileKey(move.item().id()).equals(Optional.of(fileKey))) {
            cancel(move);
            return Optional.empty();
        }
        takeName(move);
        return Optional.of(move.item().id());
    }

    private void takeName(Move move) throws IOException {
        SafeDirectory parent = move.parent();
        try {
            disk.delete(parent.path().resolve(move.fileName()), () -> parent.delete(move.fileName()));
        } catch (IOException e) {
            cancel(move);
            throw e;
        }
        log.moved(move.item());
        try {
            directories.force(parent);
        } catch (IOException e) {
            suspend(move);
            throw e;
        }
        complete(move);
    }

    /**
     * Links an object's file into the quarantine. The caller then replaces the file, and calls {@link #complete},
     * {@link #suspend} or {@link #cancel}.
     *
     * @throws IOException also if a directory has the object's name; then nothing is left of the move
     */
    Move begin(SafeDirectory parent, ObjectKey key, QuarantineReason reason, QuarantineEvidence evidence)
            throws IOException {
        String fileName = ObjectLayout.fileName(key);
        BasicFileAttributes file = parent.attributes(fileName)
                .orElseThrow(() ->
                        new NoSuchFileException(parent.path().resolve(fileName).toString()));
        if (file.isDirectory()) {
            throw new IOException(
                    parent.path().resolve(fileName) + " is a directory where an object belongs; move it away");
        }
        QuarantineItem item = new QuarantineItem(
                UUID.randomUUID().toString(),
                key,
                reason,
                QuarantineItem.State.MOVING,
                Instant.now(),
                file.size(),
                parent.permissions(fileName),
                note(parent, fileName),
                evidence);
        Move move = new Move(item, parent);
        try {
            files.writeSidecar(item);
            files.link(parent.path().resolve(fileName), item.id());
            requireSameFile(move);
            return move;
        } catch (IOException e) {
            cancel(move);
            throw e;
        }
    }

    /** A damaged file may be unreadable; it is moved all the same. */
    private static Optional<FileNote> note(SafeDirectory parent, String fileName) {
        try {
            return NoteAttribute.read(parent, fileName);
        } catch (IOException e) {
            LOGGER.warn("the note of {} can't be read: {}", parent.path().resolve(fileName), OneLine.of(e));
            return Optional.empty();
        }
    }

    private void requireSameFile(Move move) throws IOException {
        if (!hasBothNames(move)) {
            throw new IOException("another process replaced "
                    + move.parent().path().resolve(move.fileName()) + " while it was moved into the quarantine");
        }
    }

    private boolean hasBothNames(Move move) throws IOException {
        Optional<Object> named = move.parent().attributes(move.fileName()).map(BasicFileAttributes::fileKey);
        return named.isPresent() && named.equals(fileKey(move.item().id()));
    }

    private Optional<Object> fileKey(String id) throws IOException {
        return files.data(id).map(BasicFileAttributes::fileKey);
    }

    /** The object's name was not taken away. Removes link and sidecar, unless the file has no other name. */
    void cancel(Move move) {
        String id = move.item().id();
        try {
            if (files.data(id).isPresent() && !hasBothNames(move)) {
                suspend(move);
            } else {
                files.remove(id);
            }
        } catch (IOException e) {
            LOGGER.warn(
                    "quarantined={} path={} was not moved, and its traces in the quarantine stay until the next start: {}",
                    id,
                    move.item().key().relativePath(),
                    OneLine.of(e));
        }
    }

    /** The caller replaced the file, so the file has lost its object's name. */
    void markReplaced(Move move) {
        log.moved(move.item());
    }

    /** The loss of the object's name is durable. Hides the file, records that the move is complete, and expires others. */
    void complete(Move move) {
        QuarantineItem item = move.item();
        try {
            files.hide(item.id());
            files.writeSidecar(item.kept());
        } catch (IOException e) {
            LOGGER.warn(
                    "quarantined={} is kept, but its move is not complete; the next start completes it: {}",
                    item.id(),
                    OneLine.of(e));
            suspend(move);
            return;
        }
        index.add(entry(item, Expiry.BY_AGE_AND_SIZE));
        removeExpired();
    }

    /** The loss of the object's name may not be durable. The next start completes the move or rolls it back. */
    void suspend(Move move) {
        index.add(entry(move.item(), Expiry.NEVER));
    }

    static QuarantineIndex.Entry entry(QuarantineItem item, Expiry expiry) {
        Optional<QuarantineIndex.RunFile> movedBy =
                item.evidence().runId().map(run -> new QuarantineIndex.RunFile(run, item.key()));
        boolean waitsForPurge = expiry == Expiry.BY_AGE_AND_SIZE && movedBy.isPresent();
        return new QuarantineIndex.Entry(
                item.id(), item.time(), item.sizeBytes(), waitsForPurge ? Expiry.BY_PURGE : expiry, movedBy);
    }

    private void removeExpired() {
        for (QuarantineIndex.Entry entry : index.takeExpired(Instant.now())) {
            try {
                files.remove(entry.name());
                log.expired(entry);
            } catch (IOException e) {
                LOGGER.warn(
                        "quarantined={} has expired but can't be removed; it is tried again with the next file: {}",
                        entry.name(),
                        OneLine.of(e));
                index.add(entry);
            }
        }
    }

    /** What is known of an item; empty if there is no such item, or if its sidecar is damaged. */
    Optional<QuarantineItem> find(String id) throws IOException {
        return index.contains(id) ? files.readSidecar(id) : Optional.empty();
    }

    /** Whether a file is here because the run moved it. */
    boolean hasMoved(UUID runId, ObjectKey key) {
        return index.hasMoved(new QuarantineIndex.RunFile(runId, key));
    }

    /** The number of files that are kept for reconciliation runs. */
    int filesOfRuns() {
        return index.filesOfRuns();
    }

    /**
     * Items in the order of their ids.
     *
     * @param more whether there are items with higher ids
     */
    record Page(List<QuarantineItem> items, boolean more) {}

    /** The next items with a readable sidecar. */
    Page page(Optional<String> after, int limit) throws IOException {
        List<QuarantineItem> items = new ArrayList<>();
        Optional<String> last = after;
        while (items.size() < limit) {
            List<String> names = index.namesAfter(last, limit - items.size());
            if (names.isEmpty()) {
                return new Page(items, false);
            }
            for (String name : names) {
                files.readSidecar(name).ifPresent(items::add);
            }
            last = Optional.of(names.get(names.size() - 1));
        }
        return new Page(items, !index.namesAfter(last, 1).isEmpty());
    }

    /**
     * Deletes the file of a run for good, if it was moved before that time.
     *
     * @return whether there is no such item now
     */
    boolean purge(String id, Instant movedBefore) throws IOException {
        Optional<QuarantineIndex.Entry> found = index.find(id);
        if (found.isEmpty()) {
            return true;
        }
        if (found.get().expiry() != Expiry.BY_PURGE || !found.get().time().isBefore(movedBefore)) {
            return false;
        }
        Optional<QuarantineIndex.Entry> taken = index.take(id);
        if (taken.isEmpty()) {
            // It is being restored.
            return false;
        }
        try {
            files.remove(id);
        } catch (IOException e) {
            index.add(taken.get());
            throw e;
        }
        log.purged(taken.get());
        return true;
    }

    /** Gives a file its object's name again: {@link QuarantineRestore#run}. */
    Restored restore(QuarantineItem item) throws IOException {
        return new QuarantineRestore(files, index, directories).run(item);
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
