package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The object files of one storage node (manta.md 9.4, v1 paths). Blocking: use it on the disk dispatcher only. Safe for
 * several threads as long as no two write the same object.
 *
 * <pre>
 * root/OWNER/OBJECT                                  complete, verified and flushed
 * root/.rebalancer/incoming/OWNER.OBJECT.RANDOM.part being written; removed at start
 * root/.rebalancer/quarantine/OWNER.OBJECT.RANDOM    other content that stood in an object's place
 * </pre>
 *
 * A final name appears only after its bytes were verified and forced to disk, by a rename in one file system. So a crash
 * at any point leaves either no object or a whole one.
 */
public final class ObjectStore {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path root;
    private final Path incoming;
    private final Path quarantine;

    private ObjectStore(Path root) {
        this.root = root;
        this.incoming = root.resolve(".rebalancer").resolve("incoming");
        this.quarantine = root.resolve(".rebalancer").resolve("quarantine");
    }

    /**
     * Opens the store below {@code root}, making what is missing and removing what an interrupted copy left.
     *
     * @throws IOException naming {@code root}, if it can't be written to
     */
    public static ObjectStore open(Path root) throws IOException {
        ObjectStore store = new ObjectStore(root);
        try {
            Files.createDirectories(store.incoming);
            Files.createDirectories(store.quarantine);
            store.removeStale();
        } catch (IOException e) {
            throw new IOException("the object root " + root + " can't be used: " + e, e);
        }
        return store;
    }

    private void removeStale() throws IOException {
        List<Path> stale;
        try (Stream<Path> files = Files.list(incoming)) {
            stale = files.toList();
        }
        for (Path file : stale) {
            Files.delete(file);
        }
    }

    /** Where the object's file is or would be. */
    public Path path(ObjectKey key) {
        return root.resolve(key.owner().toString()).resolve(key.objectId().toString());
    }

    /**
     * Whether the object stands here already, so that it needs no fetching. Reads the whole file if its size is right.
     *
     * @param sizeBytes length the object has by its metadata
     */
    public boolean holds(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        Path file = path(key);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != sizeBytes) {
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
     * @param sizeBytes exact length of the object, at least 0
     */
    public IncomingObject begin(ObjectKey key, long sizeBytes, ContentMd5 md5) throws IOException {
        Path part = incoming.resolve(key.owner() + "." + key.objectId() + "." + UUID.randomUUID() + ".part");
        return new IncomingObject(this, key, part, sizeBytes, md5);
    }

    /** Gives a verified and forced file its final name, durably. */
    void publish(Path part, ObjectKey key) throws IOException {
        Path file = path(key);
        Path owner = root.resolve(key.owner().toString());
        if (!Files.isDirectory(owner, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(owner);
            forceDirectory(root);
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Path aside = quarantine.resolve(key.owner() + "." + key.objectId() + "." + UUID.randomUUID());
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
            forceDirectory(quarantine);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory(owner);
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has MD5", e);
        }
    }
}
