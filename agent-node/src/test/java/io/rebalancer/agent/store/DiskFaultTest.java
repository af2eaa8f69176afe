package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A disk that fails at one step: the object fails with the right exception, and no file of it is left. */
class DiskFaultTest {
    private static final UUID ASSIGNMENT = new UUID(5, 5);

    @TempDir
    private Path root;

    private final FaultyDisk disk = new FaultyDisk();
    private ObjectStore store;

    /** The disk operations that can fail. */
    enum Step {
        CREATE,
        WRITE,
        FORCE,
        RENAME,
        FORCE_DIRECTORY
    }

    private record Fault(Step step, String message) {
        @Override
        public String toString() {
            return step + " " + message;
        }
    }

    private static final class FaultyDisk extends DiskOperations {
        private List<Fault> faults = List.of();
        private final List<Path> forcedDirectories = new ArrayList<>();
        private int maxFailures = Integer.MAX_VALUE;
        private int failed;

        private void at(Step step) throws IOException {
            for (Fault fault : faults) {
                if (fault.step() == step && failed < maxFailures) {
                    failed++;
                    throw new IOException(fault.message());
                }
            }
        }

        @Override
        protected FileChannel create(Path file) throws IOException {
            at(Step.CREATE);
            return super.create(file);
        }

        @Override
        protected void write(FileChannel file, ByteBuffer bytes) throws IOException {
            at(Step.WRITE);
            super.write(file, bytes);
        }

        @Override
        protected void force(FileChannel file) throws IOException {
            at(Step.FORCE);
            super.force(file);
        }

        @Override
        protected void rename(Path to, Work rename) throws IOException {
            at(Step.RENAME);
            super.rename(to, rename);
        }

        @Override
        protected void forceDirectory(Path directory, Work force) throws IOException {
            at(Step.FORCE_DIRECTORY);
            super.forceDirectory(directory, force);
            forcedDirectories.add(directory);
        }
    }

    static List<Fault> faults() {
        List<Fault> all = new ArrayList<>();
        for (Step step : Step.values()) {
            all.add(new Fault(step, "No space left on device"));
            all.add(new Fault(step, "Disk quota exceeded"));
            all.add(new Fault(step, "Input/output error"));
            all.add(new Fault(step, "Read-only file system"));
        }
        return all;
    }

    @BeforeEach
    void open() throws IOException {
        store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, disk);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private void put(long number) throws Exception {
        byte[] bytes = StoreUntilKilled.content(number);
        try (IncomingObject object =
                store.begin(StoreUntilKilled.key(number), bytes.length, StoreUntilKilled.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT);
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
        disk.faults = List.of(fault);
        boolean full = fault.message().contains("space") || fault.message().contains("quota");
        assertThatThrownBy(() -> put(1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(fault.message())
                .satisfies(e -> assertThat(e instanceof OutOfSpace)
                        .as("distinguished from other faults")
                        .isEqualTo(full));
        assertThat(disk.failed).isPositive();
        assertThat(root.resolve(".rebalancer/incoming")).isEmptyDirectory();
        disk.faults = List.of();
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
        assertThat(root.resolve(".rebalancer/incoming")).isEmptyDirectory();
    }

    /** The second object must not rely on directory entries whose force failed for the first object. */
    @Test
    void parentsThatCouldNotBeForcedAreForcedAgainInTheSameGroup() throws Exception {
        List<IncomingObject> group = group(0, 5);
        disk.faults = List.of(new Fault(Step.FORCE_DIRECTORY, "Input/output error"));
        disk.maxFailures = 1;
        assertThat(store.publish(group)).containsOnlyKeys(group.get(0));
        assertThat(disk.forcedDirectories)
                .containsExactly(root, store.path(StoreUntilKilled.key(5)).getParent());
        for (IncomingObject object : group) {
            object.close();
        }
        assertThat(isStored(5)).isTrue();
    }

    private List<IncomingObject> group(long... numbers) throws Exception {
        List<IncomingObject> group = new ArrayList<>();
        for (long number : numbers) {
            byte[] bytes = StoreUntilKilled.content(number);
            IncomingObject object =
                    store.begin(StoreUntilKilled.key(number), bytes.length, StoreUntilKilled.md5(bytes));
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT);
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

    /** The bound is reached while the object is fetched, so the object gets no final name. */
    @Test
    void aBoundIsCheckedAgainBeforeTheRename() throws Exception {
        byte[] bytes = StoreUntilKilled.content(1);
        try (IncomingObject object = store.begin(StoreUntilKilled.key(1), bytes.length, StoreUntilKilled.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT);
            store.space().setBounds(new SpaceGuard.Bounds(Long.MAX_VALUE / 2, 100));
            assertThatThrownBy(() -> store.publish(object)).isInstanceOf(OutOfSpace.class);
        }
        store.space().setBounds(SpaceGuard.Bounds.NONE);
        assertThat(isStored(1)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void everyDurabilityStoresTheObject(Durability durability, @TempDir Path other) throws Exception {
        store.close();
        store = ObjectStore.open(other, durability, SpaceGuard.Bounds.NONE, disk);
        put(3);
        assertThat(isStored(3)).isTrue();
        disk.faults = List.of(new Fault(Step.FORCE, "Input/output error"));
        if (durability == Durability.OS) {
            put(4);
            assertThat(isStored(4)).isTrue();
        } else {
            assertThatThrownBy(() -> put(4)).hasMessageContaining("Input/output error");
        }
    }
}
