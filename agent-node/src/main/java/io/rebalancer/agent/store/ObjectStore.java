package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The object files of one storage node (manta.md 9.4), below the paths of {@link ObjectLayout}. Blocking: use it on the
 * disk dispatcher only. Several threads may use it: an object is locked while it is found, published, discarded or
 * restored, so that each of these steps finds the result of the step before.
 *
 * <p>An object gets its final name by a rename in one file system, after its bytes are verified and forced to disk. So
 * a crash at any point leaves either no object or a complete object. Everything below the root is accessed through
 * handles of directories ({@link SafeDirectory}), so no symbolic link leads out of the root.
 */
public final class ObjectStore implements AutoCloseable {
    /** The length of an object of which only the digest is known. */
    public static final long UNKNOWN_SIZE = -1;

    private static final Logger LOGGER = LoggerFactory.getLogger(ObjectStore.class);
    private static final String PROBE = "probe";

    private final ObjectLayout layout;
    private final FileChannel lock;
    private final DiskOperations disk;
    private final ObjectDirectories directories;
    private final StoredFiles storedFiles;
    private final PartFiles parts;
    private final DeviceReader deviceReader;
    private final Quarantine quarantine;
    private final SpaceGuard space;
    private final KeyLocks locks = new KeyLocks();
    private final TouchedKeys touched = new TouchedKeys();
    private final PartFiles.Sweep sweepAtOpen;

    /**
     * An object's file that exists with the right content.
     *
     * @param createdFor the assignment that created the file, if known
     */
    public record ExistingObject(Optional<UUID> createdFor) {}

    private ObjectStore(
            ObjectLayout layout, FileChannel lock, StoreOptions options, SpaceGuard space, DiskOperations disk)
            throws IOException {
        this.layout = layout;
        this.lock = lock;
        this.disk = disk;
        Durability durability = options.durability();
        DurableDirectories.create(layout.incoming());
        DurableDirectories.create(layout.quarantine());
        this.directories = new ObjectDirectories(layout, disk, durability, probeAccess(options.modes()));
        this.storedFiles = new StoredFiles(directories, disk, durability);
        this.parts = new PartFiles(
                IncomingDirectories.open(layout.incoming(), directories.access()), disk, durability, options.parts());
        this.deviceReader = new DeviceReader(disk, layout.incoming());
        this.quarantine = new Quarantine(layout, directories, disk, options.quarantine());
        this.space = space;
        probeDisk();
        this.sweepAtOpen = parts.removeExpired();
    }

    /** Opens the store with {@link Durability#FLUSHED} and without bounds. */
    public static ObjectStore open(Path root) throws IOException {
        return open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE);
    }

    /** Opens the store with the default quarantine. */
    public static ObjectStore open(Path root, Durability durability, SpaceGuard.Bounds bounds) throws IOException {
        return open(root, StoreOptions.of(durability), bounds, new DiskOperations());
    }

    /** Opens the store with the default quarantine and other disk operations, for tests that inject faults. */
    public static ObjectStore open(Path root, Durability durability, SpaceGuard.Bounds bounds, DiskOperations disk)
            throws IOException {
        return open(root, StoreOptions.of(durability), bounds, disk);
    }

    /**
     * Opens the store below {@code root}. Creates missing directories, removes the temporary files of interrupted copies
     * except the parts that a copy can continue, and completes or rolls back interrupted moves into the quarantine.
     *
     * @param bounds the space that must stay free, until {@link SpaceGuard#setBounds} changes it
     * @throws IOException naming {@code root}, if it is not writable, another agent uses it, this process is neither its
     *     owner nor root, or it has no direct reads and {@link Durability#READ_BACK} needs them
     */
    public static ObjectStore open(Path root, StoreOptions options, SpaceGuard.Bounds bounds) throws IOException {
        return open(root, options, bounds, new DiskOperations());
    }

    /** Opens the store with other disk operations, for tests that inject faults. */
    public static ObjectStore open(Path root, StoreOptions options, SpaceGuard.Bounds bounds, DiskOperations disk)
            throws IOException {
        ObjectLayout layout = new ObjectLayout(root);
        try {
            DurableDirectories.create(layout.agentDirectory());
            FileChannel lock = lock(layout.lock());
            boolean opened = false;
            try {
                ObjectStore store = new ObjectStore(layout, lock, options, new SpaceGuard(root, bounds), disk);
                opened = true;
                return store;
            } finally {
                if (!opened) {
                    lock.close();
                }
            }
        } catch (IOException e) {
            throw new IOException(
                    "can't use the object root " + root + " (" + e + "); set a directory that this user may write", e);
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("another agent of this process uses it", e);
        }
        channel.close();
        throw new IOException("another agent uses it");
    }

    private FileAccess probeAccess(FileModes modes) throws IOException {
        try (SafeDirectory root = SafeDirectory.open(layout.root());
                SafeDirectory incoming = SafeDirectory.open(layout.incoming())) {
            return new FileAccessProbe(root, incoming, disk).run(modes);
        }
    }

    /** Writes to the disk once, so that a read-only disk fails the start and not the first copy. */
    private void probeDisk() throws IOException {
        Path file = Files.createTempFile(layout.incoming(), "probe", ".part");
        try {
            if (durability() == Durability.READ_BACK) {
                probeDeviceReads(file);
            }
        } finally {
            Files.delete(file);
        }
        DurableDirectories.force(layout.incoming());
    }

    private void probeDeviceReads(Path file) throws IOException {
        byte[] bytes = PROBE.getBytes(StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes));
            channel.force(true);
        }
        deviceReader.probe(file, bytes.length, ContentVerifier.md5(bytes));
    }

    /** The number of temporary files of interrupted copies that {@link #open} removed. */
    public int removedPartFiles() {
        return sweepAtOpen.removedFiles();
    }

    /** The number of parts that {@link #open} found and that a copy can continue. */
    public int resumableParts() {
        return sweepAtOpen.resumableParts();
    }

    /**
     * Removes the parts whose last checkpoint is older than {@link PartLimits#maxAge()}, and those without one that are
     * not being written.
     *
     * @return the number of removed files
     */
    public int removeExpiredParts() throws IOException {
        return parts.removeExpired().removedFiles();
    }

    /** What must be true of a copy before {@link #publish} returns. */
    public Durability durability() {
        return directories.durability();
    }

    /** The space that is left for objects. */
    public SpaceGuard space() {
        return space;
    }

    /** The path of the object's file, whether it exists or not. */
    public Path path(ObjectKey key) {
        return layout.file(key);
    }

    /** Whether a file may have the object's name: a quick check, because most objects are new. */
    public boolean mayContain(ObjectKey key) {
        return directories.mayContain(key);
    }

    /**
     * Finds the object's file if it exists with the right content, so that no fetch is necessary. Reads the whole file
     * if its size is right, and forces it with its directories, because a process may have crashed before it did so. A
     * file that could not be forced once is not found until it is published again. Waits while another thread publishes
     * or discards the object.
     *
     * @param sizeBytes length of the object according to its metadata, or {@link #UNKNOWN_SIZE}
     * @throws IOException if the file can't be read or forced
     */
    public Optional<ExistingObject> find(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        return find(key, sizeBytes, md5, Optional.empty());
    }

    /**
     * Finds the object's file for an assignment. If another assignment created the file, that one can't remove it any
     * more ({@link #discard}). A reconciliation run that has looked at the file before does not move it.
     *
     * @throws IOException if the file can't be read or forced, or its note or its change time can't be changed
     */
    public Optional<ExistingObject> findFor(UUID assignmentId, ObjectKey key, long sizeBytes, ContentMd5 md5)
            throws IOException {
        return find(key, sizeBytes, md5, Optional.of(assignmentId));
    }

    private Optional<ExistingObject> find(ObjectKey key, long sizeBytes, ContentMd5 md5, Optional<UUID> finder)
            throws IOException {
        if (!directories.mayContain(key)) {
            return Optional.empty();
        }
        try (KeyLocks.Held held = locks.lock(key);
                DirectoryChain chain = directories.find(key)) {
            if (!storedFiles.contains(chain, key, sizeBytes, md5)) {
                return Optional.empty();
            }
            SafeDirectory directory = chain.last().orElseThrow();
            Optional<FileNote> note = NoteAttribute.read(directory, ObjectLayout.fileName(key));
            if (finder.isPresent()) {
                storedFiles.share(directory, key, finder.get());
            }
            return Optional.of(new ExistingObject(note.map(FileNote::assignmentId)));
        }
    }

    /**
     * Begins to write an object. Always close or suspend the result; only {@link #publish} keeps the object.
     *
     * <p>If an interrupted copy of the same content left a part, the object continues there:
     * {@link IncomingObject#writtenBytes()} is its length, and at least one byte is left to fetch. Its bytes are read
     * again, which may take long; an interrupt of the thread ends it and keeps the part. If the complete object then has
     * a wrong digest, these bytes may be the cause: {@link IncomingObject#restart} it and fetch it once more.
     *
     * @param sizeBytes exact length of the object, at least 0, or {@link #UNKNOWN_SIZE}
     * @throws OutOfSpace if the object would cross a bound
     */
    public IncomingObject begin(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        try {
            IncomingObject object = parts.begin(key, sizeBytes, md5, space);
            try {
                directories.access().applyToFile(object.partDirectory(), object.partName());
                return object;
            } catch (IOException e) {
                object.closeOrLog();
                throw e;
            }
        } catch (IOException e) {
            throw OutOfSpace.translate(e);
        }
    }

    /**
     * Gives verified objects their final names. When this returns, the objects without a failure are durable as
     * {@link #durability} requires. A group costs less than single objects, because each directory is forced once. All
     * objects of the group are locked until then.
     *
     * @return the failure of each object that could not be stored. If only its directory could not be forced, the object
     *     has its final name, but {@link #find} does not find it; otherwise nothing of the object is kept
     */
    public Map<IncomingObject, IOException> publish(List<IncomingObject> objects) {
        List<ObjectKey> keys = objects.stream().map(IncomingObject::key).toList();
        keys.forEach(touched::add);
        try (KeyLocks.Held held = locks.lock(keys);
                PublishGroup group =
                        new PublishGroup(directories, storedFiles, deviceReader, quarantine, disk, durability())) {
            return group.publish(objects);
        }
    }

    /** Publishes one object. */
    public void publish(IncomingObject object) throws IOException {
        IOException failure = publish(List.of(object)).get(object);
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Takes an object's name away from its file, if the file's note names the assignment, and keeps the file in the
     * quarantine. A file of a user, of another assignment, or without a note keeps its name.
     *
     * @param assignmentId the assignment that no longer needs the file
     * @throws IOException if the file could not be moved, or if its directory could not be forced
     */
    public Discarded discard(ObjectKey key, UUID assignmentId) throws IOException {
        String name = ObjectLayout.fileName(key);
        try (KeyLocks.Held held = locks.lock(key);
                DirectoryChain chain = directories.find(key)) {
            Optional<SafeDirectory> parent = chain.last();
            if (parent.isEmpty() || parent.get().attributes(name).isEmpty()) {
                return Discarded.MISSING;
            }
            Optional<UUID> creator = NoteAttribute.read(parent.get(), name).map(FileNote::assignmentId);
            if (!creator.equals(Optional.of(assignmentId))) {
                LOGGER.warn(
                        "object={} assignment={} the unwanted copy stays, because its file was created for {}: path={}",
                        key.objectId(),
                        assignmentId,
                        creator.map(other -> "assignment " + other)
                                .orElse("an unknown assignment, or by another program"),
                        key.relativePath());
                return Discarded.NOT_OURS;
            }
            touched.add(key);
            quarantine.moveAside(parent.get(), key, QuarantineReason.DISCARDED, QuarantineEvidence.NONE);
            return Discarded.DISCARDED;
        }
    }

    /** Removes what an interrupted copy of an object has left, unless another copy of it is in progress. */
    public void discardPart(ObjectKey key, ContentMd5 md5) throws IOException {
        parts.discard(key, md5);
    }

    /**
     * Takes an object's name away from its file, whatever the file's note is, and keeps the file in the quarantine.
     *
     * @return id of the quarantined file, for {@link #restore}; empty if no file has the object's name
     * @throws IOException if the file could not be moved: then it has its name; or if its directory could not be forced:
     *     then the file is in the quarantine, but after a power cut it may have its name again
     */
    public Optional<String> moveAside(ObjectKey key, QuarantineReason reason, QuarantineEvidence evidence)
            throws IOException {
        touched.add(key);
        try (KeyLocks.Held held = locks.lock(key);
                DirectoryChain chain = directories.find(key)) {
            Optional<SafeDirectory> parent = chain.last();
            return parent.isPresent()
                            && parent.get()
                                    .attributes(ObjectLayout.fileName(key))
                                    .isPresent()
                    ? Optional.of(quarantine.moveAside(parent.get(), key, reason, evidence))
                    : Optional.empty();
        }
    }

    /**
     * Gives a quarantined file its object's name again, unless another file has the name.
     *
     * @param id id of the quarantined file
     * @throws IOException if a step fails; then the file is still in the quarantine, and it may have its name too
     */
    public Restored restore(String id) throws IOException {
        Optional<QuarantineItem> item = quarantine.find(id);
        if (item.isEmpty()) {
            return Restored.MISSING;
        }
        ObjectKey key = item.get().key();
        touched.add(key);
        try (KeyLocks.Held held = locks.lock(key)) {
            return quarantine.restore(item.get());
        } catch (IOException e) {
            storedFiles.markDoubtful(key);
            throw e;
        }
    }

    /** Opens the object root to list it. The root is looked up by its path, so another disk that is mounted there is seen. */
    public ObjectTree openTree() throws IOException {
        return ObjectTree.of(SafeDirectory.open(layout.root()), disk);
    }

    /** Which objects get or lose a file. */
    public TouchedKeys touchedKeys() {
        return touched;
    }

    /** What reconciliation runs order for the files of this store. */
    public OrphanQuarantine orphans() {
        return new OrphanQuarantine(directories, quarantine, locks, touched, disk);
    }

    /** Reads contents to verify them. */
    public ContentReader contentReader() {
        return new ContentReader(directories, locks, deviceReader, disk);
    }

    /** The highest token of a reconciliation run, for this root. */
    public RunFence runFence() {
        return new RunFence(layout.agentDirectory(), disk);
    }

    /** Owner, group and mode of new files, such as {@code www-data:www-data 0644}. */
    public String fileAccess() {
        return directories.access().file().toString();
    }

    /** Owner, group and mode of new directories. */
    public String directoryAccess() {
        return directories.access().directory().toString();
    }

    /** Whether the process runs as root although another user owns the object root. */
    public boolean runsAsRootWithoutNeed() {
        return directories.access().givesAway();
    }

    /** The number of quarantined files. */
    public int quarantinedFiles() {
        return quarantine.size();
    }

    /** The size of the quarantined files. */
    public long quarantinedBytes() {
        return quarantine.bytes();
    }

    @Override
    public void close() throws IOException {
        quarantine.close();
        directories.close();
        parts.close();
        lock.close();
    }
}
