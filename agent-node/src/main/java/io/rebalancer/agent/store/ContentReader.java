package io.rebalancer.agent.store;

import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/**
 * Reads files from their first to their last byte, from the device and not from the page cache if the file system can do so.
 *
 * <p>The object's lock is held while the file is opened, and again when it is read: a file that lost its name meanwhile is not
 * reported as the object's. In between, copies of the object can be published, because a file is never changed in place.
 *
 * <p>A file may be read in several parts. The reader remembers the digest of one file that is not read to its end; of a file that was
 * replaced or changed since, it begins again. For one thread at a time.
 */
public final class ContentReader {
    private final ObjectDirectories directories;
    private final KeyLocks locks;
    private final DeviceReader deviceReader;
    private final DiskOperations disk;
    private Optional<Partial> partial = Optional.empty();

    /** Delays reads to keep them below a rate. */
    @FunctionalInterface
    public interface Pace {
        /** Returns when bytes may be read. */
        void await(int bytes) throws InterruptedIOException;
    }

    private record Opened(FileChannel channel, FileFacts facts) {}

    /** A file that is read up to a position. */
    private record Partial(CopyKey copy, FileFacts facts, MessageDigest digest, long position) {}

    ContentReader(ObjectDirectories directories, KeyLocks locks, DeviceReader deviceReader, DiskOperations disk) {
        this.directories = directories;
        this.locks = locks;
        this.deviceReader = deviceReader;
        this.disk = disk;
    }

    /**
     * Reads a file, or continues with the file of the call before. A file that can't be read as a whole is a fault of the result.
     *
     * @param mostBytes bytes to read in this call, roughly; above 0
     * @throws InterruptedIOException if the thread was interrupted
     */
    public ContentFacts read(CopyKey copy, long mostBytes, Pace pace) throws InterruptedIOException {
        ObjectKey key = new ObjectKey(copy.owner(), copy.objectId());
        try {
            Opened opened = open(key);
            try (FileChannel channel = opened.channel()) {
                Partial before = partialOf(copy, opened.facts());
                // If this read fails, its digest has an unknown part of the file.
                partial = Optional.empty();
                long size = opened.facts().sizeBytes();
                long upTo = Math.min(size, before.position() + mostBytes);
                long position = deviceReader.read(channel, before.digest(), before.position(), upTo, pace);
                requireSame(key, opened.facts());
                if (position < size) {
                    partial = Optional.of(new Partial(copy, opened.facts(), before.digest(), position));
                    return ContentFacts.inProgress(copy, position);
                }
                String md5 = Base64.getEncoder().encodeToString(before.digest().digest());
                return new ContentFacts(copy, size, Optional.of(new ContentMd5(md5)), "");
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (ClosedByInterruptException e) {
            throw new InterruptedIOException("interrupted while " + key.relativePath() + " was read");
        } catch (IOException e) {
            return new ContentFacts(copy, 0, Optional.empty(), OneLine.of(e));
        }
    }

    private Partial partialOf(CopyKey copy, FileFacts facts) {
        return partial.filter(each -> each.copy().equals(copy) && isSame(each.facts(), facts))
                .orElseGet(() -> new Partial(copy, facts, ContentVerifier.newDigest(), 0));
    }

    private Opened open(ObjectKey key) throws IOException {
        try (KeyLocks.Held held = locks.lock(key)) {
            FileFacts before = facts(key);
            Path file = directories.path(key);
            Opened opened = open(file, before);
            boolean same = false;
            try {
                same = facts(key).equals(before);
            } finally {
                if (!same) {
                    opened.channel().close();
                }
            }
            if (!same) {
                throw changed(key);
            }
            return opened;
        }
    }

    private Opened open(Path file, FileFacts facts) throws IOException {
        try {
            return new Opened(disk.openDirect(file), facts);
        } catch (IOException | UnsupportedOperationException e) {
            // A file system without direct reads refuses them; one that can't read the file at all fails again.
            return new Opened(FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS), facts);
        }
    }

    private FileFacts facts(ObjectKey key) throws IOException {
        try (DirectoryChain chain = directories.find(key)) {
            if (chain.last().isEmpty()) {
                throw new IOException("no file " + key.relativePath());
            }
            FileFacts facts = disk.facts(chain.last().get().path().resolve(ObjectLayout.fileName(key)));
            if (!facts.isRegularFile()) {
                throw new IOException(key.relativePath() + " is not a regular file");
            }
            return facts;
        } catch (NoSuchFileException e) {
            throw new IOException("no file " + key.relativePath(), e);
        }
    }

    /** The number of names and the mode may have changed; the content has not. */
    private void requireSame(ObjectKey key, FileFacts read) throws IOException {
        try (KeyLocks.Held held = locks.lock(key)) {
            if (!isSame(facts(key), read)) {
                throw changed(key);
            }
        }
    }

    private static boolean isSame(FileFacts now, FileFacts read) {
        return now.fileKey().equals(read.fileKey())
                && now.sizeBytes() == read.sizeBytes()
                && now.modifiedMillis() == read.modifiedMillis();
    }

    private static IOException changed(ObjectKey key) {
        return new IOException(key.relativePath() + " was replaced or changed while it was read");
    }
}
