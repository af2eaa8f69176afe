package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A disk that shows a test each operation before it is done. */
abstract class WatchedDisk extends DiskOperations {
    /** The operations. */
    enum Step {
        CREATE,
        WRITE,
        FORCE,
        NOTE,
        RENAME,
        FORCE_DIRECTORY,
        OPEN_DIRECT,
        WRITE_CHECKPOINT,
        RENAME_CHECKPOINT,
        FORCE_PART_DIRECTORY,
        READ_CHECKPOINT,
        REOPEN,
        TRUNCATE,
        READ
    }

    /** Called before each operation, which does not take place if this method fails. */
    abstract void before(Step step) throws IOException;

    /** Whether the first half of the bytes of a write takes effect before {@link #before} is called. */
    boolean leavesHalf(Step write) {
        return false;
    }

    private static ByteBuffer half(ByteBuffer bytes) {
        return bytes.duplicate().limit(bytes.position() + bytes.remaining() / 2);
    }

    @Override
    protected FileChannel create(Path file) throws IOException {
        before(Step.CREATE);
        return super.create(file);
    }

    @Override
    protected FileChannel reopen(Path file) throws IOException {
        before(Step.REOPEN);
        return super.reopen(file);
    }

    @Override
    protected int read(FileChannel file, ByteBuffer buffer) throws IOException {
        before(Step.READ);
        return super.read(file, buffer);
    }

    @Override
    protected void truncate(FileChannel file, long lengthBytes) throws IOException {
        before(Step.TRUNCATE);
        super.truncate(file, lengthBytes);
    }

    @Override
    protected String readCheckpoint(Path file) throws IOException {
        before(Step.READ_CHECKPOINT);
        return super.readCheckpoint(file);
    }

    @Override
    protected void writeCheckpoint(Path file, ByteBuffer text) throws IOException {
        if (leavesHalf(Step.WRITE_CHECKPOINT)) {
            super.writeCheckpoint(file, half(text));
        }
        before(Step.WRITE_CHECKPOINT);
        super.writeCheckpoint(file, text);
    }

    @Override
    protected FileChannel openDirect(Path file) throws IOException {
        before(Step.OPEN_DIRECT);
        return super.openDirect(file);
    }

    @Override
    protected void write(FileChannel file, ByteBuffer bytes) throws IOException {
        if (leavesHalf(Step.WRITE)) {
            super.write(file, half(bytes));
        }
        before(Step.WRITE);
        super.write(file, bytes);
    }

    @Override
    protected void force(FileChannel file) throws IOException {
        before(Step.FORCE);
        super.force(file);
    }

    @Override
    protected void writeNote(Path file, Work write) throws IOException {
        before(Step.NOTE);
        super.writeNote(file, write);
    }

    @Override
    protected void rename(Path to, Work rename) throws IOException {
        before(to.toString().endsWith(".checkpoint") ? Step.RENAME_CHECKPOINT : Step.RENAME);
        super.rename(to, rename);
    }

    @Override
    protected void forceDirectory(Path directory, Work force) throws IOException {
        before(directory.toString().contains("incoming") ? Step.FORCE_PART_DIRECTORY : Step.FORCE_DIRECTORY);
        super.forceDirectory(directory, force);
    }
}
