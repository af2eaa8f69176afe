package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.agent.store.WatchedDisk.Step;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that fails while an object is suspended or resumed: never wrong bytes, and a later attempt succeeds. */
@Tag("slow")
class PartFaultTest extends StoreFixture<FaultyDisk> {
    private static final int CHECKPOINT = (int) IncomingObject.CHECKPOINT_BYTES;
    private static final int MIB = LargeObject.MIB;

    PartFaultTest() {
        super(new FaultyDisk());
    }

    private void suspendPart() throws Exception {
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, CHECKPOINT);
        object.suspend();
    }

    static Stream<Arguments> stepsOfACheckpoint() {
        return Stream.of(Step.WRITE_CHECKPOINT, Step.RENAME_CHECKPOINT, Step.FORCE_PART_DIRECTORY)
                .flatMap(step -> Stream.of(Arguments.of(step, false), Arguments.of(step, true)));
    }

    /** A copy does not need its checkpoint, only a later copy does. */
    @ParameterizedTest
    @MethodSource("stepsOfACheckpoint")
    void aCopyContinuesWithoutItsCheckpoint(Step step, boolean forEver) throws Exception {
        disk.fail(forEver, step);
        IncomingObject object = LargeObject.begin(store);
        LargeObject.finish(store, object);
        disk.repair();
        assertStoredAndClean();
    }

    @ParameterizedTest
    @MethodSource("stepsOfACheckpoint")
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
        reopenOn(root, Durability.FLUSHED, other);
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
        InterruptingDisk interrupting = new InterruptingDisk(step);
        reopenOn(root, Durability.FLUSHED, interrupting);
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

    private static final class InterruptingDisk extends WatchedDisk {
        private final Step step;
        private boolean armed;

        InterruptingDisk(Step step) {
            this.step = step;
        }

        @Override
        void before(Step now) {
            if (armed && now == step) {
                Thread.currentThread().interrupt();
            }
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
