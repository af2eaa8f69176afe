package io.rebalancer.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.agent.copy.FaultySource;
import io.rebalancer.agent.copy.FaultySource.Fault;
import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory.RepairProgress;
import io.rebalancer.core.port.NodeInventory.Restore;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies that a run orders: they are made, found and replaced, and no stale or misdirected order makes any. */
@Timeout(120)
@Tag("slow")
class RunCopiesTest extends InventoryFixture {
    private static final StorageNodeId FIRST = new StorageNodeId("first.stor");
    private static final StorageNodeId SECOND = new StorageNodeId("second.stor");
    private static final String CONTENT = "0123456789";

    private final FaultySource first = new FaultySource();
    private final FaultySource second = new FaultySource();

    RunCopiesTest() throws IOException {
        sources.put(FIRST, URI.create(first.url()));
        sources.put(SECOND, URI.create(second.url()));
        // A source that stalls does so until the test ends.
        idleTimeout = Duration.ofSeconds(100);
    }

    @AfterEach
    void closeSources() throws IOException {
        first.close();
        second.close();
    }

    private static CopyTask task(CopyKey key, byte[] content, StorageNodeId... from) throws Exception {
        return new CopyTask(
                new RecordRef(1, "/o/stor/" + key.objectId()),
                key.objectId(),
                key.owner(),
                content.length,
                TestEngine.md5(content),
                List.of(from));
    }

    private static CopyTask task(CopyKey key, StorageNodeId... from) throws Exception {
        return task(key, bytes(CONTENT), from);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static RepairOrder order(RunToken token, long assignment, CopyTask... tasks) {
        return order(token, assignment, NODE, tasks);
    }

    private static RepairOrder order(RunToken token, long assignment, StorageNodeId destination, CopyTask... tasks) {
        return order(token, assignment, NODE, destination, tasks);
    }

    /** An order of a run that adds copies here, and repairs another node. */
    private static RepairOrder added(RunToken token, long assignment, CopyTask... tasks) {
        return order(token, assignment, new StorageNodeId("2.stor"), NODE, tasks);
    }

    private static RepairOrder order(
            RunToken token, long assignment, StorageNodeId repaired, StorageNodeId destination, CopyTask... tasks) {
        return new RepairOrder(
                token,
                repaired,
                new Assignment(new UUID(5, assignment), new CopyLocation("dc1", destination), Arrays.asList(tasks)));
    }

    /** Repeats the order until no copy is open. */
    private List<TaskResult> repair(RepairOrder order) throws Exception {
        awaitEnded(order, order.assignment().tasks().size());
        RepairProgress progress = copies.repair(order);
        assertThat(progress.open()).isZero();
        return progress.ended();
    }

    private void awaitEnded(RepairOrder order, int ended) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> copies.repair(order).ended().size() >= ended);
    }

    private static void awaitTrue(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(60)).until(condition);
    }

    private List<QuarantinedCopy> quarantined() throws IOException {
        return orders.quarantined(Optional.empty(), 1000).items();
    }

    private boolean isInUse(CopyKey key) {
        return engine.engine().isInUse(new ObjectKey(key.owner(), key.objectId()));
    }

    private void serve(FaultySource source, CopyKey key, Fault fault) {
        source.serve(key.objectId(), bytes(CONTENT), fault);
    }

    /** The temporary files of copies in progress, and what they have left. */
    private List<Path> parts() throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve(".rebalancer/incoming"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void objectsAreCopiedOnceAlthoughTheOrderIsRepeated() throws Exception {
        List<CopyTask> tasks = new ArrayList<>();
        for (int i = 1; i <= RepairOrder.MAX_TASKS; i++) {
            serve(first, copy(i), Fault.NONE);
            tasks.add(task(copy(i), FIRST));
        }
        RepairOrder order = order(run(1), 1, tasks.toArray(CopyTask[]::new));
        List<TaskResult> results = repair(order);
        assertThat(results)
                .extracting(TaskResult::objectId)
                .isEqualTo(tasks.stream().map(CopyTask::objectId).toList());
        assertThat(results).allSatisfy(result -> {
            assertThat(result.failure()).isEmpty();
            assertThat(result.created()).isTrue();
            assertThat(result.bytes()).isEqualTo(CONTENT.length());
        });
        for (CopyTask task : tasks) {
            CopyKey key = new CopyKey(OWNER, task.objectId());
            assertThat(file(key)).hasContent(CONTENT);
            assertThat(isInUse(key)).isFalse();
            assertThat(first.requests(task.objectId())).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"too short", "longer than that", "", "0123456788"})
    void aBadFileMovesIntoTheQuarantineAndCanBeRestored(String bad) throws Exception {
        CopyKey key = plant(copy(1), bad);
        serve(first, key, Fault.NONE);
        assertThat(repair(order(run(1), 1, task(key, FIRST)))).singleElement().satisfies(result -> {
            assertThat(result.failure()).isEmpty();
            assertThat(result.created()).isTrue();
        });
        assertThat(file(key)).hasContent(CONTENT);
        QuarantinedCopy item = quarantined().get(0);
        assertThat(quarantined()).hasSize(1);
        assertThat(item.key()).contains(key);
        assertThat(item.reason()).isEqualTo("replaced");
        assertThat(item.sizeBytes()).isEqualTo(bad.length());

        assertThat(orders.restore(item.id())).isEqualTo(Restore.NAME_TAKEN);
        assertThat(file(key)).hasContent(CONTENT);
        Files.delete(file(key));
        assertThat(orders.restore(item.id())).isEqualTo(Restore.RESTORED);
        assertThat(file(key)).hasContent(bad);
        assertThat(quarantined()).isEmpty();
    }

    @Test
    void aBadFileKeepsItsNameIfNoSourceHasTheObject() throws Exception {
        CopyKey key = plant(copy(1), "0123456788");
        serve(first, key, Fault.NOT_FOUND);
        serve(second, key, Fault.FLIPPED_BIT);
        assertThat(repair(order(run(1), 1, task(key, FIRST, SECOND))))
                .singleElement()
                .satisfies(result -> assertThat(result.failure()).contains(Reason.UNRECOVERABLE));
        assertThat(file(key)).hasContent("0123456788");
        assertThat(quarantined()).isEmpty();
        assertThat(parts()).isEmpty();
    }

    @Test
    void aFileWithTheRightContentIsFound() throws Exception {
        CopyKey key = plant(copy(1), CONTENT);
        serve(first, key, Fault.NONE);
        assertThat(repair(order(run(1), 1, task(key, FIRST))))
                .containsExactly(new TaskResult(key.objectId(), Optional.empty(), "", false, 0));
        assertThat(first.requests(key.objectId())).isZero();
        assertThat(quarantined()).isEmpty();
    }

    @Test
    void aSourceThatBreaksIsResumedAndAnotherOneIsAsked() throws Exception {
        byte[] large = new byte[6 << 20];
        new Random(7).nextBytes(large);
        CopyKey resumed = copy(1);
        CopyKey other = copy(2);
        first.serve(resumed.objectId(), large, Fault.BREAKS_TWICE);
        serve(first, other, Fault.SERVER_ERROR);
        serve(second, other, Fault.NONE);
        assertThat(repair(order(run(1), 1, task(resumed, large, FIRST), task(other, FIRST, SECOND))))
                .allSatisfy(result -> assertThat(result.failure()).isEmpty());
        assertThat(file(resumed)).hasBinaryContent(large);
        assertThat(file(other)).hasContent(CONTENT);
    }

    @Test
    void aCopyThatFailedIsTriedAgainOnlyForAnotherAssignment() throws Exception {
        CopyKey failing = copy(1);
        CopyKey good = copy(2);
        serve(first, failing, Fault.SERVER_ERROR);
        serve(first, good, Fault.NONE);
        RepairOrder order = order(run(1), 1, task(failing, FIRST), task(good, FIRST));
        List<TaskResult> results = repair(order);
        assertThat(results.get(0).failure()).isPresent();
        assertThat(results.get(0).detail()).contains("500");
        assertThat(results.get(1).failure()).isEmpty();
        assertThat(file(failing)).doesNotExist();

        serve(first, failing, Fault.NONE);
        assertThat(copies.repair(order).ended()).isEqualTo(results);
        assertThat(repair(order(run(1), 2, task(failing, FIRST))))
                .singleElement()
                .satisfies(result -> assertThat(result.failure()).isEmpty());
        assertThat(file(failing)).hasContent(CONTENT);
    }

    @Test
    void aRepeatedOrderBeginsAgainAfterARestart() throws Exception {
        CopyKey done = copy(1);
        CopyKey stalled = copy(2);
        serve(first, done, Fault.NONE);
        serve(first, stalled, Fault.STALL);
        RepairOrder order = order(run(1), 1, task(done, FIRST), task(stalled, FIRST));
        awaitEnded(order, 1);
        awaitTrue(() -> first.requests(stalled.objectId()) == 1);
        restart();
        serve(first, stalled, Fault.NONE);
        List<TaskResult> results = repair(order);
        assertThat(results).allSatisfy(result -> {
            assertThat(result.failure()).isEmpty();
            assertThat(result.created()).as("created for this assignment").isTrue();
        });
        assertThat(first.requests(done.objectId())).isEqualTo(1);
        assertThat(first.requests(stalled.objectId())).isEqualTo(2);
        assertThat(file(stalled)).hasContent(CONTENT);
    }

    @Test
    void aStaleOrderCopiesNothing() throws Exception {
        CopyKey key = copy(1);
        serve(first, key, Fault.NONE);
        orders.quarantine(new QuarantineOrder(run(5), 1, List.of()));
        RepairOrder stale = order(run(4), 1, task(key, FIRST));
        assertThatThrownBy(() -> copies.repair(stale))
                .isInstanceOfSatisfying(
                        FencedCommand.class,
                        fenced -> assertThat(fenced.known()).isEqualTo(run(5)));
        restart();
        assertThatThrownBy(() -> copies.repair(stale)).isInstanceOf(FencedCommand.class);
        assertThat(isInUse(key)).isFalse();
        assertThat(first.requests(key.objectId())).isZero();

        RepairOrder fresh = order(run(6), 1, task(key, FIRST));
        repair(fresh);
        restart();
        assertThatThrownBy(() -> orders.quarantine(new QuarantineOrder(run(5), 1, List.of())))
                .as("the token of a repair is stored")
                .isInstanceOf(FencedCommand.class);
    }

    @Test
    void anOrderForAnotherNodeIsRefusedAndFencesNothing() throws Exception {
        CopyKey key = copy(1);
        serve(first, key, Fault.NONE);
        assertThatThrownBy(() -> copies.repair(order(run(9), 1, new StorageNodeId("2.stor"), task(key, FIRST))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the order is for 2.stor, and this is the agent of 1.stor; nothing is copied");
        repair(order(run(1), 1, task(key, FIRST)));
        assertThat(first.requests(key.objectId())).isEqualTo(1);
    }

    @Test
    void anotherOrderReplacesTheOneBefore() throws Exception {
        CopyKey kept = copy(1);
        CopyKey stalled = copy(2);
        CopyKey later = copy(3);
        serve(first, kept, Fault.NONE);
        serve(first, stalled, Fault.STALL);
        serve(first, later, Fault.NONE);
        RepairOrder one = order(run(1), 1, task(kept, FIRST), task(stalled, FIRST));
        awaitEnded(one, 1);
        awaitTrue(() -> first.requests(stalled.objectId()) == 1);
        assertThat(parts()).hasSize(1);
        RepairOrder two = order(run(1), 2, task(later, FIRST));
        assertThat(repair(two)).extracting(TaskResult::objectId).containsExactly(later.objectId());
        awaitTrue(() -> !isInUse(stalled));
        assertThat(file(kept)).hasContent(CONTENT);
        assertThat(file(stalled)).doesNotExist();
        assertThat(parts()).isEmpty();

        serve(first, stalled, Fault.NONE);
        assertThat(repair(one))
                .hasSize(2)
                .allSatisfy(result -> assertThat(result.failure()).isEmpty());
        assertThat(file(stalled)).hasContent(CONTENT);
        assertThat(quarantined()).isEmpty();
    }

    @Test
    void anOrderOfTheSameObjectsReplacesACopyInProgress() throws Exception {
        CopyKey key = copy(1);
        serve(first, key, Fault.STALL);
        serve(second, key, Fault.NONE);
        copies.repair(order(run(1), 1, task(key, FIRST)));
        awaitTrue(() -> first.requests(key.objectId()) == 1);
        assertThat(repair(order(run(1), 2, task(key, SECOND))))
                .singleElement()
                .satisfies(result -> assertThat(result.failure()).isEmpty());
        assertThat(file(key)).hasContent(CONTENT);
        assertThat(quarantined()).isEmpty();
    }

    @Test
    void runsThatAddCopiesHereFenceNeitherEachOtherNorTheRunThatRepairsThisNode() throws Exception {
        CopyKey slow = copy(1);
        CopyKey fast = copy(2);
        CopyKey own = copy(3);
        serve(first, slow, Fault.STALL);
        serve(first, fast, Fault.NONE);
        serve(first, own, Fault.NONE);
        RepairOrder later = added(run(9), 1, task(slow, FIRST));
        copies.repair(later);
        awaitTrue(() -> first.requests(slow.objectId()) == 1);
        assertThat(repair(added(run(4), 2, task(fast, FIRST))))
                .allSatisfy(result -> assertThat(result.failure()).isEmpty());
        assertThat(repair(order(run(5), 3, task(own, FIRST))))
                .allSatisfy(result -> assertThat(result.failure()).isEmpty());
        orders.quarantine(new QuarantineOrder(run(5), 1, List.of()));
        assertThat(isInUse(slow))
                .as("the order of the other run is in progress")
                .isTrue();
        assertThat(copies.repair(later).open()).isEqualTo(1);
        assertThat(first.requests(slow.objectId())).isEqualTo(1);
        restart();
        copies.repair(added(run(4), 2, task(fast, FIRST)));
    }

    @Test
    void anEarlierIncarnationNeverCopiesAfterALaterOne() throws Exception {
        CopyKey key = copy(1);
        serve(first, key, Fault.NONE);
        RunToken second = new RunToken(run(4).runId(), 4, 2);
        RepairOrder stale = added(run(4), 1, task(key, FIRST));
        copies.repair(added(second, 2, task(copy(2), FIRST)));
        copies.repair(added(run(9), 3, task(copy(3), FIRST)));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> copies.repair(stale))
                    .isInstanceOfSatisfying(
                            FencedCommand.class,
                            fenced -> assertThat(fenced.known()).isEqualTo(second));
            assertThatThrownBy(() -> orders.quarantine(new QuarantineOrder(run(4), 1, List.of())))
                    .isInstanceOf(FencedCommand.class);
            restart();
        }
        assertThat(first.requests(key.objectId())).isZero();
    }

    /** The incarnation is remembered also if the later one has only repaired this node, and another run after it. */
    @Test
    void anEarlierIncarnationIsRefusedAfterCommandsOfAnotherKind() throws Exception {
        CopyKey key = copy(1);
        RunToken second = new RunToken(run(4).runId(), 4, 2);
        orders.quarantine(new QuarantineOrder(second, 1, List.of()));
        orders.quarantine(new QuarantineOrder(run(6), 1, List.of()));
        restart();
        assertThatThrownBy(() -> copies.repair(added(run(4), 1, task(key, FIRST))))
                .isInstanceOf(FencedCommand.class);
        assertThatThrownBy(() -> copies.repair(order(second, 1, task(key, FIRST))))
                .as("another run repairs this node now")
                .isInstanceOf(FencedCommand.class);
        copies.repair(added(second, 1, task(key, FIRST)));
    }

    /** An order that has ended makes place for that of another run; one in progress does not. */
    @Test
    void ordersOfManyRunsAreBounded() throws Exception {
        repair(added(run(1), 1, task(plant(copy(1), CONTENT), FIRST)));
        for (int i = 2; i <= RunCopies.MAX_RUNS + 1; i++) {
            CopyKey key = copy(i);
            serve(first, key, Fault.STALL);
            assertThat(copies.repair(added(run(i), i, task(key, FIRST))).open()).isEqualTo(1);
        }
        assertThatThrownBy(() -> copies.repair(added(run(50), 50, task(copy(50), FIRST))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("copies of 16 other runs are in progress");
    }

    /** A run that is too old to be remembered may be of any incarnation. */
    @Test
    void aRunThatIsNotRememberedAnyMoreIsRefused() throws Exception {
        for (int i = 2; i <= 102; i++) {
            assertThat(fence.admitCopies(run(i))).isEmpty();
        }
        assertThat(fence.admitCopies(run(2))).contains(run(3));
        assertThat(fence.admitCopies(run(3))).isEmpty();
        restart();
        assertThat(fence.admitCopies(run(1))).contains(run(3));
    }

    @Test
    void anAssignmentKeepsItsCopies() throws Exception {
        CopyKey key = copy(1);
        serve(first, key, Fault.NONE);
        repair(order(run(1), 1, task(key, FIRST)));
        assertThatThrownBy(() -> copies.repair(order(run(1), 1, task(copy(2), FIRST))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has other copies than before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO_NEW", "STOPPED"})
    void nothingIsCopiedWhileTheGateIsNotOpen(CopyGate gate) throws Exception {
        CopyKey key = copy(1);
        serve(first, key, Fault.NONE);
        RepairOrder order = order(run(1), 1, task(key, FIRST));
        engine.engine().setGate(gate);
        assertThatThrownBy(() -> copies.repair(order))
                .isInstanceOf(IOException.class)
                .hasMessage("no copy is made, because the gate of this agent is " + gate
                        + "; PUT /api/v1/agent/gate opens it");
        assertThat(isInUse(key)).isFalse();
        engine.engine().setGate(CopyGate.OPEN);
        List<TaskResult> results = repair(order);
        engine.engine().setGate(gate);
        assertThat(copies.repair(order).ended()).as("it is done").isEqualTo(results);
    }

    @Test
    void nothingIsCopiedToAWrongRoot() throws Exception {
        CopyKey key = copy(1);
        serve(first, key, Fault.NONE);
        Files.delete(root.resolve(".rebalancer/identity"));
        assertThatThrownBy(() -> copies.repair(order(run(1), 1, task(key, FIRST))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("identity is missing");
        assertThat(isInUse(key)).isFalse();
    }

    @Test
    void aFileThatIsBeingReplacedIsNoOrphan() throws Exception {
        CopyKey key = plant(copy(1), "0123456788");
        QuarantineOrder.File file = orderOf(key);
        serve(first, key, Fault.STALL);
        copies.repair(order(run(1), 1, task(key, FIRST)));
        awaitTrue(() -> first.requests(key.objectId()) == 1);
        assertThat(orders.look(List.of(key)))
                .extracting(CopyFacts::presence)
                .containsExactly(CopyFacts.Presence.IN_USE);
        assertThat(orders.quarantine(new QuarantineOrder(run(1), 1, List.of(file))))
                .containsExactly(QuarantineOrder.Result.IN_USE);
    }
}
