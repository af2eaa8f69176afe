package io.rebalancer.agent.inventory;

import io.rebalancer.agent.store.FileFacts;
import io.rebalancer.agent.store.ObjectTree;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.Unmanaged;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.sort.RecordSorter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import kamon.metric.Counter;

/**
 * Lists the files {@code OWNER/OBJECT} below the object root (manta.md 9.4) and counts everything else. Names are read in the
 * order of the file system and sorted afterwards, so memory use does not grow with the number of files. No symbolic link is
 * followed.
 *
 * <p>An owner's directory that can't be read is an unlisted range, and the others are listed all the same. Blocking; an
 * interrupt of the thread ends it.
 */
final class InventoryWalk {
    /** Directories of agents, of the legacy agent and of the web server, and of the file system itself. */
    static final Set<String> RESERVED =
            Set.of(".rebalancer", "rebalancer", "tombstone", "nginx_temp", "client_body_temp", "lost+found");

    private static final String V2 = "v2";
    private static final int ID_LENGTH = 36;
    private static final Pattern V2_OBJECT = Pattern.compile("[0-9a-f-]{36},[0-9a-f]{32}");
    /** The directories of the v2 layout that lead to its objects: owner, bucket, and two digits. */
    private static final int V2_DEPTH = 3;

    private final RecordSorter sorter;
    private final CoverageCounts counts;
    private final Pacer pacer;
    private final ByteBuffer record = ByteBuffer.allocate(InventoryRecords.FORMAT.recordBytes());
    private final Counter listedFiles;

    /**
     * @param pacer limits the number of files
     * @param listedFiles counts them
     */
    InventoryWalk(RecordSorter sorter, CoverageCounts counts, Pacer pacer, Counter listedFiles) {
        this.sorter = sorter;
        this.counts = counts;
        this.pacer = pacer;
        this.listedFiles = listedFiles;
    }

    /** A failure that ends the walk, and not only the list of one directory. */
    private static final class WalkFailed extends IOException {
        private static final long serialVersionUID = 1L;

        WalkFailed(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /**
     * Lists all files.
     *
     * @throws InterruptedIOException if the thread was interrupted
     * @throws IOException if the root can't be read, or if the records can't be written
     */
    void run(ObjectTree root) throws IOException {
        root.forEachName(name -> visitTop(root, name));
        if (!root.isInPlace()) {
            throw new IOException("the object root " + root + " was replaced while its files were listed");
        }
    }

    private void visitTop(ObjectTree root, String name) throws IOException {
        pacer.await(1);
        if (RESERVED.contains(name)) {
            counts.count(Unmanaged.RESERVED);
            return;
        }
        Optional<UUID> owner = id(name);
        if (owner.isPresent()) {
            visitOwner(root, name, owner.get());
        } else if (name.equals(V2)) {
            attempt(root + "/" + name, () -> visitV2(root, name, 0));
        } else {
            attempt(root + "/" + name, () -> countOther(root, name));
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Counts a fault of one file or directory. Returns whether there was none. */
    private boolean attempt(String path, Step step) throws IOException {
        try {
            step.run();
            return true;
        } catch (WalkFailed | InterruptedIOException | ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            counts.countFault(path, OneLine.of(e));
            return false;
        }
    }

    private void countOther(ObjectTree directory, String name) throws IOException {
        directory
                .facts(name)
                .ifPresent(facts -> counts.count(
                        facts.kind() == FileFacts.Kind.SYMBOLIC_LINK ? Unmanaged.SYMBOLIC_LINK : Unmanaged.UNKNOWN));
    }

    private void visitOwner(ObjectTree root, String name, UUID owner) throws IOException {
        if (!attempt(root + "/" + name, () -> listOwner(root, name, owner))) {
            counts.addUnlisted(KeyRange.ofOwner(owner));
        }
    }

    private void listOwner(ObjectTree root, String name, UUID owner) throws IOException {
        Optional<FileFacts> facts = root.facts(name);
        if (facts.isEmpty()) {
            return;
        }
        if (facts.get().kind() != FileFacts.Kind.DIRECTORY) {
            // The web server may follow a link, so what is behind it is unknown, and not missing.
            countOther(root, name);
            counts.addUnlisted(KeyRange.ofOwner(owner));
            return;
        }
        Optional<ObjectTree> opened = root.child(name);
        if (opened.isEmpty()) {
            return;
        }
        try (ObjectTree directory = opened.get()) {
            directory.forEachName(object -> visitObject(directory, owner, object));
            if (!directory.isInPlace()) {
                throw new IOException("the directory was replaced or removed while it was listed");
            }
        }
    }

    private void visitObject(ObjectTree directory, UUID owner, String name) throws IOException {
        pacer.await(1);
        Optional<UUID> objectId = id(name);
        if (objectId.isEmpty()) {
            attempt(directory + "/" + name, () -> countOther(directory, name));
        } else if (!attempt(directory + "/" + name, () -> listObject(directory, owner, objectId.get(), name))) {
            counts.addUnlisted(KeyRange.ofKey(new CopyKey(owner, objectId.get())));
        }
    }

    private void listObject(ObjectTree directory, UUID owner, UUID objectId, String name) throws IOException {
        Optional<FileFacts> found = directory.facts(name);
        if (found.isEmpty()) {
            // It was removed since its name was read.
            return;
        }
        FileFacts facts = found.get();
        switch (facts.kind()) {
            case REGULAR_FILE -> {
                InventoryRecords.write(record, owner, objectId, facts);
                add();
                counts.countFile(facts.sizeBytes());
                listedFiles.increment();
            }
            case SYMBOLIC_LINK -> counts.count(Unmanaged.SYMBOLIC_LINK);
            case DIRECTORY, OTHER -> counts.count(Unmanaged.NOT_A_FILE);
        }
    }

    private void add() throws IOException {
        try {
            sorter.add(record.array(), 0);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw new WalkFailed(e);
        }
    }

    /** Counts the objects of the v2 layout. What has other names there is unknown. */
    private void visitV2(ObjectTree parent, String name, int depth) throws IOException {
        pacer.await(1);
        Optional<FileFacts> facts = parent.facts(name);
        if (facts.isEmpty()) {
            return;
        }
        if (depth > V2_DEPTH) {
            boolean object =
                    facts.get().isRegularFile() && V2_OBJECT.matcher(name).matches();
            if (object) {
                counts.count(Unmanaged.V2_OBJECT);
            } else {
                countOther(parent, name);
            }
        } else if (facts.get().kind() == FileFacts.Kind.DIRECTORY) {
            Optional<ObjectTree> opened = parent.child(name);
            if (opened.isPresent()) {
                try (ObjectTree directory = opened.get()) {
                    directory.forEachName(
                            below -> attempt(directory + "/" + below, () -> visitV2(directory, below, depth + 1)));
                }
            }
        } else {
            countOther(parent, name);
        }
    }

    /** The id in its canonical form; every other spelling is another name. */
    private static Optional<UUID> id(String name) {
        if (name.length() != ID_LENGTH) {
            return Optional.empty();
        }
        try {
            UUID id = UUID.fromString(name);
            return id.toString().equals(name) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
