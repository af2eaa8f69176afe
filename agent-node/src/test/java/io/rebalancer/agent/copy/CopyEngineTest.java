package io.rebalancer.agent.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.agent.copy.FaultySource.Fault;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the engine promises its callers: each copy once, outcomes until they are stored, and a gate that is true. */
@Timeout(120)
@Tag("slow")
class CopyEngineTest {
    private static final StorageNodeId GOOD = new StorageNodeId("good.stor");
    private static final StorageNodeId BAD = new StorageNodeId("bad.stor");
    private static final UUID OWNER = new UUID(7, 7);
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID SECOND = new UUID(0, 2);
    private static final int BYTES = 3000;
    /** More than are copied until a gate has closed three times. */
    private static final int MANY = 700;

    @TempDir
    private Path root;

    private final List<List<CopyOutcome>> batches = new CopyOnWriteArrayList<>();
    private FaultySource good;
    private FaultySource bad;
    private ObjectStore store;
    private CopyEngine engine;
    private CopyClient client;

    @BeforeEach
    void open() throws IOException {
        good = new FaultySource();
        bad = new FaultySource();
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE);
        AgentSettings settings = TestEngine.settings(
                root, Duration.ofSeconds(5), Map.of(GOOD, URI.create(good.url()), BAD, URI.create(bad.url())));
        engine = CopyEngine.create(settings, store, TestEngine.metrics(settings));
        client = engine.newClient();
        client.deliverTo(batches::add);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        store.close();
        good.close();
        bad.close();
    }

    private void start() {
        engine.start(TestEngine.LIMITS, CopyGate.OPEN);
    }

    private static byte[] content(UUID objectId, int size) {
        byte[] bytes = new byte[size];
        new Random(objectId.hashCode()).nextBytes(bytes);
        return bytes;
    }

    private CopyOrder order(UUID assignment, int taskIndex, UUID objectId, int size, StorageNodeId... sources)
            throws Exception {
        return new CopyOrder(
                assignment,
                1,
                taskIndex,
                new ObjectKey(OWNER, objectId),
                size,
                TestEngine.md5(content(objectId, size)),
                List.of(sources));
    }

    private CopyOrder serve(UUID assignment, int taskIndex, UUID objectId) throws Exception {
        good.serve(objectId, content(objectId, BYTES), Fault.NONE);
        return order(assignment, taskIndex, objectId, BYTES, GOOD);
    }

    private List<CopyOutcome> outcomes() {
        return batches.stream().flatMap(List::stream).toList();
    }

    private void assertNothingIsLeft(List<CopyOrder> orders) {
        assertThat(orders)
                .allSatisfy(order -> assertThat(store.path(order.key())).doesNotExist());
        await().untilAsserted(() -> assertThat(partFiles()).isEmpty());
    }

    private List<Path> partFiles() throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve(".rebalancer/incoming"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void nothingStartsBeforeTheLimitsAreKnown() throws Exception {
        CopyOrder order = serve(FIRST, 0, new UUID(1, 1));
        client.submit(order);
        assertThat(engine.status().waiting()).isEqualTo(1);
        assertThat(engine.status().gate()).isEqualTo(CopyGate.STOPPED);
        start();
        await().until(() -> outcomes().size() == 1);
    }

    @Test
    void anOrderThatIsRepeatedIsCarriedOutOnce() throws Exception {
        start();
        CopyOrder order = serve(FIRST, 0, new UUID(1, 1));
        client.submit(order);
        client.submit(order);
        await().until(() -> outcomes().size() == 1);
        client.submit(order);
        client.submit(serve(FIRST, 1, new UUID(1, 2)));
        client.markStored(outcomes());
        await().until(() -> outcomes().size() == 2);
        assertThat(good.requests(order.key().objectId())).isEqualTo(1);
    }

    /** A caller that could not store outcomes gets them again when it has started again; nothing is copied twice. */
    @Test
    void outcomesAreKeptUntilTheyAreStored() throws Exception {
        start();
        List<CopyOrder> orders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            orders.add(serve(FIRST, i, new UUID(1, i)));
        }
        orders.forEach(client::submit);
        await().until(() -> !batches.isEmpty() && engine.status().inProgress() == 0);
        for (int attempt = 0; attempt < 3; attempt++) {
            List<CopyOutcome> again = new CopyOnWriteArrayList<>();
            client.deliverTo(again::addAll);
            orders.forEach(client::submit);
            await().until(() -> again.size() == orders.size());
        }
        assertThat(orders)
                .allSatisfy(order ->
                        assertThat(good.requests(order.key().objectId())).isEqualTo(1));
        List<CopyOutcome> last = new CopyOnWriteArrayList<>();
        client.deliverTo(last::addAll);
        client.markStored(last);
        List<CopyOutcome> none = new CopyOnWriteArrayList<>();
        client.deliverTo(none::addAll);
        assertThat(none).isEmpty();
    }

    @Test
    void ordersForOneObjectRunOneAfterTheOther() throws Exception {
        start();
        UUID object = new UUID(1, 1);
        client.submit(serve(FIRST, 0, object));
        client.submit(serve(SECOND, 0, object));
        await().until(() -> {
            client.markStored(outcomes());
            return outcomes().size() == 2;
        });
        assertThat(outcomes()).allMatch(outcome -> outcome.result().failure().isEmpty());
        assertThat(good.requests(object)).isEqualTo(1);
    }

    @Test
    void aCancelledAssignmentLeavesNothing() throws Exception {
        start();
        List<CopyOrder> orders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            UUID object = new UUID(1, i);
            good.serve(object, content(object, BYTES), i % 2 == 0 ? Fault.STALL : Fault.NONE);
            orders.add(order(FIRST, i, object, BYTES, GOOD));
        }
        orders.forEach(client::submit);
        await().until(() -> engine.status().running() > 0);
        CompletionStage<Void> gone = client.cancel(FIRST);
        assertThat(gone.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
        List<CopyOutcome> delivered = outcomes();
        client.markStored(delivered);
        for (CopyOutcome outcome : delivered) {
            assertThat(client.remove(FIRST, List.of(outcome.order().key())).toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(60));
        }
        assertNothingIsLeft(orders);
        assertThat(outcomes()).isEqualTo(delivered);
        assertThat(engine.status().waiting()).isZero();
        // The same object can be copied again, for another assignment.
        client.submit(serve(SECOND, 0, new UUID(1, 0)));
        await().until(() -> outcomes().size() == delivered.size() + 1);
    }

    /** What was verified is published, the rest is withdrawn without an outcome, and can be ordered again. */
    @Test
    void aSuspendedAssignmentWritesNothingUntilItsOrdersAreGivenAgain() throws Exception {
        start();
        List<CopyOrder> orders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            UUID object = new UUID(1, i);
            good.serve(object, content(object, BYTES), i % 2 == 0 ? Fault.STALL : Fault.NONE);
            orders.add(order(FIRST, i, object, BYTES, GOOD));
        }
        orders.forEach(client::submit);
        await().until(() -> engine.status().running() > 0);
        assertThat(client.suspend(FIRST).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
        assertThat(engine.status().inProgress()).isZero();
        assertThat(engine.status().waiting()).isZero();
        assertThat(client.suspend(FIRST).toCompletableFuture()).isCompleted();
        client.markStored(outcomes());
        int before = outcomes().size();
        assertThat(before).isLessThan(orders.size());
        for (CopyOrder each : orders) {
            UUID object = each.key().objectId();
            good.serve(object, content(object, BYTES), Fault.NONE);
        }
        Set<CopyOrder> ended = outcomes().stream().map(CopyOutcome::order).collect(Collectors.toSet());
        orders.stream().filter(order -> !ended.contains(order)).forEach(client::submit);
        await().until(() -> {
            client.markStored(outcomes());
            return outcomes().size() == orders.size();
        });
        assertThat(outcomes()).allMatch(outcome -> outcome.result().failure().isEmpty());
    }

    /** The caller does not wait for the end of the suspension. An assignment that is suspended again writes nothing all the same. */
    @Test
    void anOrderThatIsGivenAgainWhileItsCopyIsWithdrawnIsCarriedOut() throws Exception {
        start();
        List<CopyOrder> orders = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            UUID object = new UUID(1, i);
            good.serve(object, content(object, BYTES), i % 2 == 0 ? Fault.STALL : Fault.NONE);
            orders.add(order(FIRST, i, object, BYTES, GOOD));
        }
        orders.forEach(client::submit);
        await().until(() -> engine.status().running() > 0);
        for (int round = 0; round < 3; round++) {
            client.suspend(FIRST);
            orders.forEach(client::submit);
        }
        assertThat(client.suspend(FIRST).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
        assertThat(engine.status().inProgress()).isZero();
        assertThat(engine.status().waiting()).isZero();
        for (CopyOrder each : orders) {
            UUID object = each.key().objectId();
            good.serve(object, content(object, BYTES), Fault.NONE);
        }
        client.suspend(FIRST);
        orders.forEach(client::submit);
        await().until(() -> {
            client.markStored(List.copyOf(outcomes()));
            return outcomes().stream()
                            .map(CopyOutcome::order)
                            .collect(Collectors.toSet())
                            .size()
                    == orders.size();
        });
        assertThat(outcomes()).allMatch(outcome -> outcome.result().failure().isEmpty());
    }

    /** A gate that is closed does not let the verified copies be published; they are withdrawn. */
    @Test
    void anAssignmentIsSuspendedWhileTheGateIsStopped() throws Exception {
        for (int i = 0; i < 20; i++) {
            client.submit(serve(FIRST, i, new UUID(1, i)));
        }
        engine.start(TestEngine.LIMITS, CopyGate.STOPPED);
        assertThat(client.suspend(FIRST).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
        engine.setGate(CopyGate.OPEN);
        client.submit(serve(SECOND, 0, new UUID(1, 1)));
        await().until(() -> outcomes().size() == 1);
        assertThat(outcomes().get(0).order().assignmentId()).isEqualTo(SECOND);
    }

    /** The part of a large object survives the suspension; when its copy is not wanted any more, the part goes. */
    @Test
    void aSuspendedLargeObjectKeepsItsPartUntilItIsNotWanted() throws Exception {
        start();
        UUID object = new UUID(3, 1);
        int size = 80 << 20;
        good.serve(object, content(object, size), Fault.STALL);
        CopyOrder order = order(FIRST, 0, object, size, GOOD);
        client.submit(order);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> engine.status().running() == 1 && !partFiles().isEmpty());
        assertThat(client.suspend(FIRST).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
        CopyTask task =
                new CopyTask(new RecordRef(1, "/o/stor/large"), object, OWNER, size, order.md5(), List.of(GOOD));
        assertThat(client.removeUnfinished(FIRST, List.of(task)).toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(60));
        assertThat(partFiles()).isEmpty();
        assertThat(outcomes()).isEmpty();
    }

    /** Removing a file waits for the copy that looks at it, and the next copy waits for the removal. */
    @Test
    void aRemovalKeepsItsPlaceAmongTheCopiesOfTheObject() throws Exception {
        UUID object = new UUID(1, 1);
        CopyOrder first = serve(FIRST, 0, object);
        client.submit(first);
        CompletionStage<Void> removed = client.remove(FIRST, List.of(first.key()));
        client.submit(serve(SECOND, 0, object));
        start();
        await().until(() -> {
            client.markStored(outcomes());
            return outcomes().size() == 2;
        });
        assertThat(removed.toCompletableFuture()).isCompleted();
        assertThat(good.requests(object)).isEqualTo(2);
        assertThat(store.path(first.key())).hasBinaryContent(content(object, BYTES));
    }

    /** Orders of a source that does not reply wait, and those of another source do not. */
    @Test
    void aSourceThatIsSilentDelaysItsOwnCopiesOnly() throws Exception {
        start();
        for (int i = 0; i < 100; i++) {
            UUID object = new UUID(2, i);
            bad.serve(object, content(object, BYTES), Fault.SILENT);
            client.submit(order(FIRST, i, object, BYTES, BAD));
        }
        for (int i = 0; i < 300; i++) {
            client.submit(serve(SECOND, i, new UUID(1, i)));
        }
        long[] stored = new long[1];
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            List<CopyOutcome> all = outcomes();
            client.markStored(all);
            stored[0] = all.stream()
                    .filter(outcome -> outcome.order().assignmentId().equals(SECOND))
                    .count();
            return stored[0] == 300;
        });
        assertThat(engine.status().sources())
                .filteredOn(source -> source.storageId().equals(BAD.text()))
                .allSatisfy(source ->
                        assertThat(source.waiting() + source.running()).isPositive());
        client.cancel(FIRST);
    }

    @Test
    void copiesMoveToASourceThatWorks() throws Exception {
        start();
        for (int i = 0; i < 100; i++) {
            UUID object = new UUID(2, i);
            bad.serve(object, content(object, BYTES), Fault.SERVER_ERROR);
            good.serve(object, content(object, BYTES), Fault.NONE);
            client.submit(order(FIRST, i, object, BYTES, BAD, GOOD));
        }
        await().until(() -> {
            client.markStored(outcomes());
            return outcomes().size() == 100;
        });
        assertThat(outcomes()).allMatch(outcome -> outcome.result().failure().isEmpty());
        long calls = 0;
        for (int i = 0; i < 100; i++) {
            calls += bad.requests(new UUID(2, i));
        }
        assertThat(calls).as("calls of the source that fails").isLessThan(100);
    }

    @Test
    void anOrderWithoutASourceFindsTheFileOrFails() throws Exception {
        start();
        UUID object = new UUID(1, 1);
        client.submit(order(FIRST, 0, object, BYTES));
        await().until(() -> outcomes().size() == 1);
        assertThat(outcomes().get(0).result().failure()).contains(Reason.SOURCE_OBJECT_NOT_FOUND);
        client.markStored(outcomes());
        client.submit(serve(FIRST, 1, object));
        await().until(() -> outcomes().size() == 2);
        client.markStored(outcomes());
        client.submit(order(SECOND, 0, object, BYTES));
        await().until(() -> outcomes().size() == 3);
        assertThat(outcomes().get(2).result().failure()).isEmpty();
    }

    /** The acknowledgement of the gate is true: a watcher of the file system sees no change until the gate opens. */
    @Test
    void nothingIsWrittenWhileTheGateIsStopped() throws Exception {
        int size = 300_000;
        for (int i = 0; i < MANY; i++) {
            UUID object = new UUID(1, i);
            good.serve(object, content(object, size), Fault.NONE);
            client.submit(order(FIRST, i, object, size, GOOD));
        }
        start();
        await().until(() -> {
            client.markStored(outcomes());
            return outcomes().size() > 50;
        });
        for (int round = 0; round < 3; round++) {
            engine.setGate(CopyGate.STOPPED);
            assertThat(engine.whenQuiet().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(30));
            assertThat(engine.status().inProgress()).isZero();
            assertThat(engine.status().waiting()).isPositive();
            assertNoChange(Duration.ofSeconds(1));
            // The next rounds also interrupt threads that wait for a byte rate.
            engine.setLimits(new CopyLimits(20_000_000, 0, 32, 32, 0, 100));
            int before = outcomes().size();
            engine.setGate(CopyGate.OPEN);
            await().until(() -> {
                client.markStored(outcomes());
                return outcomes().size() > before + 50;
            });
        }
        engine.setLimits(TestEngine.LIMITS);
        await().atMost(Duration.ofSeconds(90)).until(() -> {
            client.markStored(outcomes());
            return outcomes().size() == MANY;
        });
        assertThat(outcomes()).allMatch(outcome -> outcome.result().failure().isEmpty());
    }

    /** Watches every directory below the root, and what a watch does not report: the sizes of the part files. */
    private void assertNoChange(Duration time) throws Exception {
        try (WatchService watcher = root.getFileSystem().newWatchService();
                Stream<Path> all = Files.walk(root)) {
            for (Path directory : all.filter(Files::isDirectory).toList()) {
                directory.register(
                        watcher,
                        StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_DELETE,
                        StandardWatchEventKinds.ENTRY_MODIFY);
            }
            assertThat(watcher.poll(time.toMillis(), TimeUnit.MILLISECONDS))
                    .as("a change of the file system")
                    .isNull();
        }
    }

    @Test
    void copiesInProgressEndWhenNoNewOnesMayStart() throws Exception {
        start();
        for (int i = 0; i < 500; i++) {
            client.submit(serve(FIRST, i, new UUID(1, i)));
        }
        await().until(() -> !outcomes().isEmpty());
        engine.setGate(CopyGate.NO_NEW);
        assertThat(engine.whenQuiet().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(30));
        assertThat(partFiles()).isEmpty();
        engine.setGate(CopyGate.OPEN);
        await().until(() -> {
            client.markStored(outcomes());
            return outcomes().size() == 500;
        });
    }

    @Test
    void aStoppedGateThatOpensInterruptsNothingAnyMore() throws Exception {
        start();
        engine.setGate(CopyGate.STOPPED);
        client.submit(serve(FIRST, 0, new UUID(1, 1)));
        CompletableFuture<Void> quiet = engine.whenQuiet().toCompletableFuture();
        assertThat(quiet).isCompleted();
        engine.setGate(CopyGate.OPEN);
        await().until(() -> outcomes().size() == 1);
        assertThat(engine.status().sources())
                .extracting(AgentControl.Source::failures)
                .containsOnly(0);
    }
}
