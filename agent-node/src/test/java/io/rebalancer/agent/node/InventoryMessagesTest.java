package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.inventory.InventoryRequests;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.inventory.EntryFrames;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.InventoryMessage;
import io.rebalancer.cluster.message.InventoryMessage.Reply;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyFacts.Presence;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantineOrder.Result;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reconciliation run, from its first to its last message to an agent. */
@Tag("slow")
class InventoryMessagesTest {
    private static final RunToken RUN = new RunToken(new UUID(9, 2), 2, 1);
    private static final UUID OWNER = new UUID(1, 1);
    private static final CopyKey KEPT = new CopyKey(OWNER, new UUID(2, 1));
    private static final CopyKey ORPHAN = new CopyKey(OWNER, new UUID(2, 2));
    private static final CopyKey HELD = new CopyKey(OWNER, new UUID(2, 3));

    @TempDir
    private Path root;

    @TempDir
    private Path dataDir;

    private final ActorTestKit kit = ActorTestKit.create(
            "inventory",
            ConfigFactory.parseString("pekko.remote.artery.canonical { hostname = \"127.0.0.1\", port = 0 }")
                    .withFallback(EventSourcedBehaviorTestKit.config())
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private ObjectStore store;
    private TestEngine engine;
    private InventoryRequests requests;
    private AgentSettings settings;
    private EventSourcedBehaviorTestKit<AgentMessage, AgentEvent, AgentState> agent;

    @BeforeEach
    void start() throws IOException {
        AgentSettings base = TestEngine.settings(root, Duration.ofSeconds(1), Map.of());
        settings = new AgentSettings(
                base.storageNode(),
                base.http(),
                root,
                dataDir,
                base.store(),
                base.limits(),
                base.adaptive(),
                base.maxAssignments(),
                base.legacy(),
                base.sources(),
                base.parts(),
                base.claimTimeout());
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE);
        engine = TestEngine.start(settings, store);
        requests = InventoryRequests.open(settings, new InventorySettings(1 << 20, 0, 1 << 30), store, engine.engine());
        agent = EventSourcedBehaviorTestKit.create(
                kit.system(),
                StorageAgent.create(
                        settings,
                        engine.engine().newClient(),
                        new FreeSpaceMonitor(store.space()),
                        TestEngine.metrics(settings),
                        new PlayedControl(),
                        requests),
                EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyCommands(false));
        for (CopyKey key : List.of(KEPT, ORPHAN, HELD)) {
            Files.createDirectories(root.resolve(key.toString()).getParent());
            Files.writeString(root.resolve(key.toString()), key.toString());
        }
    }

    @AfterEach
    void stop() throws IOException {
        kit.shutdownTestKit();
        requests.close();
        engine.close();
        store.close();
    }

    private <T extends Reply> T ask(Function<ActorRef<Reply>, AgentMessage> request, Class<T> type) {
        TestProbe<Reply> probe = kit.createTestProbe();
        agent.runCommand(request.apply(probe.getRef()));
        Reply reply = probe.receiveMessage(Duration.ofSeconds(20));
        assertThat(reply).isInstanceOf(type);
        return type.cast(reply);
    }

    private InventoryStatus status() {
        return ask(
                        replyTo -> new InventoryMessage.AskStatus(RUN.runId(), replyTo),
                        InventoryMessage.StatusReported.class)
                .status();
    }

    private void listFiles() {
        ask(replyTo -> new InventoryMessage.Begin(RUN, replyTo), InventoryMessage.StatusReported.class);
        await().atMost(Duration.ofSeconds(20)).until(() -> status().state() == InventoryStatus.State.READY);
    }

    private List<InventoryEntry> entries() {
        return EntryFrames.decode(ask(
                        replyTo -> new InventoryMessage.ReadEntries(RUN.runId(), KeyRange.ALL, 100, replyTo),
                        InventoryMessage.EntriesRead.class)
                .frame());
    }

    private List<Result> quarantine(RunToken token, List<InventoryEntry> entries) {
        List<QuarantineOrder.File> files = entries.stream()
                .map(entry -> new QuarantineOrder.File(
                        entry.key(), entry.sizeBytes(), entry.modifiedMillis(), entry.changedMillis()))
                .toList();
        return ask(
                        replyTo -> new InventoryMessage.Quarantine(new QuarantineOrder(token, 1, files), replyTo),
                        InventoryMessage.Quarantined.class)
                .results();
    }

    private List<QuarantinedCopy> quarantined() {
        return ask(
                        replyTo -> new InventoryMessage.ListQuarantine(Optional.empty(), 10, replyTo),
                        InventoryMessage.QuarantineListed.class)
                .page()
                .items();
    }

    /** The job's copies find their files, and no source is asked. */
    private void hold(CopyKey key, long assignment) throws Exception {
        CopyTask task = new CopyTask(
                new RecordRef(1, "/o/stor/1"),
                key.objectId(),
                key.owner(),
                key.toString().length(),
                TestEngine.md5(key.toString().getBytes(StandardCharsets.UTF_8)),
                List.of());
        agent.runCommand(new AgentMessage.Assign(
                new FencingToken(new UUID(7, 7), 1),
                new Assignment(
                        new UUID(3, assignment), new CopyLocation("dc1", settings.storageNode()), List.of(task))));
        assertThat(agent.getState().held()).containsKey(new UUID(3, assignment));
    }

    private RepairOrder repairOf(RunToken token, CopyTask... tasks) {
        return new RepairOrder(
                token,
                settings.storageNode(),
                new Assignment(
                        new UUID(5, token.number()), new CopyLocation("dc1", settings.storageNode()), List.of(tasks)));
    }

    private static CopyTask taskOf(CopyKey key) throws Exception {
        byte[] content = key.toString().getBytes(StandardCharsets.UTF_8);
        return new CopyTask(
                new RecordRef(1, "/o/stor/1"),
                key.objectId(),
                key.owner(),
                content.length,
                TestEngine.md5(content),
                List.of(new StorageNodeId("2.stor")));
    }

    private NodeInventory.RepairProgress repair(RepairOrder order) {
        return ask(replyTo -> new InventoryMessage.Repair(order, replyTo), InventoryMessage.RepairReported.class)
                .progress();
    }

    @Test
    void aRunOrdersCopies() throws Exception {
        RepairOrder order = repairOf(RUN, taskOf(KEPT), taskOf(new CopyKey(OWNER, new UUID(2, 9))));
        await().atMost(Duration.ofSeconds(20)).until(() -> repair(order).open() == 0);
        List<TaskResult> results = repair(order).ended();
        assertThat(results.get(0).failure()).as("its file exists").isEmpty();
        assertThat(results.get(1).failure()).as("the source is unknown").contains(Reason.SOURCE_OTHER_ERROR);

        RepairOrder stale = repairOf(new RunToken(new UUID(9, 1), 1, 1), taskOf(KEPT));
        assertThat(ask(replyTo -> new InventoryMessage.Repair(stale, replyTo), InventoryMessage.Fenced.class)
                        .known())
                .isEqualTo(RUN);
        engine.engine().setGate(CopyGate.STOPPED);
        RepairOrder next = repairOf(new RunToken(new UUID(9, 3), 3, 1), taskOf(KEPT));
        assertThat(ask(replyTo -> new InventoryMessage.Repair(next, replyTo), InventoryMessage.Failed.class)
                        .detail())
                .contains("the gate of this agent is STOPPED");
    }

    @Test
    void aRunListsMovesRestoresAndPurges() throws Exception {
        hold(HELD, 1);
        listFiles();
        assertThat(status().coverage().files()).isEqualTo(3);
        List<InventoryEntry> entries = entries();
        assertThat(entries).extracting(InventoryEntry::key).containsExactly(KEPT, ORPHAN, HELD);
        long hash = RangeDigest.hash(KEPT, entries.get(0).sizeBytes());
        List<RangeDigest> digests =
                List.of(new RangeDigest(KEPT, 1, hash), RangeDigest.empty(ORPHAN), new RangeDigest(CopyKey.LAST, 1, 5));
        assertThat(ask(
                                replyTo -> new InventoryMessage.CompareDigests(
                                        RUN.runId(), Optional.empty(), digests, replyTo),
                                InventoryMessage.DigestsCompared.class)
                        .differing())
                .containsExactly(1, 2);
        CopyKey missing = new CopyKey(OWNER, new UUID(5, 5));
        assertThat(ask(
                                replyTo -> new InventoryMessage.Look(List.of(HELD, missing, KEPT), replyTo),
                                InventoryMessage.Looked.class)
                        .facts())
                .extracting(CopyFacts::presence)
                .containsExactly(Presence.IN_USE, Presence.ABSENT, Presence.PRESENT);
        List<ContentFacts> contents = ask(
                        replyTo -> new InventoryMessage.ReadContents(List.of(KEPT, missing), replyTo),
                        InventoryMessage.ContentsRead.class)
                .facts();
        assertThat(contents.get(0).md5())
                .contains(TestEngine.md5(KEPT.toString().getBytes(StandardCharsets.UTF_8)));
        assertThat(contents.get(1).md5()).isEmpty();
        assertThat(contents.get(1).fault()).contains("no file");

        List<InventoryEntry> suspects = entries.subList(1, 3);
        assertThat(quarantine(RUN, suspects)).containsExactly(Result.MOVED, Result.IN_USE);
        assertThat(quarantine(RUN, suspects)).containsExactly(Result.MOVED, Result.IN_USE);
        assertThat(root.resolve(ORPHAN.toString())).doesNotExist();
        assertThat(root.resolve(HELD.toString())).hasContent(HELD.toString());
        QuarantinedCopy item = quarantined().get(0);
        assertThat(item.key()).contains(ORPHAN);
        assertThat(item.runId()).contains(RUN.runId());
        assertThat(item.reason()).isEqualTo("orphan");
        assertThat(restore(item.id())).isEqualTo(NodeInventory.Restore.RESTORED);
        assertThat(restore(item.id())).isEqualTo(NodeInventory.Restore.MISSING);
        assertThat(root.resolve(ORPHAN.toString())).hasContent(ORPHAN.toString());

        // The restored file has another time of its last change, so the old order does not apply to it.
        assertThat(quarantine(RUN, suspects).get(0)).isIn(Result.CHANGED, Result.MOVED);
        ask(replyTo -> new InventoryMessage.Drop(RUN.runId(), replyTo), InventoryMessage.Dropped.class);
        listFiles();
        List<InventoryEntry> again = new ArrayList<>(entries());
        again.removeIf(entry -> !entry.key().equals(ORPHAN));
        quarantine(RUN, again);
        String id = quarantined().get(0).id();
        assertThat(purge(id, Instant.EPOCH)).isEmpty();
        assertThat(purge(id, Instant.now().plusSeconds(60))).containsExactly(id);
        assertThat(quarantined()).isEmpty();
    }

    private NodeInventory.Restore restore(String id) {
        return ask(replyTo -> new InventoryMessage.Restore(id, replyTo), InventoryMessage.RestoreDecided.class)
                .result();
    }

    private List<String> purge(String id, Instant movedBefore) {
        return ask(
                        replyTo -> new InventoryMessage.Purge(new PurgeOrder(RUN, List.of(id), movedBefore), replyTo),
                        InventoryMessage.Purged.class)
                .ids();
    }

    @Test
    void whatCanNotBeDoneIsReported() throws Exception {
        listFiles();
        RunToken lower = new RunToken(new UUID(9, 1), 1, 9);
        assertThat(ask(replyTo -> new InventoryMessage.Begin(lower, replyTo), InventoryMessage.Fenced.class)
                        .known())
                .isEqualTo(RUN);
        assertThat(ask(
                                replyTo -> new InventoryMessage.Quarantine(
                                        new QuarantineOrder(lower, 1, List.of()), replyTo),
                                InventoryMessage.Fenced.class)
                        .known())
                .isEqualTo(RUN);
        ask(
                replyTo -> new InventoryMessage.Purge(new PurgeOrder(lower, List.of(), Instant.now()), replyTo),
                InventoryMessage.Fenced.class);
        ask(
                replyTo -> new InventoryMessage.ReadEntries(lower.runId(), KeyRange.ALL, 1, replyTo),
                InventoryMessage.NoInventory.class);
        engine.engine().setGate(CopyGate.STOPPED);
        assertThat(quarantine(RUN, entries())).containsOnly(Result.FAILED);
        assertThat(root.resolve(KEPT.toString())).exists();
        assertThat(ask(replyTo -> new InventoryMessage.Restore("x", replyTo), InventoryMessage.Failed.class)
                        .detail())
                .contains("gate", "STOPPED");
        engine.engine().setGate(CopyGate.OPEN);
        Files.delete(root.resolve(".rebalancer/identity"));
        assertThat(ask(replyTo -> new InventoryMessage.Look(List.of(KEPT), replyTo), InventoryMessage.Failed.class)
                        .detail())
                .contains("identity is missing");
        assertThat(ask(
                                replyTo -> new InventoryMessage.Quarantine(
                                        new QuarantineOrder(RUN, 1, List.of()), replyTo),
                                InventoryMessage.Failed.class)
                        .detail())
                .contains("identity is missing");
    }
}
