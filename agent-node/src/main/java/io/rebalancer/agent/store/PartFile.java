package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The temporary file of an object while it is written. For one thread at a time.
 *
 * <p>After a failed force, a second force may succeed although nothing was written. So a part whose force failed is
 * doubtful: it is neither resumed nor published.
 */
final class PartFile {
    private static final int BUFFER_BYTES = 1 << 16;

    private final DiskOperations disk;
    private final SafeDirectory directory;
    private final String name;
    private final FileChannel channel;
    private final Durability durability;
    private final Runnable release;

    /** Empty if the name is random, so that no later process finds the part. */
    private final Optional<CheckpointFile> checkpoint;

    private long forcedBytes;
    private boolean doubtful;

    /** @param release releases the name when the part is closed */
    PartFile(
            DiskOperations disk,
            SafeDirectory directory,
            String name,
            FileChannel channel,
            Durability durability,
            Optional<CheckpointFile> checkpoint,
            Runnable release) {
        this.disk = disk;
        this.directory = directory;
        this.name = name;
        this.channel = channel;
        this.durability = durability;
        this.checkpoint = checkpoint;
        this.release = release;
    }

    SafeDirectory directory() {
        return directory;
    }

    String name() {
        return name;
    }

    Path path() {
        return directory.path().resolve(name);
    }

    /** Whether a later process can find the part. */
    boolean canHaveCheckpoint() {
        return checkpoint.isPresent();
    }

    /** Whether a later process can resume the part at a checkpoint. */
    boolean hasCheckpoint() {
        return !doubtful && checkpoint.map(CheckpointFile::exists).orElse(false);
    }

    /** The length that is forced to disk. */
    long forcedBytes() {
        return forcedBytes;
    }

    /** Stores the note of the complete content with the file. */
    void writeNote(FileNote note) throws IOException {
        Path path = path();
        disk.writeNote(path, () -> NoteAttribute.write(path, note));
    }

    /** Writes all of {@code bytes} at the end of the part. */
    void write(ByteBuffer bytes) throws IOException {
        requireNotDoubtful();
        disk.write(channel, bytes);
    }

    /**
     * Forces the part to disk.
     *
     * @param lengthBytes current length of the part
     */
    void force(long lengthBytes) throws IOException {
        requireNotDoubtful();
        if (durability != Durability.OS) {
            forceChannel();
        }
        forcedBytes = lengthBytes;
    }

    private void forceChannel() throws IOException {
        try {
            disk.force(channel);
        } catch (ClosedByInterruptException e) {
            // Nothing is known of this force. The part is closed, and what earlier forces stored is not affected.
            throw e;
        } catch (IOException e) {
            doubtful = true;
            throw e;
        }
    }

    private void requireNotDoubtful() throws IOException {
        if (doubtful) {
            throw new IOException(path() + " could not be flushed, so it is not used any more; check the disk");
        }
    }

    void store(Checkpoint newCheckpoint) {
        checkpoint.ifPresent(file -> file.store(newCheckpoint));
    }

    /** Cuts the part off after its first {@code lengthBytes} bytes, which are forced. */
    void truncateToForced(long lengthBytes) throws IOException {
        disk.truncate(channel, lengthBytes);
        forcedBytes = lengthBytes;
    }

    /** Reads the part from its start to its end. */
    void read(Consumer<ByteBuffer> reader) throws IOException {
        channel.position(0);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (disk.read(channel, buffer) >= 0) {
            reader.accept(buffer.flip());
            buffer.clear();
        }
    }

    /** Removes all bytes and the checkpoint. */
    void restart() throws IOException {
        requireNotDoubtful();
        deleteCheckpoint();
        disk.truncate(channel, 0);
        forcedBytes = 0;
    }

    private void deleteCheckpoint() throws IOException {
        if (checkpoint.isPresent()) {
            checkpoint.get().delete();
        }
    }

    /** Closes the part and keeps it with its checkpoint. */
    void suspend() throws IOException {
        try {
            channel.close();
        } finally {
            release.run();
        }
    }

    /** Closes the part after its file has moved away. */
    void closePublished() throws IOException {
        try {
            channel.close();
            deleteCheckpoint();
        } finally {
            release.run();
        }
    }

    /** Closes and removes the part with its checkpoint. */
    void delete() throws IOException {
        try {
            channel.close();
        } finally {
            try {
                deleteCheckpoint();
            } finally {
                try {
                    Files.deleteIfExists(path());
                } finally {
                    release.run();
                }
            }
        }
    }
}
