package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The object files of one storage node (manta.md 9.4). Blocking: use it on the disk dispatcher only. Safe for
 * several threads as long as no two write the same object.
 *
 * <pre>
 * root/OWNER/OBJECT                                  complete, verified and flushed
 * root/v2/OWNER/BUCKET/PP/OBJECT,NAMEHASH            the same, of the newer layout
 * root/.rebalancer/incoming/OWNER.OBJECT.RANDOM.part being written; removed at start
 * root/.rebalancer/quarantine/OWNER.OBJECT.RANDOM    other content that stood in an object's place
 * root/.rebalancer/lock                              held by the agent that works here
 * </pre>
 *
 * A final name appears only after its bytes were verified and forced to disk, by a rename in one file system. So a crash
 * at any point leaves either no object or a whole one. Everything below the root is done through handles of directories
 * ({@link SafeDirectory}), so that no link leads out of it.
 */
public final class ObjectStore implements AutoCloseable {
    /** The length of an object of which only the digest is known. */
    public static final long UNKNOWN_SIZE = -1;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path root;
    private final SafeDirectory rootHandle;
    private final SafeDirectory incoming;
    private final SafeDirectory quarantine;
    private final Durability durability;
    private final SpaceGuard space;
    private final DiskOperations disk;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();
    private final FileChannel lock;
    private final int staleRemoved;

    /**
     * An object's file as it stands.
     *
     * @param madeFor the assignment that made it, if that is known
     */
    public record ExistingObject(Optional<UUID> madeFor) {}

    private ObjectStore(
            Path root, FileChannel lock, Durability durability, SpaceGuard.Bounds bounds, DiskOperations disk)
            throws IOException {
        this.root = root;
        this.lock = lock;
        this.durability = durability;
        this.disk = disk;
        DurableDirectories.make(ours(root).resolve("incoming"));
        DurableDirectories.make(ours(root).resolve("quarantine"));
        this.rootHandle = SafeDirectory.open(root);
        this.incoming = SafeDirectory.open(ours(root).resolve("incoming"));
        this.quarantine = SafeDirectory.open(ours(root).resolve("quarantine"));
        this.space = new SpaceGuard(root, bounds);
        probe();
        this.staleRemoved = removeStale();
    }

    private static Path ours(Path root) {
        return root.resolve(".rebalancer");
    }

    /** Opens the store with every copy flushed and no bounds on its size. */
    public static ObjectStore open(Path root) throws IOException {
        return open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE);
    }

    /**
     * Opens the store below {@code root}, making what is missing and removing what an interrupted copy left.
     *
     * @param bounds what has to stay free, until {@link SpaceGuard#set} says otherwise
     * @throws IOException naming {@code root}, if it can't be written to or another agent uses it
     */
    public static ObjectStore open(Path root, Durability durability, SpaceGuard.Bounds bounds) throws IOException {
        return open(root, durability, bounds, new DiskOperations());
    }

    /** The same over another way to the disk. */
    public static ObjectStore open(Path root, Durability durability, SpaceGuard.Bounds bounds, DiskOperations disk)
            throws IOException {
        try {
            DurableDirectories.make(ours(root));
            FileChannel lock = lock(ours(root).resolve("lock"));
            try {
                return new ObjectStore(root, lock, durability, bounds, disk);
            } catch (IOException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IOException(
                    "the object root " + root + " can't be used (" + e + "); give a directory that this user may write",
                    e);
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

    /** A disk that can't be written to is found now, not at the first object. */
    private void probe() throws IOException {
        Path file = Files.createTempFile(incoming.path(), "probe", ".part");
        Files.delete(file);
        incoming.force();
    }

    private int removeStale() throws IOException {
        List<Path> stale;
        try (Stream<Path> files = Files.list(incoming.path())) {
            stale = files.toList();
        }
        for (Path file : stale) {
            Files.delete(file);
        }
        return stale.size();
    }

    /** Temporary files of interrupted copies that {@link #open} removed. */
    public int staleRemoved() {
        return staleRemoved;
    }

    /** What has to be true of a copy before {@link #publish} returns. */
    public Durability durability() {
        return durability;
    }

    /** How much room there is. */
    public SpaceGuard space() {
        return space;
    }

    /** Where the object's file is or would be. */
    public Path path(ObjectKey key) {
        return root.resolve(key.relativePath());
    }

    /**
     * The object's file if it stands here already with the right content, so that it needs no fetching. Reads the whole
     * file if its size is right.
     *
     * @param sizeBytes length the object has by its metadata, or {@link #UNKNOWN_SIZE}
     */
    public Optional<ExistingObject> find(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        if (isFree(path(key))) {
            return Optional.empty();
        }
        try (DirectoryChain levels = DirectoryChain.find(rootHandle, key)) {
            return levels.last().isPresent() && holds(levels.last().get(), name(key), sizeBytes, md5)
                    ? Optional.of(new ExistingObject(CreatorAttribute.of(path(key))))
                    : Optional.empty();
        }
    }

    /** A quick look, for most objects are new; what it finds is looked at again, below handles. */
    private static boolean isFree(Path file) {
        return !file.toFile().exists();
    }

    private static boolean holds(SafeDirectory directory, String name, long sizeBytes, ContentMd5 md5)
            throws IOException {
        Optional<FileChannel> file = directory.read(name);
        if (file.isEmpty()) {
            return false;
        }
        try (FileChannel channel = file.get()) {
            return (sizeBytes == UNKNOWN_SIZE || channel.size() == sizeBytes)
                    && MessageDigest.isEqual(digest(channel), md5.bytes());
        }
    }

    private static byte[] digest(FileChannel channel) throws IOException {
        MessageDigest digest = newDigest();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(BUFFER_BYTES, channel.size())));
        while (channel.read(buffer) >= 0) {
            digest.update(buffer.flip());
            buffer.clear();
        }
        return digest.digest();
    }

    /**
     * Begins to write an object. Close the result in any case; without {@link #publish} nothing is kept.
     *
     * @param sizeBytes exact length of the object, at least 0, or {@link #UNKNOWN_SIZE}
     * @throws OutOfSpace if the object would cross a bound
     */
    public IncomingObject begin(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        space.require(Math.max(0, sizeBytes));
        String part = key.owner() + "." + key.objectId() + "." + UUID.randomUUID() + ".part";
        try {
            return new IncomingObject(disk, key, incoming.path().resolve(part), sizeBytes, md5);
        } catch (IOException e) {
            throw OutOfSpace.orSame(e);
        }
    }

    /**
     * Gives verified objects their final names. When this returns, those without a failure are as durable as
     * {@link #durability} says. Several at a time cost less than one after the other: each directory is forced once.
     *
     * @return why an object could not be stored, for those that could not; nothing of them is kept
     */
    public Map<IncomingObject, IOException> publish(List<IncomingObject> objects) {
        Map<IncomingObject, IOException> failures = new HashMap<>();
        for (IncomingObject object : objects) {
            attempt(object, failures, () -> secure(object));
        }
        // One handle for each directory, however many objects go there.
        Map<Path, DirectoryChain> targets = new LinkedHashMap<>();
        Map<Path, List<IncomingObject>> named = new LinkedHashMap<>();
        for (IncomingObject object : objects) {
            if (!failures.containsKey(object)) {
                attempt(object, failures, () -> {
                    Path directory = place(object, targets);
                    named.computeIfAbsent(directory, each -> new ArrayList<>()).add(object);
                });
            }
        }
        named.forEach((directory, there) -> {
            try {
                if (durability != Durability.OS) {
                    SafeDirectory last = target(targets, directory);
                    disk.forceDirectory(directory, last::force);
                }
            } catch (IOException e) {
                there.forEach(object -> failures.put(object, e));
            }
        });
        targets.values().forEach(DirectoryChain::close);
        return failures;
    }

    /** Publishes one object. */
    public void publish(IncomingObject object) throws IOException {
        IOException failure = publish(List.of(object)).get(object);
        if (failure != null) {
            throw failure;
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void attempt(IncomingObject object, Map<IncomingObject, IOException> failures, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            failures.put(object, OutOfSpace.orSame(e));
        }
    }

    private void secure(IncomingObject object) throws IOException {
        if (!object.verified()) {
            throw new IllegalStateException("object " + object.key().objectId() + " was not verified");
        }
        if (durability == Durability.OS) {
            return;
        }
        object.force();
        if (durability == Durability.READ_BACK
                && !holds(incoming, object.part().getFileName().toString(), object.written(), object.md5())) {
            throw new IOException(
                    "object " + object.key().objectId() + " reads back with other content than was written");
        }
    }

    private Path place(IncomingObject object, Map<Path, DirectoryChain> targets) throws IOException {
        ObjectKey key = object.key();
        Path directory = path(key).getParent();
        if (directory == null) {
            throw new IllegalStateException("an object is never the root itself");
        }
        DirectoryChain levels = targets.get(directory);
        if (levels == null) {
            levels = DirectoryChain.make(rootHandle, key);
            targets.put(directory, levels);
            forceNew(directory, levels);
        }
        SafeDirectory target = target(targets, directory);
        String name = name(key);
        if (!isFree(path(key))) {
            if (holds(target, name, object.sizeBytes(), object.md5())) {
                return directory;
            }
            setAside(target, key);
        }
        space.require(0);
        disk.rename(
                target.path().resolve(name),
                () -> target.takeFrom(incoming, object.part().getFileName().toString(), name));
        object.named();
        return directory;
    }

    private static SafeDirectory target(Map<Path, DirectoryChain> targets, Path directory) throws IOException {
        DirectoryChain levels = targets.get(directory);
        if (levels == null) {
            throw new IOException(directory + " was not opened");
        }
        return levels.last().orElseThrow();
    }

    /** Who made a level may have died before its entry was forced, so this is done once for each directory. */
    private void forceNew(Path directory, DirectoryChain levels) throws IOException {
        if (durability != Durability.OS && !durable.contains(directory)) {
            disk.forceDirectory(root, rootHandle::force);
            for (SafeDirectory level : levels.aboveLast()) {
                disk.forceDirectory(level.path(), level::force);
            }
            durable.add(directory);
        }
    }

    /** By a second name, so that the first is never missing: the rename that follows replaces it. */
    private void setAside(SafeDirectory target, ObjectKey key) throws IOException {
        Path aside = quarantine.path().resolve(key.owner() + "." + key.objectId() + "." + UUID.randomUUID());
        Path file = target.path().resolve(name(key));
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is a directory where an object belongs; move it away");
        }
        Files.createLink(aside, file);
        quarantine.force();
    }

    private static String name(ObjectKey key) {
        return Path.of(key.relativePath()).getFileName().toString();
    }

    /**
     * Removes an object's file, durably.
     *
     * @return whether there was one
     */
    public boolean discard(ObjectKey key) throws IOException {
        try (DirectoryChain levels = DirectoryChain.find(rootHandle, key)) {
            if (levels.last().isEmpty()) {
                return false;
            }
            boolean removed = levels.last().get().delete(name(key));
            if (removed) {
                levels.last().get().force();
            }
            return removed;
        }
    }

    @Override
    public void close() throws IOException {
        rootHandle.close();
        incoming.close();
        quarantine.close();
        lock.close();
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has MD5", e);
        }
    }
}
