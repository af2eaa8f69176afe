package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.agent.store.WatchedDisk.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that continue after an interruption, and objects that must not. */
@Tag("slow")
class PartResumeTest extends StoreFixture<DiskOperations> {
    private static final int CHECKPOINT = (int) IncomingObject.CHECKPOINT_BYTES;
    private static final int MIB = LargeObject.MIB;
    private static final String TAG = "\"6560a1c2-4400000\"";

    PartResumeTest() {
        super(new DiskOperations());
    }

    /** Writes an object beyond its first checkpoint. */
    private IncomingObject writeBeyondCheckpoint(long sizeBytes, Optional<String> tag) throws Exception {
        IncomingObject object = store.begin(LargeObject.KEY, sizeBytes, LargeObject.MD5);
        object.setSource(OptionalLong.of(LargeObject.SIZE), tag);
        LargeObject.writeTo(object, CHECKPOINT + MIB);
        return object;
    }

    @ParameterizedTest
    @ValueSource(longs = {LargeObject.SIZE, ObjectStore.UNKNOWN_SIZE})
    void aSuspendedObjectContinuesWhereItWas(long sizeBytes) throws Exception {
        writeBeyondCheckpoint(sizeBytes, Optional.of(TAG)).suspend();
        reopen();
        assertThat(store.resumableParts()).isEqualTo(1);
        assertThat(store.removedPartFiles()).isZero();
        IncomingObject resumed = store.begin(LargeObject.KEY, sizeBytes, LargeObject.MD5);
        assertThat(resumed.writtenBytes()).isEqualTo(CHECKPOINT + MIB);
        assertThat(resumed.entityTag()).contains(TAG);
        assertThat(resumed.declaredBytes()).hasValue(LargeObject.SIZE);
        assertThat(store.space().reservedBytes()).isEqualTo(LargeObject.SIZE - CHECKPOINT - MIB);
        LargeObject.finish(store, resumed);
        assertStoredAndClean();
    }

    /** A crash leaves bytes after the checkpoint that were never forced. */
    @Test
    void bytesAfterTheCheckpointAreFetchedAgain(@TempDir Path crashed) throws Exception {
        try (IncomingObject object = writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty())) {
            Files.createDirectories(crashed.resolve(".rebalancer"));
            assertThat(new ProcessBuilder(
                                    "cp",
                                    "-r",
                                    root.resolve(".rebalancer/incoming").toString(),
                                    crashed.resolve(".rebalancer").toString())
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(object.writtenBytes()).isEqualTo(CHECKPOINT + MIB);
        }
        overwriteEnd(crashed);
        try (ObjectStore other = ObjectStore.open(crashed)) {
            IncomingObject resumed = LargeObject.begin(other);
            assertThat(resumed.writtenBytes()).isEqualTo(CHECKPOINT);
            LargeObject.finish(other, resumed);
            assertThat(LargeObject.isStored(other)).isTrue();
        }
    }

    private static void overwriteEnd(Path root) throws IOException {
        Path part = TemporaryFiles.of(root).stream()
                .filter(file -> file.toString().endsWith(".part"))
                .findFirst()
                .orElseThrow();
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(MIB), CHECKPOINT);
        }
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void everyDurabilityResumes(Durability durability, @TempDir Path other) throws Exception {
        try (ObjectStore durable = ObjectStore.open(other, durability, SpaceGuard.Bounds.NONE)) {
            IncomingObject object = LargeObject.begin(durable);
            LargeObject.writeTo(object, CHECKPOINT);
            object.suspend();
            IncomingObject resumed = LargeObject.begin(durable);
            assertThat(resumed.writtenBytes()).isEqualTo(CHECKPOINT);
            LargeObject.finish(durable, resumed);
            assertThat(LargeObject.isStored(durable)).isTrue();
        }
    }

    /** Small objects must not pay for large ones. */
    @Test
    void aShortObjectCostsNoMoreDiskOperationsThanItsBytes(@TempDir Path other) throws Exception {
        RecordingDisk recording = new RecordingDisk();
        try (ObjectStore recorded = open(other, Durability.FLUSHED, recording)) {
            byte[] bytes = StoreUntilKilled.content(1);
            recording.steps.clear();
            try (IncomingObject object =
                    recorded.begin(StoreUntilKilled.key(1), bytes.length, StoreUntilKilled.md5(bytes))) {
                object.write(ByteBuffer.wrap(bytes));
                object.verify(LargeObject.ASSIGNMENT, 0);
                recorded.publish(object);
            }
        }
        assertThat(recording.steps)
                .containsExactly(
                        Step.CREATE,
                        Step.WRITE,
                        Step.NOTE,
                        Step.FORCE,
                        Step.FORCE_DIRECTORY,
                        Step.RENAME,
                        Step.FORCE_DIRECTORY);
    }

    private static final class RecordingDisk extends WatchedDisk {
        private final List<Step> steps = new ArrayList<>();

        @Override
        void before(Step step) {
            steps.add(step);
        }
    }

    @Test
    void aShortObjectIsNotKept() throws Exception {
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, CHECKPOINT - 1);
        assertThat(TemporaryFiles.of(root)).hasSize(1);
        object.suspend();
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    @Test
    void anObjectOfUnknownLengthIsNotKept() throws Exception {
        IncomingObject object = store.begin(LargeObject.KEY, ObjectStore.UNKNOWN_SIZE, LargeObject.MD5);
        object.setSource(OptionalLong.empty(), Optional.of(TAG));
        assertThat(object.declaredBytes()).isEmpty();
        LargeObject.writeTo(object, CHECKPOINT + MIB);
        object.suspend();
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    @Test
    void theLengthOfTheAnswerIsEnforced() throws Exception {
        try (IncomingObject object = store.begin(LargeObject.KEY, ObjectStore.UNKNOWN_SIZE, LargeObject.MD5)) {
            object.setSource(OptionalLong.of(10), Optional.empty());
            assertThatThrownBy(() -> object.write(ByteBuffer.allocate(11)))
                    .isInstanceOf(ObjectRejected.class)
                    .hasMessageContaining("more than 10 bytes, not 10");
            object.setSource(OptionalLong.of(20), Optional.empty());
            object.write(ByteBuffer.allocate(19));
            assertThatThrownBy(() -> object.verify(LargeObject.ASSIGNMENT, 0))
                    .isInstanceOf(ObjectRejected.class)
                    .hasMessageContaining("received 19 bytes, not 20");
            object.restart();
            assertThat(object.declaredBytes()).isEmpty();
        }
        try (IncomingObject object = LargeObject.begin(store)) {
            object.setSource(OptionalLong.of(10), Optional.empty());
            assertThat(object.declaredBytes()).as("the order's length").hasValue(LargeObject.SIZE);
        }
    }

    @Test
    void theSpaceOfTheAnswersLengthIsReserved() throws Exception {
        try (IncomingObject object = store.begin(LargeObject.KEY, ObjectStore.UNKNOWN_SIZE, LargeObject.MD5)) {
            object.setSource(OptionalLong.of(1000), Optional.empty());
            assertThat(store.space().reservedBytes()).isEqualTo(1000);
            assertThatThrownBy(() -> object.setSource(OptionalLong.of(Long.MAX_VALUE / 2), Optional.empty()))
                    .isInstanceOf(OutOfSpace.class);
            object.restart();
            assertThat(store.space().reservedBytes()).isZero();
        }
    }

    /** A weak tag names an equivalent object, not the same bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"W/\"1\"", "", "\"a\nforced=1\"", "\"\u00e4\""})
    void aTagThatDoesNotIdentifyTheBytesIsNotKept(String tag) throws Exception {
        try (IncomingObject object = LargeObject.begin(store)) {
            object.setSource(OptionalLong.empty(), Optional.of(tag));
            assertThat(object.entityTag()).isEmpty();
        }
    }

    @Test
    void aSourceCanNotBeSetInMidObject() throws Exception {
        try (IncomingObject object = LargeObject.begin(store)) {
            object.setSource(OptionalLong.empty(), Optional.of(TAG));
            LargeObject.writeTo(object, 1);
            assertThatThrownBy(() -> object.setSource(OptionalLong.empty(), Optional.of(TAG)))
                    .isInstanceOf(IllegalStateException.class);
            object.restart();
            assertThat(object.entityTag()).isEmpty();
            object.setSource(OptionalLong.empty(), Optional.of(TAG));
        }
    }

    @Test
    void otherContentOrAnotherLengthBeginsAtTheStart() throws Exception {
        writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty()).suspend();
        try (IncomingObject other =
                store.begin(LargeObject.KEY, LargeObject.SIZE, ContentVerifier.md5(new byte[] {1}))) {
            assertThat(other.writtenBytes()).isZero();
        }
        try (IncomingObject other = store.begin(LargeObject.KEY, LargeObject.SIZE + 1, LargeObject.MD5)) {
            assertThat(other.writtenBytes()).isZero();
        }
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "end\n",
                "rebalancer-part 2\nend\n",
                "rebalancer-part 1\nend\n",
                "TEXT-WITHOUT-END",
                "NO-LENGTH",
                "MORE-THAN-THE-OBJECT",
                "MORE-THAN-THE-PART"
            })
    void aDamagedCheckpointBeginsAtTheStart(String damage) throws Exception {
        writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty()).suspend();
        Path file = checkpoint();
        String text = Files.readString(file);
        String forced = "forced=" + (CHECKPOINT + MIB);
        assertThat(text).contains(forced);
        String damaged = switch (damage) {
            case "TEXT-WITHOUT-END" -> text.substring(0, text.length() - 2);
            case "NO-LENGTH" -> text.replace("length=", "longth=");
            case "MORE-THAN-THE-OBJECT" -> text.replace(forced, "forced=" + (LargeObject.SIZE + 1));
            case "MORE-THAN-THE-PART" -> text.replace(forced, "forced=" + (CHECKPOINT + MIB + 1));
            default -> damage;
        };
        Files.writeString(file, damaged);
        IncomingObject object = LargeObject.begin(store);
        assertThat(object.writtenBytes()).isZero();
        LargeObject.finish(store, object);
        assertThat(LargeObject.isStored(store)).isTrue();
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    private Path checkpoint() {
        return TemporaryFiles.of(root).stream()
                .filter(file -> file.toString().endsWith(".checkpoint"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void partsAreRemovedWhenTheyAreTooOld() throws Exception {
        writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty()).suspend();
        Duration maxAge = PartLimits.DEFAULT.maxAge();
        age(maxAge.minusHours(1));
        reopen();
        assertThat(store.resumableParts()).isEqualTo(1);
        age(maxAge.plusHours(1));
        assertThat(store.removeExpiredParts()).isEqualTo(2);
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    private void age(Duration age) throws IOException {
        Files.setLastModifiedTime(checkpoint(), FileTime.from(Instant.now().minus(age)));
    }

    @Test
    void partsThatAreWrittenAreNotRemoved() throws Exception {
        try (IncomingObject large = writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty());
                IncomingObject small = store.begin(StoreUntilKilled.key(1), 1, LargeObject.MD5)) {
            age(PartLimits.DEFAULT.maxAge().plusHours(1));
            assertThat(store.removeExpiredParts()).isZero();
            assertThat(TemporaryFiles.of(root)).hasSize(3);
            assertThat(small.writtenBytes()).isZero();
            LargeObject.finish(store, large);
        }
    }

    @Test
    void filesWithoutTheirPartnerAreRemovedAtTheStart() throws Exception {
        writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty()).suspend();
        Path file = checkpoint();
        Files.copy(file, file.resolveSibling("other.part.checkpoint"));
        Files.copy(file, file.resolveSibling("other.part.checkpoint.new"));
        Files.writeString(file.resolveSibling("alone.part"), "x");
        reopen();
        assertThat(store.removedPartFiles()).isEqualTo(3);
        assertThat(store.resumableParts()).isEqualTo(1);
        assertThat(TemporaryFiles.of(root)).hasSize(2);
    }

    /** The callers write an object once at a time. Should one fail to, no bytes are mixed. */
    @Test
    void twoObjectsOfOneKeyDoNotShareAPart() throws Exception {
        IncomingObject first = LargeObject.begin(store);
        IncomingObject second = LargeObject.begin(store);
        LargeObject.writeTo(first, CHECKPOINT + MIB);
        LargeObject.writeTo(second, CHECKPOINT);
        assertThat(TemporaryFiles.of(root)).hasSize(3);
        second.suspend();
        assertThat(TemporaryFiles.of(root)).hasSize(2);
        LargeObject.finish(store, first);
        assertThat(LargeObject.isStored(store)).isTrue();
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    @Test
    void wrongBytesAreNotKept() throws Exception {
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, LargeObject.SIZE - 1);
        object.write(ByteBuffer.allocate(1));
        assertThatThrownBy(() -> object.verify(LargeObject.ASSIGNMENT, 0)).isInstanceOf(ObjectRejected.class);
        object.suspend();
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    @Test
    void aRestartedObjectHasNoCheckpoint() throws Exception {
        IncomingObject object = writeBeyondCheckpoint(LargeObject.SIZE, Optional.of(TAG));
        assertThat(TemporaryFiles.of(root)).hasSize(2);
        object.restart();
        assertThat(TemporaryFiles.of(root)).hasSize(1);
        assertThat(object.writtenBytes()).isZero();
        assertThat(store.space().reservedBytes()).isEqualTo(LargeObject.SIZE);
        LargeObject.finish(store, object);
        assertThat(LargeObject.isStored(store)).isTrue();
    }

    /** So a source is never asked for a range without bytes, which it rejects. */
    @Test
    void aCompletePartLeavesOneByteToFetch() throws Exception {
        IncomingObject object = LargeObject.begin(store);
        LargeObject.writeTo(object, LargeObject.SIZE);
        object.verify(LargeObject.ASSIGNMENT, 0);
        object.suspend();
        IncomingObject resumed = LargeObject.begin(store);
        assertThat(resumed.writtenBytes()).isEqualTo(LargeObject.SIZE - 1);
        LargeObject.finish(store, resumed);
        assertThat(LargeObject.isStored(store)).isTrue();
    }

    @Test
    void aClosedObjectIsNotKeptAndAPublishedOneLeavesNoCheckpoint() throws Exception {
        writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty()).close();
        assertThat(TemporaryFiles.of(root)).isEmpty();
        IncomingObject object = writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty());
        LargeObject.writeTo(object, LargeObject.SIZE);
        object.verify(LargeObject.ASSIGNMENT, 0);
        store.publish(object);
        object.suspend();
        object.close();
        assertThat(TemporaryFiles.of(root)).isEmpty();
        assertThat(LargeObject.isStored(store)).isTrue();
    }

    /** An interrupt ends the work of a thread. It is no fault of the part. */
    @Test
    void anInterruptKeepsThePart() throws Exception {
        IncomingObject object = writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty());
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> LargeObject.writeTo(object, LargeObject.SIZE))
                .isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        object.suspend();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> LargeObject.begin(store)).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        IncomingObject resumed = LargeObject.begin(store);
        assertThat(resumed.writtenBytes()).isEqualTo(CHECKPOINT);
        LargeObject.finish(store, resumed);
        assertThat(LargeObject.isStored(store)).isTrue();
    }

    /** The rest does not fit now. It may fit later, so the part stays. */
    @Test
    void aPartStaysWhenThereIsNoSpaceForTheRest() throws Exception {
        writeBeyondCheckpoint(LargeObject.SIZE, Optional.empty()).suspend();
        store.space().setBounds(new SpaceGuard.Bounds(Long.MAX_VALUE / 2, 100));
        assertThatThrownBy(() -> LargeObject.begin(store)).isInstanceOf(OutOfSpace.class);
        store.space().setBounds(SpaceGuard.Bounds.NONE);
        try (IncomingObject resumed = LargeObject.begin(store)) {
            assertThat(resumed.writtenBytes()).isEqualTo(CHECKPOINT + MIB);
        }
        assertThat(store.space().reservedBytes()).isZero();
    }

    @Test
    void aBucketObjectsPartHasAValidName() throws Exception {
        ObjectKey key = new ObjectKey(
                LargeObject.KEY.owner(),
                LargeObject.KEY.objectId(),
                Optional.of(new ObjectKey.BucketLocation(new UUID(7, 8), "0123456789abcdef0123456789abcdef")));
        IncomingObject object = store.begin(key, LargeObject.SIZE, LargeObject.MD5);
        LargeObject.writeTo(object, CHECKPOINT);
        object.suspend();
        reopen();
        try (IncomingObject resumed = store.begin(key, LargeObject.SIZE, LargeObject.MD5)) {
            assertThat(resumed.writtenBytes()).isEqualTo(CHECKPOINT);
        }
    }
}
