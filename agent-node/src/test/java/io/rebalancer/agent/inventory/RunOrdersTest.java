package io.rebalancer.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.store.FileFacts;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.QuarantineEvidence;
import io.rebalancer.agent.store.QuarantineReason;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyFacts.Presence;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantineOrder.Result;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.RunToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of single files: which are moved, which stay, and what comes back. */
class RunOrdersTest extends InventoryFixture {
    private static final UUID ASSIGNMENT = new UUID(6, 6);

    private List<Result> quarantine(RunToken token, QuarantineOrder.File... files) throws Exception {
        return orders.quarantine(new QuarantineOrder(token, 1, Arrays.asList(files)));
    }

    private List<QuarantinedCopy> quarantined() throws IOException {
        return orders.quarantined(Optional.empty(), 1000).items();
    }

    private void hold(CopyKey key) {
        CopyTask task = new CopyTask(
                new RecordRef(1, "/o/stor/1"),
                key.objectId(),
                key.owner(),
                1,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
        held.update(AgentState.EMPTY.apply(new AgentEvent.AssignmentAccepted(
                new UUID(7, 7), new Assignment(ASSIGNMENT, new CopyLocation("dc1", NODE), List.of(task)))));
    }

    @Test
    void aFileThatIsStillTheOneOfTheOrderIsMovedOnce() throws Exception {
        CopyKey key = plant(copy(1), "content");
        QuarantineOrder.File order = orderOf(key);
        assertThat(quarantine(run(1), order)).containsExactly(Result.MOVED);
        assertThat(file(key)).doesNotExist();
        plant(key, "a new file under the same name");
        assertThat(quarantine(run(1), order)).as("repeated").containsExactly(Result.MOVED);
        assertThat(file(key)).hasContent("a new file under the same name");
        assertThat(quarantined()).hasSize(1);
        restart();
        assertThat(quarantine(run(1), order)).as("after a restart").containsExactly(Result.MOVED);
        assertThat(quarantined()).hasSize(1);
        assertThat(quarantine(run(2), order)).as("another run").containsExactly(Result.CHANGED);
    }

    @Test
    void anotherFileStays() throws Exception {
        CopyKey key = plant(copy(1), "content");
        QuarantineOrder.File order = orderOf(key);
        List<QuarantineOrder.File> changed = List.of(
                new QuarantineOrder.File(key, 8, order.modifiedMillis(), order.changedMillis()),
                new QuarantineOrder.File(key, 7, order.modifiedMillis() - 1, order.changedMillis()),
                new QuarantineOrder.File(key, 7, order.modifiedMillis(), order.changedMillis() + 1),
                new QuarantineOrder.File(key, 7, InventoryEntry.UNKNOWN_TIME, InventoryEntry.UNKNOWN_TIME));
        for (QuarantineOrder.File each : changed) {
            assertThat(quarantine(run(1), each)).as(each.toString()).containsExactly(Result.CHANGED);
        }
        disk.changes.put(
                file(key),
                facts -> new FileFacts(
                        facts.kind(), 7, InventoryEntry.UNKNOWN_TIME, InventoryEntry.UNKNOWN_TIME, facts.fileKey()));
        assertThat(quarantine(run(1), changed.get(3))).as("of unknown age").containsExactly(Result.CHANGED);
        disk.changes.clear();
        CopyKey gone = copy(2);
        CopyKey directory = copy(3);
        CopyKey link = copy(4);
        Files.createDirectory(file(directory));
        Files.createSymbolicLink(file(link), file(key));
        assertThat(quarantine(
                        run(1),
                        new QuarantineOrder.File(gone, 7, 1, 1),
                        new QuarantineOrder.File(new CopyKey(new UUID(8, 8), new UUID(8, 8)), 7, 1, 1),
                        orderOf(directory),
                        orderOf(link)))
                .containsExactly(Result.GONE, Result.GONE, Result.CHANGED, Result.CHANGED);
        assertThat(file(key)).hasContent("content");
        assertThat(quarantined()).isEmpty();
        assertThat(quarantine(run(1), order)).as("it was the right one").containsExactly(Result.MOVED);
    }

    @Test
    void filesThatAssignmentsNeedStay() throws Exception {
        CopyKey task = plant(copy(1), "x");
        CopyKey created = publish(copy(2), "y", ASSIGNMENT);
        hold(task);
        assertThat(quarantine(run(1), orderOf(task), orderOf(created))).containsExactly(Result.IN_USE, Result.IN_USE);
        assertThat(orders.look(List.of(task, created)))
                .extracting(CopyFacts::presence)
                .containsOnly(Presence.IN_USE);
        held.update(AgentState.EMPTY);
        assertThat(quarantine(run(1), orderOf(task), orderOf(created))).containsExactly(Result.MOVED, Result.MOVED);
    }

    @Test
    void anOrderWithALowerTokenMovesNothingAlsoAfterARestart() throws Exception {
        CopyKey key = plant(copy(1), "x");
        quarantine(run(5));
        restart();
        assertThatThrownBy(() -> quarantine(run(4), orderOf(key)))
                .isInstanceOfSatisfying(
                        FencedCommand.class,
                        fenced -> assertThat(fenced.known()).isEqualTo(run(5)));
        assertThatThrownBy(() -> orders.purge(new PurgeOrder(run(4), List.of(), Instant.now())))
                .isInstanceOf(FencedCommand.class);
        assertThat(file(key)).exists();
        Files.writeString(root.resolve(".rebalancer/run-token"), "version=1\nrun=");
        restart();
        assertThatThrownBy(() -> quarantine(run(6), orderOf(key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("run-token is damaged");
        assertThat(file(key)).exists();
    }

    @Test
    void nothingMovesWhileTheGateIsStoppedOrTheRootIsWrong() throws Exception {
        CopyKey first = plant(copy(1), "x");
        CopyKey second = plant(copy(2), "x");
        QuarantineOrder.File[] files = {orderOf(first), orderOf(second)};
        engine.engine().setGate(CopyGate.STOPPED);
        assertThat(quarantine(run(1), files)).containsOnly(Result.FAILED);
        engine.engine().setGate(CopyGate.NO_NEW);
        disk.beforeFacts.put(file(first), () -> Files.delete(root.resolve(".rebalancer/identity")));
        assertThat(quarantine(run(1), files)).containsExactly(Result.MOVED, Result.FAILED);
        assertThat(file(second)).exists();
        disk.beforeFacts.clear();
        assertThatThrownBy(() -> quarantine(run(1), files)).hasMessageContaining("identity is missing");
        assertThatThrownBy(() -> orders.look(List.of(second))).hasMessageContaining("identity is missing");
        assertThatThrownBy(() -> orders.restore("x")).hasMessageContaining("identity is missing");
    }

    @Test
    void aQuietEngineHasNoMoveInProgress() throws Exception {
        CopyKey key = plant(copy(1), "x");
        QuarantineOrder.File order = orderOf(key);
        disk.beforeFacts.put(file(key), () -> {
            engine.engine().setGate(CopyGate.STOPPED);
            assertThat(engine.engine().whenQuiet().toCompletableFuture().isDone())
                    .isFalse();
        });
        assertThat(quarantine(run(1), order)).containsExactly(Result.MOVED);
        assertThat(engine.engine().whenQuiet().toCompletableFuture().isDone()).isTrue();
    }

    @Test
    void onlyAPurgeOrderDeletesAndOnlyOldItemsOfRuns() throws Exception {
        CopyKey old = plant(copy(1), "old");
        CopyKey young = plant(copy(2), "young");
        CopyKey replaced = publish(copy(3), "replaced", ASSIGNMENT);
        quarantine(run(1), orderOf(old));
        Instant between = Instant.now().plusMillis(1);
        while (!Instant.now().isAfter(between)) {
            Thread.onSpinWait();
        }
        quarantine(run(1), orderOf(young));
        String discarded = store.moveAside(
                        new ObjectKey(replaced.owner(), replaced.objectId()),
                        QuarantineReason.REPLACED,
                        QuarantineEvidence.NONE)
                .orElseThrow();
        String oldId = id(old);
        String youngId = id(young);
        List<String> ids = List.of(oldId, youngId, discarded, "../../lock", new UUID(4, 4).toString());
        assertThat(orders.purge(new PurgeOrder(run(1), ids, between)))
                .containsExactly(oldId, "../../lock", new UUID(4, 4).toString());
        assertThat(root.resolve(".rebalancer/lock")).exists();
        assertThat(quarantined()).extracting(QuarantinedCopy::id).containsExactlyInAnyOrder(youngId, discarded);
        assertThat(orders.restore(youngId)).isEqualTo(NodeInventory.Restore.RESTORED);
        assertThat(orders.restore(oldId)).isEqualTo(NodeInventory.Restore.MISSING);
    }

    private String id(CopyKey key) throws IOException {
        return quarantined().stream()
                .filter(item -> item.key().equals(Optional.of(key)))
                .findFirst()
                .orElseThrow()
                .id();
    }

    @Test
    void theQuarantineIsListedInPages() throws Exception {
        for (int i = 1; i <= 5; i++) {
            quarantine(run(1), orderOf(plant(copy(i), "x")));
        }
        var first = orders.quarantined(Optional.empty(), 3);
        var last = orders.quarantined(Optional.of(first.items().get(2).id()), 3);
        assertThat(first.more()).isTrue();
        assertThat(last.more()).isFalse();
        assertThat(last.items()).hasSize(2);
        assertThat(quarantined()).extracting(QuarantinedCopy::id).isSorted().hasSize(5);
    }

    @Test
    void whatHasANameIsFoundOut() throws Exception {
        CopyKey present = plant(copy(1), "12345");
        CopyKey directory = copy(2);
        CopyKey bad = plant(copy(3), "x");
        Files.createDirectory(file(directory));
        disk.beforeFacts.put(file(bad), FaultyTree.fails());
        CopyKey linkedOwner = new CopyKey(new UUID(8, 8), new UUID(8, 8));
        Files.createSymbolicLink(root.resolve(linkedOwner.owner().toString()), root.resolve(OWNER.toString()));
        List<CopyFacts> facts = orders.look(List.of(present, directory, bad, linkedOwner, copy(4)));
        assertThat(facts)
                .extracting(CopyFacts::presence)
                .containsExactly(
                        Presence.PRESENT, Presence.UNKNOWN, Presence.UNKNOWN, Presence.UNKNOWN, Presence.ABSENT);
        QuarantineOrder.File order = orderOf(present);
        assertThat(facts.get(0))
                .isEqualTo(new CopyFacts(present, Presence.PRESENT, 5, order.modifiedMillis(), order.changedMillis()));
        assertThatThrownBy(() -> orders.look(java.util.Collections.nCopies(1001, present)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void contentsAreRead() throws Exception {
        String large = "0123456789abcdef".repeat(200_000);
        CopyKey one = plant(copy(1), large);
        CopyKey empty = plant(copy(2), "");
        List<ContentFacts> facts = orders.readContents(List.of(one, empty, copy(3)));
        assertThat(facts.get(0).sizeBytes()).isEqualTo(large.length());
        assertThat(facts.get(0).md5()).contains(TestEngine.md5(large.getBytes(StandardCharsets.UTF_8)));
        assertThat(facts.get(1).md5()).contains(TestEngine.md5(new byte[0]));
        assertThat(facts.get(2).md5()).isEmpty();
        assertThat(facts.get(2).fault()).isNotBlank();
    }

    @Test
    void aLargeContentIsReadInSeveralRequests() throws Exception {
        String large = "0123456789abcdef".repeat(500_000);
        CopyKey one = plant(copy(1), large);
        CopyKey two = plant(copy(2), "small");
        restartWith(3 << 20);
        List<ContentFacts> facts = orders.readContents(List.of(one, two));
        assertThat(facts).containsExactly(ContentFacts.inProgress(one, 3 << 20), ContentFacts.inProgress(two, 0));
        assertThat(orders.readContents(List.of(one, two)).get(0)).isEqualTo(ContentFacts.inProgress(one, 6 << 20));
        facts = orders.readContents(List.of(one, two));
        assertThat(facts.get(0).sizeBytes()).isEqualTo(large.length());
        assertThat(facts.get(0).md5()).contains(TestEngine.md5(large.getBytes(StandardCharsets.UTF_8)));
        assertThat(facts.get(1).md5()).contains(TestEngine.md5("small".getBytes(StandardCharsets.UTF_8)));
    }

    /** The digest of the parts of two files is the digest of neither. */
    @Test
    void aLargeFileThatIsReplacedBetweenTwoRequestsIsReadFromItsBeginning() throws Exception {
        CopyKey key = plant(copy(1), "a".repeat(3 << 20));
        restartWith(2 << 20);
        assertThat(orders.readContents(List.of(key)).get(0)).isEqualTo(ContentFacts.inProgress(key, 2 << 20));
        String other = "b".repeat(3 << 20);
        Files.writeString(temporary.resolve("other"), other);
        Files.move(temporary.resolve("other"), file(key), StandardCopyOption.REPLACE_EXISTING);
        assertThat(orders.readContents(List.of(key)).get(0)).isEqualTo(ContentFacts.inProgress(key, 2 << 20));
        assertThat(orders.readContents(List.of(key)).get(0).md5())
                .contains(TestEngine.md5(other.getBytes(StandardCharsets.UTF_8)));
    }

    private void restartWith(long bytesOfRequest) throws Exception {
        contentBytes = bytesOfRequest;
        restart();
    }

    @Test
    void aFileThatIsReplacedWhileItIsReadIsNotTheObjects() throws Exception {
        CopyKey key = plant(copy(1), "before");
        int[] looks = {0};
        disk.beforeFacts.put(file(key), () -> {
            // The third look is the one after the last byte.
            if (++looks[0] == 3) {
                Files.writeString(temporary.resolve("other"), "other!");
                Files.move(temporary.resolve("other"), file(key), StandardCopyOption.REPLACE_EXISTING);
                Files.setLastModifiedTime(file(key), FileTime.fromMillis(5));
            }
        });
        ContentFacts facts = orders.readContents(List.of(key)).get(0);
        assertThat(looks[0]).isEqualTo(3);
        assertThat(facts.md5()).isEmpty();
        assertThat(facts.fault()).contains("replaced or changed");
    }
}
