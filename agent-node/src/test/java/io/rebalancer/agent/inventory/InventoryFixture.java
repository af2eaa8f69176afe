package io.rebalancer.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.FileFacts;
import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.RunFence;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An object root, a data directory, and all that answers runs. */
abstract class InventoryFixture {
    static final StorageNodeId NODE = new StorageNodeId("1.stor");
    static final UUID OWNER = new UUID(0xF000_0000_0000_0001L, 2);
    static final InventorySettings SETTINGS = new InventorySettings(1 << 20, 0, 1 << 30);

    @TempDir
    Path temporary;

    Path root;
    Path dataDir;
    final FaultyTree disk = new FaultyTree();
    final HeldKeys held = new HeldKeys();
    ObjectStore store;
    TestEngine engine;
    NodeSentinel sentinel;
    RunFence fence;
    AgentInventory inventory;
    InventoryReader reader;
    RunOrders orders;
    RunCopies copies;
    /** Where the engine fetches from. */
    final Map<StorageNodeId, URI> sources = new HashMap<>();

    /** Time that has passed for the inventory in addition. */
    volatile long skippedNanos;

    /** Bytes that one request reads. */
    long contentBytes = Long.MAX_VALUE / 2;

    /** After this time without a byte, a source counts as broken. */
    Duration idleTimeout = Duration.ofSeconds(1);

    @BeforeEach
    final void create() throws IOException {
        root = Files.createDirectory(temporary.resolve("root"));
        dataDir = Files.createDirectory(temporary.resolve("data"));
        open(SETTINGS);
    }

    final void open() throws IOException {
        open(SETTINGS);
    }

    final void open(InventorySettings settings) throws IOException {
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE, disk);
        engine = TestEngine.start(TestEngine.settings(root, idleTimeout, Map.copyOf(sources)), store);
        InventoryFiles files = new InventoryFiles(dataDir.resolve("inventory"));
        sentinel = NodeSentinel.open(root, dataDir, NODE);
        fence = store.runFence();
        inventory =
                AgentInventory.open(store, sentinel, fence, files, settings, () -> System.nanoTime() + skippedNanos);
        reader = new InventoryReader(inventory);
        orders = new RunOrders(
                store, engine.engine(), sentinel, fence, held, settings.scrubBytesPerSecond(), contentBytes);
        copies = new RunCopies(NODE, engine.engine(), sentinel, fence);
    }

    @AfterEach
    final void close() throws IOException {
        inventory.close();
        engine.close();
        store.close();
    }

    final void restart() throws IOException {
        close();
        open();
    }

    static RunToken run(long number) {
        return new RunToken(new UUID(9, number), number, 1);
    }

    static CopyKey copy(long object) {
        return new CopyKey(OWNER, new UUID(object, object));
    }

    final Path file(CopyKey key) {
        return root.resolve(key.toString());
    }

    /** Makes a file as another program would. */
    final CopyKey plant(CopyKey key, String content) throws IOException {
        Files.createDirectories(file(key).getParent());
        Files.writeString(file(key), content);
        return key;
    }

    /** Publishes a file as a copy of an assignment. */
    final CopyKey publish(CopyKey key, String content, UUID assignmentId) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        try (IncomingObject object =
                store.begin(new ObjectKey(key.owner(), key.objectId()), bytes.length, TestEngine.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(assignmentId, 1);
            store.publish(object);
        }
        return key;
    }

    final QuarantineOrder.File orderOf(CopyKey key) throws IOException {
        FileFacts facts = disk.factsOf(file(key));
        return new QuarantineOrder.File(key, facts.sizeBytes(), facts.modifiedMillis(), facts.changedMillis());
    }

    /** Begins the inventory, and waits for its end. */
    final InventoryStatus list(RunToken token) throws Exception {
        inventory.begin(token);
        return awaitEnd(token);
    }

    final InventoryStatus awaitEnd(RunToken token) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> inventory.status(token.runId()).state() != InventoryStatus.State.LISTING);
        return inventory.status(token.runId());
    }

    final InventoryStatus listReady(RunToken token) throws Exception {
        InventoryStatus status = list(token);
        assertThat(status.state()).as(status.detail()).isEqualTo(InventoryStatus.State.READY);
        return status;
    }

    final List<InventoryEntry> allEntries(RunToken token) throws Exception {
        List<InventoryEntry> all = new ArrayList<>();
        Optional<CopyKey> after = Optional.empty();
        boolean last = false;
        while (!last) {
            var page = reader.entries(token.runId(), new KeyRange(after, CopyKey.LAST), 7);
            all.addAll(page.entries());
            last = page.last();
            if (!last) {
                after = Optional.of(
                        page.entries().get(page.entries().size() - 1).key());
            }
        }
        return all;
    }
}
