package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.StoreSettings;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.legacy.LegacyLimits;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A copy engine as in an agent, whose caller stores each outcome in memory. */
public final class TestEngine implements AutoCloseable {
    static final CopyLimits LIMITS = new CopyLimits(0, 0, 32, 32, 0, 100);

    private final CopyEngine engine;
    private final CopyClient client;
    private final Map<UUID, CompletableFuture<CopyOutcome>> awaited = new ConcurrentHashMap<>();
    private final Queue<CopyOutcome> outcomes = new LinkedBlockingQueue<>();

    private TestEngine(CopyEngine engine) {
        this.engine = engine;
        this.client = engine.newClient();
        client.deliverTo(this::store);
    }

    public static AgentSettings settings(Path root, Duration idleTimeout, Map<StorageNodeId, URI> sources) {
        return settings(root, idleTimeout, sources, LIMITS);
    }

    static AgentSettings settings(Path root, Duration idleTimeout, Map<StorageNodeId, URI> sources, CopyLimits limits) {
        return new AgentSettings(
                new StorageNodeId("1.stor"),
                new HttpSettings("127.0.0.1", 7878),
                root,
                root,
                new StoreSettings(
                        "flushed", new StoreSettings.QuarantineSettings(Duration.ofDays(1), Long.MAX_VALUE), "", ""),
                limits,
                true,
                4,
                new LegacyLimits(5_000, 50_000, Duration.ofDays(7), 10_000, 16 << 20),
                new AgentSettings.SourceSettings("", sources, idleTimeout, 16 << 10),
                new AgentSettings.PartSettings(Duration.ofDays(7), 1L << 40),
                Duration.ofSeconds(1));
    }

    /** An engine that works. */
    public static TestEngine start(AgentSettings settings, ObjectStore store) {
        CopyEngine engine = CopyEngine.create(settings, store, metrics(settings));
        engine.start(settings.limits(), CopyGate.OPEN);
        return new TestEngine(engine);
    }

    public static CopyMetrics metrics(AgentSettings settings) {
        return new CopyMetrics(
                new LegacyMetrics(Map.of()), new CopyTraces(AssignmentTraces.NONE, settings.storageNode()));
    }

    public CopyEngine engine() {
        return engine;
    }

    CopyClient client() {
        return client;
    }

    private void store(List<CopyOutcome> batch) {
        client.markStored(batch);
        batch.forEach(outcome -> {
            outcomes.add(outcome);
            CompletableFuture<CopyOutcome> waiting =
                    awaited.remove(outcome.order().key().objectId());
            if (waiting != null) {
                waiting.complete(outcome);
            }
        });
    }

    /** The outcomes so far. */
    Queue<CopyOutcome> outcomes() {
        return outcomes;
    }

    void submit(CopyOrder order) {
        client.submit(order);
    }

    /** Makes one copy and returns its outcome. */
    CopyOutcome copy(CopyOrder order) throws Exception {
        CompletableFuture<CopyOutcome> outcome = new CompletableFuture<>();
        awaited.put(order.key().objectId(), outcome);
        client.submit(order);
        return outcome.get(60, TimeUnit.SECONDS);
    }

    public static ContentMd5 md5(byte[] bytes) throws Exception {
        return new ContentMd5(Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(bytes)));
    }

    static CopyOrder order(
            int taskIndex, UUID owner, UUID objectId, long size, ContentMd5 md5, StorageNodeId... sources) {
        return new CopyOrder(new UUID(0, 1), 1, taskIndex, new ObjectKey(owner, objectId), size, md5, List.of(sources));
    }

    @Override
    public void close() {
        engine.close();
    }
}
