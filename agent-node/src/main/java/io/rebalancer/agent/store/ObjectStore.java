package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
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
 * at any point leaves either no object or a whole one.
 */
public final class ObjectStore implements AutoCloseable {
    /** The length of an object of which only the digest is known. */
    public static final long UNKNOWN_SIZE = -1;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path root;
    private final Path incoming;
    private final Path quarantine;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();
    private final FileChannel lock;
    private final int staleRemoved;

    private ObjectStore(Path root, FileChannel lock) throws IOException {
        this.root = root;
        this.incoming = ours(root).resolve("incoming");
        this.quarantine = ours(root).resolve("quarantine");
        this.lock = lock;
        Directories.make(incoming);
        Directories.make(quarantine);
        probe();
        this.staleRemoved = removeStale();
    }

    private static Path ours(Path root) {
        return root.resolve(".rebalancer");
    }

    /**
     * Opens the store below {@code root}, making what is missing and removing what an interrupted copy left.
     *
     * @throws IOException naming {@code root}, if it can't be written to or another agent uses it
     */
    public static ObjectStore open(Path root) throws IOException {
        try {
            Directories.make(ours(root));
            FileChannel lock = lock(ours(root).resolve("lock"));
            try {
                return new ObjectStore(root, lock);
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
        Path file = Files.createTempFile(incoming, "probe", ".part");
        Files.delete(file);
        Directories.force(incoming);
    }

    private int removeStale() throws IOException {
        List<Path> stale;
        try (Stream<Path> files = Files.list(incoming)) {
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

    /** Where the object's file is or would be. */
    public Path path(ObjectKey key) {
        return root.resolve(key.relativePath());
    }

    /**
     * Whether the object stands here already, so that it needs no fetching. Reads the whole file if its size is right.
     *
     * @param sizeBytes length the object has by its metadata, or {@link #UNKNOWN_SIZE}
     */
    public boolean holds(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        Path file = path(key);
        requireNoLinks(key);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                || (sizeBytes != UNKNOWN_SIZE && Files.size(file) != sizeBytes)) {
            return false;
        }
        MessageDigest digest = newDigest();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
        return MessageDigest.isEqual(digest.digest(), md5.bytes());
    }

    /**
     * Begins to write an object. Close the result in any case; without {@link IncomingObject#seal} nothing is kept.
     *
     * @param sizeBytes exact length of the object, at least 0, or {@link #UNKNOWN_SIZE}
     */
    public IncomingObject begin(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        Path part = incoming.resolve(key.owner() + "." + key.objectId() + "." + UUID.randomUUID() + ".part");
        try {
            return new IncomingObject(this, key, part, sizeBytes, md5);
        } catch (IOException e) {
            throw OutOfSpace.orSame(e);
        }
    }

    /** Gives a verified and forced file its final name, durably. */
    void publish(Path part, ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        Path file = path(key);
        List<Path> levels = levels(key);
        Path directory = levels.get(levels.size() - 1);
        requireNoLinks(key);
        Directories.make(directory);
        if (!durable.contains(directory)) {
            // Who made a level may have died before its entry was forced.
            Directories.force(root);
            for (Path level : levels.subList(0, levels.size() - 1)) {
                Directories.force(level);
            }
            durable.add(directory);
        }
        if (holds(key, sizeBytes, md5)) {
            Files.delete(part);
        } else {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                setAside(file, key);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        Directories.force(directory);
    }

    /** The directories between the root and an object's file, outermost first. */
    private List<Path> levels(ObjectKey key) {
        List<Path> levels = new ArrayList<>();
        Path relative = Path.of(key.relativePath());
        for (int count = 1; count < relative.getNameCount(); count++) {
            levels.add(root.resolve(relative.subpath(0, count)));
        }
        return levels;
    }

    /** No level between the root and an object may lead elsewhere. */
    private void requireNoLinks(ObjectKey key) throws IOException {
        for (Path level : levels(key)) {
            Directories.requireNoLink(level);
        }
    }

    /** By a second name, so that the first is never missing: the move that follows replaces it. */
    private void setAside(Path file, ObjectKey key) throws IOException {
        Path aside = quarantine.resolve(key.owner() + "." + key.objectId() + "." + UUID.randomUUID());
        Files.createLink(aside, file);
        Directories.force(quarantine);
    }

    /**
     * Removes an object's file, durably.
     *
     * @return whether there was one
     */
    public boolean discard(ObjectKey key) throws IOException {
        Path file = path(key);
        requireNoLinks(key);
        boolean removed = Files.deleteIfExists(file);
        if (removed) {
            List<Path> levels = levels(key);
            Directories.force(levels.get(levels.size() - 1));
        }
        return removed;
    }

    @Override
    public void close() throws IOException {
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
