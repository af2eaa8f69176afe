package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.agent.store.StepDisk.Failure;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantineOrder.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every disk operation of a move into the quarantine, of a restore, and of their recovery fails in each way. The file is
 * never lost: it has its object's name, or it is in the quarantine with a readable sidecar.
 */
@Tag("slow")
class QuarantineFaultTest {
    private static final UUID ASSIGNMENT = new UUID(5, 5);
    private static final ObjectKey KEY = new ObjectKey(new UUID(1, 2), new UUID(3, 4));
    private static final byte[] OLD = StoreUntilKilled.content(1);
    private static final byte[] NEW = StoreUntilKilled.content(2);
    private static final int MAX_STEPS = 60;
    private static final UUID RUN = new UUID(9, 9);
    /** The orders of {@link Operation#ORPHAN}, by the path of the object. */
    private static final Map<Path, QuarantineOrder.File> ORDERS = new ConcurrentHashMap<>();

    @TempDir
    private Path temporary;

    /** An operation that moves the file with the content {@link #OLD}. */
    enum Operation {
        DISCARD {
            @Override
            void run(ObjectStore store) throws Exception {
                assertThat(store.discard(KEY, ASSIGNMENT)).isIn(Discarded.DISCARDED, Discarded.MISSING);
            }
        },
        REPLACE {
            @Override
            void run(ObjectStore store) throws Exception {
                put(store, NEW);
            }
        },
        ORPHAN {
            @Override
            void prepare(ObjectStore store) throws Exception {
                FileFacts facts = FileFacts.read(store.path(KEY));
                ORDERS.put(
                        store.path(KEY),
                        new QuarantineOrder.File(
                                new CopyKey(KEY.owner(), KEY.objectId()),
                                facts.sizeBytes(),
                                facts.modifiedMillis(),
                                facts.changedMillis()));
                awaitLaterThan(facts.changedMillis());
            }

            /**
             * The clock of the file system ticks every few milliseconds. A move that is rolled back within the tick of the order
             * leaves the times of the order, and a run looks at a file seconds before it orders the move.
             */
            private void awaitLaterThan(long millis) {
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> {
                            Path probe = Files.createTempFile("tick", null);
                            try {
                                return FileFacts.read(probe).changedMillis() > millis;
                            } finally {
                                Files.delete(probe);
                            }
                        });
            }

            /** A move that was rolled back has changed the time of the inode, so a repeated order may find another file. */
            @Override
            void run(ObjectStore store) throws Exception {
                QuarantineOrder.File order = Objects.requireNonNull(ORDERS.get(store.path(KEY)));
                Result result = store.orphans().move(order, RUN, (key, createdFor) -> false);
                boolean named = Files.exists(store.path(KEY));
                assertThat(result).isEqualTo(named ? Result.CHANGED : Result.MOVED);
                assertThat(ids(store).size()).as("moves").isLessThanOrEqualTo(1);
            }
        },
        RESTORE {
            @Override
            void prepare(ObjectStore store) throws Exception {
                assertThat(store.discard(KEY, ASSIGNMENT)).isEqualTo(Discarded.DISCARDED);
            }

            @Override
            void run(ObjectStore store) throws Exception {
                for (String id : ids(store)) {
                    assertThat(store.restore(id)).isNotEqualTo(Restored.MISSING);
                }
            }
        };

        void prepare(ObjectStore store) throws Exception {}

        abstract void run(ObjectStore store) throws Exception;
    }

    static Stream<Arguments> everyOperationAndFailure() {
        List<Arguments> all = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            for (Failure failure : Failure.values()) {
                if (failure != Failure.NONE) {
                    all.add(Arguments.of(operation, failure));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("everyOperationAndFailure")
    void noFailureOfAnOperationLosesTheFile(Operation operation, Failure failure) throws Exception {
        int steps = 0;
        while (breakOperation(operation, failure, steps)) {
            steps++;
            assertThat(steps).as("the operation ends").isLessThan(MAX_STEPS);
        }
        assertThat(steps).as("steps that failed").isGreaterThan(5);
    }

    /** Returns whether the step was reached. */
    private boolean breakOperation(Operation operation, Failure failure, int step) throws Exception {
        StepDisk disk = new StepDisk();
        Path root = newRoot();
        ObjectStore store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, disk);
        try (store) {
            put(store, OLD);
            operation.prepare(store);
            disk.failAfter(step, failure);
            boolean crashed = run(operation, store);
            boolean reached = disk.hasFailed();
            disk.repair();
            assertKept(store, operation + " failed at step " + step);
            if (!crashed && step % 2 == 0) {
                operation.run(store);
                assertKept(store, operation + " ran again after a failure at step " + step);
            }
            store.close();
            try (ObjectStore recovered = ObjectStore.open(root)) {
                assertRecovered(recovered, operation + " recovered after a failure at step " + step);
                operation.run(recovered);
                assertKept(recovered, operation + " ran again after a failure at step " + step + " and a restart");
                assertDone(operation, recovered, step);
            }
            return reached;
        }
    }

    /** Returns whether the process crashed. */
    private static boolean run(Operation operation, ObjectStore store) throws Exception {
        try {
            operation.run(store);
            return false;
        } catch (StepDisk.Crash e) {
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("Input/output error");
            return false;
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("everyOperationAndFailure")
    void noFailureOfARecoveryLosesTheFile(Operation operation, Failure failure) throws Exception {
        boolean crashed = true;
        // The last turn is an operation that has ended: its recovery has nothing to do, and fails all the same.
        for (int crashedStep = 0; crashed; crashedStep++) {
            assertThat(crashedStep).as("the operation ends").isLessThan(MAX_STEPS);
            crashed = isCrashedAt(operation, crashedStep);
            int steps = 0;
            while (breakRecovery(operation, crashedStep, failure, steps)) {
                steps++;
                assertThat(steps).as("the recovery ends").isLessThan(MAX_STEPS);
            }
        }
    }

    private boolean isCrashedAt(Operation operation, int step) throws Exception {
        return crash(operation, newRoot(), new StepDisk(), step);
    }

    /** Crashes an operation after a step. Returns whether the step was reached. */
    private static boolean crash(Operation operation, Path root, StepDisk disk, int step) throws Exception {
        try (ObjectStore store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, disk)) {
            put(store, OLD);
            operation.prepare(store);
            disk.failAfter(step, Failure.CRASH_AFTER);
            run(operation, store);
            return disk.hasFailed();
        }
    }

    private boolean breakRecovery(Operation operation, int crashedStep, Failure failure, int step) throws Exception {
        StepDisk disk = new StepDisk();
        Path root = newRoot();
        crash(operation, root, disk, crashedStep);
        disk.failAfter(step, failure);
        try (ObjectStore store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, disk)) {
            assertKept(store, "recovery failed at step " + step);
        } catch (StepDisk.Crash e) {
            // The next start continues.
        } catch (IOException e) {
            assertThat(e).as("the probe at the start found the fault").hasMessageContaining("Input/output error");
        }
        boolean reached = disk.hasFailed();
        disk.repair();
        try (ObjectStore recovered = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, disk)) {
            assertRecovered(
                    recovered, operation + " crashed at step " + crashedStep + ", its recovery at step " + step);
        }
        return reached;
    }

    private Path newRoot() throws IOException {
        return Files.createTempDirectory(temporary, "root");
    }

    private static void put(ObjectStore store, byte[] bytes) throws Exception {
        try (IncomingObject object = store.begin(KEY, bytes.length, StoreUntilKilled.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT, 0);
            store.publish(object);
        }
    }

    private static Path quarantine(ObjectStore store) {
        String file = store.path(KEY).toString();
        return Path.of(file.substring(0, file.length() - KEY.relativePath().length()), ".rebalancer", "quarantine");
    }

    private static List<String> names(ObjectStore store) throws IOException {
        try (Stream<Path> files = Files.list(quarantine(store))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static List<String> ids(ObjectStore store) throws IOException {
        return names(store).stream()
                .filter(name -> name.endsWith(".data"))
                .map(name -> name.substring(0, name.length() - ".data".length()))
                .toList();
    }

    private static boolean hasContent(Path file, byte[] content) throws IOException {
        return Files.exists(file) && Arrays.equals(Files.readAllBytes(file), content);
    }

    /** The quarantined files with the old content and a sidecar that leads back to the object. */
    private static List<QuarantineItem> kept(ObjectStore store) throws IOException {
        List<QuarantineItem> items = new ArrayList<>();
        for (String id : ids(store)) {
            Path sidecar = quarantine(store).resolve(id + ".properties");
            Optional<QuarantineItem> item =
                    Files.exists(sidecar) ? QuarantineItem.parse(id, Files.readString(sidecar)) : Optional.empty();
            item.filter(each -> each.key().equals(KEY)).ifPresent(items::add);
        }
        return items;
    }

    /** The file has its name, or it is in the quarantine with a readable sidecar. */
    private static void assertKept(ObjectStore store, String when) throws IOException {
        boolean named = hasContent(store.path(KEY), OLD);
        boolean quarantined = false;
        for (QuarantineItem item : kept(store)) {
            quarantined |= hasContent(quarantine(store).resolve(item.id() + ".data"), OLD);
        }
        assertThat(named || quarantined).as(when).isTrue();
    }

    /** No move is open, nothing incomplete is left, and a file with its object's name has its mode. */
    private static void assertRecovered(ObjectStore store, String when) throws IOException {
        assertKept(store, when);
        assertThat(names(store)).as(when).noneMatch(name -> name.endsWith(".part"));
        assertThat(names(store)).as(when).hasSize(2 * ids(store).size());
        assertThat(kept(store))
                .as(when)
                .hasSameSizeAs(ids(store))
                .allMatch(item -> item.state() == QuarantineItem.State.KEPT);
        assertThat(store.quarantinedFiles()).as(when).isEqualTo(ids(store).size());
        if (Files.exists(store.path(KEY))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store.path(KEY))))
                    .as(when)
                    .startsWith("rw");
            assertThat(names(store))
                    .as(when + ": a file with its name is in the quarantine")
                    .noneMatch(name -> isSameFile(quarantine(store).resolve(name), store.path(KEY)));
        }
    }

    private static boolean isSameFile(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertDone(Operation operation, ObjectStore store, int step) throws Exception {
        switch (operation) {
            case DISCARD -> assertThat(store.path(KEY)).as("step " + step).doesNotExist();
            case REPLACE -> assertThat(store.path(KEY)).as("step " + step).hasBinaryContent(NEW);
            case ORPHAN -> {
                for (String id : ids(store)) {
                    assertThat(store.restore(id)).as("step " + step).isEqualTo(Restored.RESTORED);
                }
                assertThat(store.path(KEY)).as("step " + step).hasBinaryContent(OLD);
            }
            case RESTORE -> assertThat(store.path(KEY)).as("step " + step).hasBinaryContent(OLD);
        }
    }
}
