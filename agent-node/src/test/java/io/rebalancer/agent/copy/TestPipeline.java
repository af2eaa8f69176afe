package io.rebalancer.agent.copy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;

/** A copy pipeline with its parts, assembled as in an agent. */
public record TestPipeline(CopyLimiter limiter, Sources sources, CopyPipeline pipeline) {
    static final CopyLimits LIMITS = new CopyLimits(0, 0, 32, 32, 0, 100);

    public static ActorTestKit kit(String name) {
        return ActorTestKit.create(
                name,
                ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
    }

    public static AgentSettings settings(Path root, Duration idleTimeout, Map<StorageNodeId, URI> sources) {
        return new AgentSettings(
                new StorageNodeId("1.stor"),
                new HttpSettings("127.0.0.1", 7878),
                root,
                root,
                "flushed",
                LIMITS,
                true,
                4,
                new AgentSettings.SourceSettings("", sources, idleTimeout, 16 << 10),
                Duration.ofSeconds(1));
    }

    public static TestPipeline create(ActorSystem<?> system, AgentSettings settings, ObjectStore store) {
        CopyLimiter limiter = new CopyLimiter(system, settings.limits(), settings.adaptive());
        Sources sources = new Sources(system, new SourceTopology(settings.sources()), limiter);
        CopyPipeline pipeline = new CopyPipeline(
                system,
                store,
                new Fetcher(system, settings.sources(), store, sources, limiter),
                limiter,
                new CopyMetrics(
                        new LegacyMetrics(Map.of()), new CopyTraces(AssignmentTraces.NONE, settings.storageNode())));
        return new TestPipeline(limiter, sources, pipeline);
    }

    static ContentMd5 md5(byte[] bytes) throws Exception {
        return new ContentMd5(Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(bytes)));
    }

    static CopyOrder order(
            int taskIndex, UUID owner, UUID objectId, long size, ContentMd5 md5, StorageNodeId... sources) {
        return new CopyOrder(new UUID(0, 1), taskIndex, new ObjectKey(owner, objectId), size, md5, List.of(sources));
    }

    CopyOutcome copy(CopyOrder order) throws Exception {
        return pipeline.copy(order).toCompletableFuture().get();
    }
}
