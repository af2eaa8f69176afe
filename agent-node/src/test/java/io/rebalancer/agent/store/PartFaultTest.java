package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that fails while an object is suspended or resumed: never wrong bytes, and a later attempt succeeds. */
class PartFaultTest {
    private static final int CHECKPOINT = (int) IncomingObject.CHECKPOINT_BYTES;
    private static final int MIB = LargeObject.MIB;

    @TempDir
    private Path root;

    private final FaultyDisk disk = new FaultyDisk();
    private ObjectStore store;

    /** The disk operations that only large or resumed objects need. */
    enum Step {
        FORCE,
        WRITE,
        WRITE_CHECKPOINT,
        RENAME_CHECKPOINT,
        FORCE_PART_DIRECTORY,
        READ_CHECKPOINT,
        REOPEN,
        TRUNCATE,
        READ
    }

    private static class FaultyDisk extends DiskOperations {
        private Set<Step> steps = EnumSet.noneOf(Step.class);
        private int maxFailures;
        private int failed;

        private void fail(boolean forEver, Step first, Step... others) {
            steps = EnumSet.of(first, others);
            maxFailures = forEver ? Integer.MAX_VALUE : 1;
            failed = 0;
        }

        private void repair() {
            assertThat(failed).as("the fault was reached").isPositive();
            maxFailures = 0;
        }

        private void at(Step step) throws IOException {
            if (steps.contains(step) && failed < maxFailures) {
                failed++;
                throw new IOException("Input/output error");
            }
        }

        @Override
        protected void force(FileChannel file) throws IOException {
            at(Step.FORCE);
            super.force(file);
        }

        @Override
        protected void write(FileChannel file, ByteBuffer bytes) throws IOException {
            if (steps.contains(Step.WRITE) && failed < maxFailures) {
                super.write(file, bytes.duplicate().limit(bytes.position() + bytes.remaining() / 2));
            }
            at(Step.WRITE);
            super.write(file, bytes);
        }

        @Override
        protected void writeCheckpoint(Path file, ByteBuffer text) throws IOException {
            if (steps.contains(Step.WRITE_CHECKPOINT) && failed < maxFailures) {
                super.writeCheckpoint(file, text.duplicate().limit(text.limit() / 2));
            }
            at(Step.WRITE_CHECKPOINT);
            super.writeCheckpoint(file, text);
        }

        @Override
        protected void rename(Path to, Work rename) throws IOException {
            if (to.toString().endsWith(".checkpoint")) {
                at(Step.RENAME_CHECKPOINT);
            }
            super.rename(to, rename);
        }

        @Override
        protected void forceDirectory(Path directory, Work force) throws IOException {
            if (directory.toString().contains("incoming")) {
                at(Step.FORCE_PART_DIRECTORY);
            }
            super.forceDirectory(directory, force);
        }

        @Override
        protected String readCheckpoint(Path file) throws IOException {
            at(Step.READ_CHECKPOINT);
            return super.readCheckpoint(file);
        }

        @Override
        protected FileChannel reopen(Path file) throws IOException {
            at(Step.REOPEN);
            return super.reopen(file);
        }

        @Override
        protected void truncate(FileChannel file, long lengthBytes) throws IOException {
            at(Step.TRUNCATE);
            super.truncate(file, lengthBytes);
        }

        @Override
        protected int read(FileChannel file, ByteBuffer buffer) throws IOException {
            at(Step.READ);
            return super.read(file, buffer);
        }
    }

    @BeforeEach
    void open() throws IOException {
        store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, disk);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private void reopen() throws IOException {
        store.close();
        open();
    }

    private void suspendPart() throws Exception {
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, CHECKPOINT);
        object.suspend();
    }

    private void assertStoredAndClean() throws Exception {
        assertThat(LargeObject.isStored(store)).isTrue();
        assertThat(TemporaryFiles.of(root)).isEmpty();
        assertThat(store.space().reservedBytes()).isZero();
    }

    /** A copy does not need its checkpoint, only a later copy does. */
    @ParameterizedTest
    @CsvSource({
        "WRITE_CHECKPOINT,false",
        "WRITE_CHECKPOINT,true",
        "RENAME_CHECKPOINT,false",
        "RENAME_CHECKPOINT,true",
        "FORCE_PART_DIRECTORY,false",
        "FORCE_PART_DIRECTORY,true"
    })
    void aCopyContinuesWithoutItsCheckpoint(Step step, boolean forEver) throws Exception {
        disk.fail(forEver, step);
        IncomingObject object = LargeObject.begin(store);
        LargeObject.finish(store, object);
        disk.repair();
        assertStoredAndClean();
    }

    @ParameterizedTest
    @CsvSource({
        "WRITE_CHECKPOINT,false",
        "WRITE_CHECKPOINT,true",
        "RENAME_CHECKPOINT,false",
        "RENAME_CHECKPOINT,true",
        "FORCE_PART_DIRECTORY,false",
        "FORCE_PART_DIRECTORY,true"
    })
    void aCopyWhoseCheckpointFailedResumesAtAnEarlierLength(Step step, boolean forEver) throws Exception {
        disk.fail(forEver, step);
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, CHECKPOINT + MIB);
        object.suspend();
        disk.repair();
        reopen();
        IncomingObject resumed = LargeObject.begin(store);
        boolean kept = !forEver || step == Step.FORCE_PART_DIRECTORY;
        assertThat(resumed.writtenBytes()).isEqualTo(kept ? CHECKPOINT + MIB : 0);
        LargeObject.finish(store, resumed);
        assertStoredAndClean();
    }

    /** A later force may succeed without storing the bytes, so nothing of the part is used. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPartThatCouldNotBeForcedIsNotUsedAgain(boolean forEver) throws Exception {
        IncomingObject object = LargeObject.begin(store);
        disk.fail(forEver, Step.FORCE);
        assertThatThrownBy(() -> LargeObject.writeTo(object, LargeObject.SIZE))
                .hasMessageContaining("Input/output error");
        assertThatThrownBy(() -> LargeObject.writeTo(object, LargeObject.SIZE))
                .hasMessageContaining("could not be flushed");
        assertThatThrownBy(object::restart).hasMessageContaining("could not be flushed");
        object.suspend();
        assertThat(TemporaryFiles.of(root)).isEmpty();
        if (forEver) {
            assertThatThrownBy(() -> LargeObject.finish(store, LargeObject.begin(store)))
                    .hasMessageContaining("Input/output error");
            assertThat(LargeObject.isStored(store)).isFalse();
        }
        disk.repair();
        LargeObject.finish(store, LargeObject.begin(store));
        assertStoredAndClean();
    }

    /** The part has a checkpoint, but the force of the bytes after it fails: at the end, or when it is suspended. */
    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void aPartWhoseLastForceFailedIsNotUsedAgain(boolean suspend, boolean forEver) throws Exception {
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, CHECKPOINT + MIB);
        assertThat(TemporaryFiles.of(root)).hasSize(2);
        disk.fail(forEver, Step.FORCE);
        if (suspend) {
            assertThatThrownBy(object::suspend).hasMessageContaining("Input/output error");
        } else {
            assertThatThrownBy(() -> LargeObject.finish(store, object)).hasMessageContaining("Input/output error");
            assertThatThrownBy(() -> store.publish(object)).isInstanceOf(IllegalStateException.class);
        }
        disk.repair();
        assertThat(TemporaryFiles.of(root)).isEmpty();
        IncomingObject second = LargeObject.begin(store);
        assertThat(second.writtenBytes()).isZero();
        LargeObject.finish(store, second);
        assertStoredAndClean();
    }

    /** The part has some bytes of the failed write. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPartWhoseWriteFailedResumesAtItsCheckpoint(boolean forEver) throws Exception {
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, CHECKPOINT + MIB);
        disk.fail(forEver, Step.WRITE);
        assertThatThrownBy(() -> LargeObject.writeTo(object, LargeObject.SIZE))
                .hasMessageContaining("Input/output error");
        assertThatThrownBy(() -> LargeObject.writeTo(object, LargeObject.SIZE))
                .hasMessageContaining("can't be continued after a failure");
        object.suspend();
        if (forEver) {
            IncomingObject second = LargeObject.begin(store);
            assertThatThrownBy(() -> LargeObject.writeTo(second, LargeObject.SIZE))
                    .hasMessageContaining("Input/output error");
            second.suspend();
        }
        disk.repair();
        IncomingObject resumed = LargeObject.begin(store);
        assertThat(resumed.writtenBytes()).isEqualTo(CHECKPOINT);
        LargeObject.finish(store, resumed);
        assertStoredAndClean();
    }

    /** A restart truncates the part, so the bytes of a failed write are gone. */
    @ParameterizedTest
    @ValueSource(ints = {1, CHECKPOINT + 1})
    void anObjectWhoseWriteFailedCanRestart(int length) throws Exception {
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, length);
        disk.fail(false, Step.WRITE);
        assertThatThrownBy(() -> LargeObject.writeTo(object, LargeObject.SIZE))
                .hasMessageContaining("Input/output error");
        disk.repair();
        object.restart();
        LargeObject.finish(store, object);
        assertStoredAndClean();
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"READ_CHECKPOINT", "REOPEN", "TRUNCATE", "READ"})
    void aPartThatCanNotBeResumedOnceBeginsAtTheStart(Step step) throws Exception {
        suspendPart();
        disk.fail(false, step);
        IncomingObject object = LargeObject.begin(store);
        disk.repair();
        assertThat(object.writtenBytes()).isZero();
        LargeObject.finish(store, object);
        assertStoredAndClean();
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"READ_CHECKPOINT", "REOPEN", "TRUNCATE", "READ"})
    void partsThatCanNeverBeResumedBeginAtTheStart(Step step) throws Exception {
        suspendPart();
        disk.fail(true, step);
        for (int attempt = 0; attempt < 2; attempt++) {
            IncomingObject object = LargeObject.begin(store);
            assertThat(object.writtenBytes()).isZero();
            LargeObject.writeTo(object, CHECKPOINT);
            object.suspend();
        }
        LargeObject.finish(store, LargeObject.begin(store));
        disk.repair();
        assertStoredAndClean();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPartWhoseBytesCanBeNeitherReadNorRemovedFailsTheCopy(boolean forEver) throws Exception {
        suspendPart();
        store.close();
        FaultyDisk other = new FaultyDisk() {
            private int truncations;

            @Override
            protected void truncate(FileChannel file, long lengthBytes) throws IOException {
                if (lengthBytes == 0 && (forEver || truncations++ == 0)) {
                    throw new IOException("Read-only file system");
                }
                super.truncate(file, lengthBytes);
            }
        };
        other.fail(true, Step.READ);
        store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, other);
        assertThatThrownBy(() -> LargeObject.begin(store)).hasMessageContaining("Read-only file system");
        assertThat(TemporaryFiles.of(root)).isEmpty();
        LargeObject.finish(store, LargeObject.begin(store));
        assertStoredAndClean();
    }

    /** An interrupt in mid operation ends the attempt, but it is no fault of the bytes that were forced before. */
    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"FORCE", "READ", "READ_CHECKPOINT"})
    void anInterruptKeepsThePart(Step step) throws Exception {
        suspendPart();
        store.close();
        InterruptingDisk interrupting = new InterruptingDisk(step);
        store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, interrupting);
        interrupting.armed = true;
        assertThatThrownBy(() -> {
                    IncomingObject object = LargeObject.begin(store);
                    LargeObject.writeTo(object, LargeObject.SIZE - 1);
                    object.suspend();
                })
                .isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        interrupting.armed = false;
        IncomingObject resumed = LargeObject.begin(store);
        assertThat(resumed.writtenBytes()).isEqualTo(CHECKPOINT);
        LargeObject.finish(store, resumed);
        assertStoredAndClean();
    }

    private static final class InterruptingDisk extends DiskOperations {
        private final Step step;
        private boolean armed;

        InterruptingDisk(Step step) {
            this.step = step;
        }

        private void at(Step now) {
            if (armed && now == step) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        protected void force(FileChannel file) throws IOException {
            at(Step.FORCE);
            super.force(file);
        }

        @Override
        protected int read(FileChannel file, ByteBuffer buffer) throws IOException {
            at(Step.READ);
            return super.read(file, buffer);
        }

        @Override
        protected String readCheckpoint(Path file) throws IOException {
            at(Step.READ_CHECKPOINT);
            return super.readCheckpoint(file);
        }
    }

    /** An unreadable checkpoint does not prevent the start. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUnreadableCheckpointIsRemovedAtTheStart(boolean forEver) throws Exception {
        suspendPart();
        disk.fail(forEver, Step.READ_CHECKPOINT);
        reopen();
        disk.repair();
        assertThat(store.resumableParts()).isZero();
        assertThat(TemporaryFiles.of(root)).isEmpty();
        LargeObject.finish(store, LargeObject.begin(store));
        assertStoredAndClean();
    }
}
