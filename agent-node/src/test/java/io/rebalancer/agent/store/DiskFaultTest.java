package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.agent.store.WatchedDisk.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that fails at one step: the object fails with the right exception, and no file of it is left. */
class DiskFaultTest extends StoreFixture<DiskFaultTest.CountingDisk> {
    private static final UUID ASSIGNMENT = new UUID(5, 5);
    private static final Set<Step> OF_EVERY_OBJECT = EnumSet.range(Step.CREATE, Step.FORCE_DIRECTORY);

    DiskFaultTest() {
        super(new CountingDisk());
    }

    private record Fault(Step step, String message) {
        @Override
        public String toString() {
            return step + " " + message;
        }
    }

    /** Counts the operations that succeed, and can show other bytes to direct reads than those of the file. */
    static final class CountingDisk extends FaultyDisk {
        private final List<Path> forcedDirectories = new CopyOnWriteArrayList<>();
        private int forcedFiles;
        private int renames;
        private int directReads;
        private @Nullable Path damaged;
        private int maxDamagedReads;

        @Override
        protected FileChannel openDirect(Path file) throws IOException {
            boolean shown = damaged != null && maxDamagedReads > 0;
            FileChannel channel = super.openDirect(shown && damaged != null ? damaged : file);
            directReads++;
            maxDamagedReads -= shown ? 1 : 0;
            return channel;
        }

        @Override
        protected void force(FileChannel file) throws IOException {
            super.force(file);
            forcedFiles++;
        }

        @Override
        protected void rename(Path to, Work rename) throws IOException {
            super.rename(to, rename);
            renames++;
        }

        @Override
        protected void forceDirectory(Path directory, Work force) throws IOException {
            super.forceDirectory(directory, force);
            forcedDirectories.add(directory);
        }
    }

    static List<Fault> faults() {
        List<Fault> all = new ArrayList<>();
        for (Step step : OF_EVERY_OBJECT) {
            all.add(new Fault(step, "No space left on device"));
            all.add(new Fault(step, "Disk quota exceeded"));
            all.add(new Fault(step, "Input/output error"));
            all.add(new Fault(step, "Read-only file system"));
        }
        return all;
    }

    private void put(long number) throws Exception {
        byte[] bytes = StoreUntilKilled.content(number);
        try (IncomingObject object =
                store.begin(StoreUntilKilled.key(number), bytes.length, StoreUntilKilled.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT, 0);
            store.publish(object);
        }
    }

    private boolean isStored(long number) throws Exception {
        byte[] bytes = StoreUntilKilled.content(number);
        return store.find(StoreUntilKilled.key(number), bytes.length, StoreUntilKilled.md5(bytes))
                .isPresent();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultAtAnyStepFailsTheObjectAndLeavesNoFile(Fault fault) throws Exception {
        disk.fail(fault.step(), fault.message());
        boolean full = fault.message().contains("space") || fault.message().contains("quota");
        assertThatThrownBy(() -> put(1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(fault.message())
                .satisfies(e -> assertThat(e instanceof OutOfSpace)
                        .as("distinguished from other faults")
                        .isEqualTo(full));
        assertThat(TemporaryFiles.of(root)).isEmpty();
        disk.repair();
        put(1);
        assertThat(isStored(1)).isTrue();
    }

    @Test
    void aFaultOfOneObjectDoesNotFailTheOthers() throws Exception {
        List<IncomingObject> group = group(0, 1, 2, 3, 4);
        // A directory has the name of the third object.
        assertThat(store.path(StoreUntilKilled.key(2)).toFile().mkdirs()).isTrue();
        Map<IncomingObject, IOException> failures = store.publish(group);
        assertThat(failures).containsOnlyKeys(group.get(2));
        assertThat(failures.get(group.get(2))).hasMessageContaining("is a directory where an object belongs");
        for (long number : List.of(0L, 1L, 3L, 4L)) {
            assertThat(isStored(number)).isTrue();
        }
        for (IncomingObject object : group) {
            object.close();
        }
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    /** The files of a group are forced at the same time, by several threads. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aForceThatFailsInAGroupFailsItsObjectAlone(boolean forEver) throws Exception {
        long[] numbers = LongStream.range(0, 40).toArray();
        List<IncomingObject> group = group(numbers);
        disk.fail(Step.FORCE, 7, forEver);
        Map<IncomingObject, IOException> failures = store.publish(group);
        assertThat(failures).hasSize(forEver ? numbers.length - 7 : 1);
        assertThat(failures.values()).allSatisfy(each -> assertThat(each).hasMessageContaining(FaultyDisk.IO_ERROR));
        disk.repair();
        for (int i = 0; i < numbers.length; i++) {
            IncomingObject object = group.get(i);
            assertThat(isStored(numbers[i])).isEqualTo(!failures.containsKey(object));
            object.close();
        }
        assertThat(TemporaryFiles.of(root)).isEmpty();
        for (int i = 0; i < numbers.length; i++) {
            if (failures.containsKey(group.get(i))) {
                put(numbers[i]);
            }
            assertThat(isStored(numbers[i])).isTrue();
        }
    }

    /** The second object must not rely on directory entries whose force failed for the first object. */
    @Test
    void parentsThatCouldNotBeForcedAreForcedAgainInTheSameGroup() throws Exception {
        List<IncomingObject> group = group(0, 5);
        disk.fail(false, Step.FORCE_DIRECTORY);
        assertThat(store.publish(group)).containsOnlyKeys(group.get(0));
        assertThat(disk.forcedDirectories)
                .containsExactly(root, store.path(StoreUntilKilled.key(5)).getParent());
        for (IncomingObject object : group) {
            object.close();
        }
        assertThat(isStored(5)).isTrue();
    }

    /**
     * The object has its name when the force of its directory fails. A force that succeeds later proves nothing, so the
     * object is not found until it is written and renamed again.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anObjectWhoseDirectoryCouldNotBeForcedIsStoredAgain(boolean forEver) throws Exception {
        disk.fail(Step.FORCE_DIRECTORY, 1, forEver);
        assertThatThrownBy(() -> put(1)).hasMessageContaining("Input/output error");
        assertThat(store.path(StoreUntilKilled.key(1))).exists();
        assertThat(isStored(1)).isFalse();
        if (forEver) {
            assertThatThrownBy(() -> put(1)).hasMessageContaining("Input/output error");
            assertThat(isStored(1)).isFalse();
            disk.repair();
        }
        int renames = disk.renames;
        put(1);
        assertThat(disk.renames).isEqualTo(renames + 1);
        assertThat(isStored(1)).isTrue();
        assertThat(root.resolve(".rebalancer/quarantine")).isEmptyDirectory();
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    /** The process that created the file may have crashed before it forced the file. */
    @Test
    void aFoundFileIsForcedWithItsDirectories() throws Exception {
        Path file = createFile(1);
        assertThat(isStored(1)).isTrue();
        assertThat(disk.forcedFiles).isEqualTo(1);
        assertThat(disk.forcedDirectories).containsExactly(root, file.getParent());
    }

    @ParameterizedTest
    @CsvSource({
        "FORCE,0,false",
        "FORCE,0,true",
        "FORCE_DIRECTORY,0,false",
        "FORCE_DIRECTORY,0,true",
        "FORCE_DIRECTORY,1,false",
        "FORCE_DIRECTORY,1,true"
    })
    void aFoundFileThatCouldNotBeForcedIsStoredAgain(Step step, int skipped, boolean forEver) throws Exception {
        createFile(1);
        disk.fail(step, skipped, forEver);
        assertThatThrownBy(() -> isStored(1)).hasMessageContaining("Input/output error");
        assertThat(isStored(1)).isFalse();
        if (forEver) {
            assertThatThrownBy(() -> put(1)).hasMessageContaining("Input/output error");
            assertThat(isStored(1)).isFalse();
            disk.repair();
        }
        put(1);
        assertThat(disk.renames).isEqualTo(1);
        assertThat(isStored(1)).isTrue();
        assertThat(root.resolve(".rebalancer/quarantine")).isEmptyDirectory();
    }

    /** Another process stores the object while it is fetched: its file has to be durable too. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileThatAppearsDuringACopyIsForced(boolean forEver) throws Exception {
        List<IncomingObject> group = group(1);
        createFile(1);
        disk.fail(Step.FORCE, 1, forEver);
        assertThat(store.publish(group)).containsOnlyKeys(group.get(0));
        group.get(0).close();
        assertThat(isStored(1)).isFalse();
    }

    @Test
    void tooManyDoubtfulFilesMakeAllFilesDoubtful() throws Exception {
        FileAccess.Access access = FileAccess.Access.of(Files.readAttributes(root, PosixFileAttributes.class));
        FileAccess unchanged = new FileAccess(access, access, access, access, disk);
        StoredFiles files = new StoredFiles(
                new ObjectDirectories(new ObjectLayout(root), disk, Durability.FLUSHED, unchanged),
                disk,
                Durability.FLUSHED);
        for (long number = 0; number < StoredFiles.MAX_DOUBTFUL; number++) {
            files.markDoubtful(StoreUntilKilled.key(number));
        }
        ObjectKey other = StoreUntilKilled.key(StoredFiles.MAX_DOUBTFUL);
        assertThat(files.isDoubtful(other)).isFalse();
        files.markDoubtful(other);
        files.markDurable(other);
        assertThat(files.isDoubtful(other)).isTrue();
        assertThat(files.isDoubtful(StoreUntilKilled.key(-1))).isTrue();
    }

    /** The page cache has the right bytes. Only a direct read finds the fault of the device. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readBackFindsOtherBytesOnTheDevice(boolean forEver, @TempDir Path other) throws Exception {
        reopenOn(other, Durability.READ_BACK, disk);
        disk.damaged = Files.write(root.resolve("damaged"), new byte[StoreUntilKilled.content(1).length]);
        disk.maxDamagedReads = forEver ? Integer.MAX_VALUE : 1;
        assertThatThrownBy(() -> put(1)).hasMessageContaining("the content read back differs");
        assertThat(isStored(1)).isFalse();
        if (forEver) {
            assertThatThrownBy(() -> put(1)).hasMessageContaining("the content read back differs");
        } else {
            put(1);
            assertThat(isStored(1)).isTrue();
        }
    }

    /** Sizes around the block size and the buffer size of direct reads. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 4095, 4096, 4097, 65535, 65536, 65537, 200_000})
    void readBackReadsEverySize(int size, @TempDir Path other) throws Exception {
        reopenOn(other, Durability.READ_BACK, disk);
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        try (IncomingObject object = store.begin(StoreUntilKilled.key(1), size, StoreUntilKilled.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT, 0);
            store.publish(object);
        }
        assertThat(store.path(StoreUntilKilled.key(1))).hasBinaryContent(bytes);
        assertThat(disk.directReads).as("one at the start, one for the object").isEqualTo(2);
    }

    @Test
    void readBackIsRejectedWithoutDirectReads(@TempDir Path other) throws Exception {
        disk.fail(Step.OPEN_DIRECT, 0, true);
        assertThatThrownBy(() -> open(other, Durability.READ_BACK, disk))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(other.toString())
                .hasMessageContaining("read-back needs reads that bypass the page cache")
                .hasMessageContaining("set durability = flushed");
        open(other, Durability.FLUSHED, disk).close();
    }

    /** The file of an object, as another process creates it. */
    private Path createFile(long number) throws IOException {
        Path file = store.path(StoreUntilKilled.key(number));
        Files.createDirectories(file.getParent());
        return Files.write(file, StoreUntilKilled.content(number));
    }

    /** A directory that another process removes and creates again has an entry that was never forced. */
    @Test
    void aDirectoryThatWasCreatedAgainIsForcedAgain() throws Exception {
        Path directory = store.path(StoreUntilKilled.key(1)).getParent();
        Files.createDirectories(directory);
        Files.setLastModifiedTime(root, FileTime.fromMillis(0));
        put(1);
        put(6);
        assertThat(disk.forcedDirectories)
                .as("the root is forced once, because it does not change")
                .containsExactly(root, directory, directory);
        Files.delete(store.path(StoreUntilKilled.key(1)));
        Files.delete(store.path(StoreUntilKilled.key(6)));
        Files.delete(directory);
        Files.createDirectory(directory);
        disk.forcedDirectories.clear();
        put(1);
        assertThat(disk.forcedDirectories).containsExactly(root, directory);
    }

    private List<IncomingObject> group(long... numbers) throws Exception {
        List<IncomingObject> group = new ArrayList<>();
        for (long number : numbers) {
            byte[] bytes = StoreUntilKilled.content(number);
            IncomingObject object =
                    store.begin(StoreUntilKilled.key(number), bytes.length, StoreUntilKilled.md5(bytes));
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT, 0);
            group.add(object);
        }
        return group;
    }

    @Test
    void anObjectThatWouldCrossABoundIsNotBegun() throws Exception {
        store.space().setBounds(new SpaceGuard.Bounds(Long.MAX_VALUE / 2, 100));
        assertThatThrownBy(() -> put(1)).isInstanceOf(OutOfSpace.class).hasMessageContaining("floor");
        store.space().setBounds(new SpaceGuard.Bounds(0, 1));
        assertThatThrownBy(() -> put(1)).isInstanceOf(OutOfSpace.class).hasMessageContaining("ceiling 1 %");
        store.space().setBounds(SpaceGuard.Bounds.NONE);
        put(1);
        assertThat(isStored(1)).isTrue();
    }

    /** The object has its space since it began, so a new bound does not take its name from it. */
    @Test
    void aCompleteObjectIsPublishedAlthoughABoundHasChanged() throws Exception {
        byte[] bytes = StoreUntilKilled.content(1);
        try (IncomingObject object = store.begin(StoreUntilKilled.key(1), bytes.length, StoreUntilKilled.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT, 0);
            store.space().setBounds(new SpaceGuard.Bounds(Long.MAX_VALUE / 2, 100));
            store.publish(object);
        }
        assertThat(isStored(1)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void everyDurabilityStoresTheObject(Durability durability, @TempDir Path other) throws Exception {
        reopenOn(other, durability, disk);
        put(3);
        assertThat(isStored(3)).isTrue();
        disk.fail(true, Step.FORCE);
        if (durability == Durability.OS) {
            put(4);
            assertThat(isStored(4)).isTrue();
        } else {
            assertThatThrownBy(() -> put(4)).hasMessageContaining("Input/output error");
        }
    }
}
