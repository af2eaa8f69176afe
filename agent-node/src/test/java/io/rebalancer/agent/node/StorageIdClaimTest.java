package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.loopback.LoopbackPorts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two agents that claim the same storage node. */
@Tag("cluster")
class StorageIdClaimTest {
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.d");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final Deque<AgentNode> agents = new ArrayDeque<>();

    @AfterEach
    void stop() throws Exception {
        while (!agents.isEmpty()) {
            AgentNode agent = agents.pop();
            agent.system().terminate();
            agent.whenStopped().toCompletableFuture().get();
        }
    }

    private AgentNode start(String name, String storageId, int port, int seed) throws Exception {
        Path root = Files.createDirectories(directory.resolve(name).resolve("root"));
        Config config = SettingsFile.over(ConfigFactory.parseString(
                """
                rebalancer.cluster { port = %d, seed-nodes = ["127.0.0.1:%d"], first-seed-timeout = 1s }
                rebalancer.agent { storage-id = "%s", root = "%s", data-dir = "%s", http.port = %d, claim-timeout = 2s }
                rebalancer.metrics.enabled = off
                pekko.cluster {
                  jmx.multi-mbeans-in-same-jvm = on
                  seed-node-timeout = 1s
                  retry-unsuccessful-join-after = 1s
                  gossip-interval = 200ms
                  leader-actions-interval = 200ms
                  periodic-tasks-initial-delay = 200ms
                }
                pekko.coordinated-shutdown.phases.cluster-sharding-shutdown-region.timeout = 1s
                pekko.remote.artery.advanced.shutdown-flush-timeout = 100ms
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """.formatted(port, seed, storageId, root, root.resolveSibling("data"), LoopbackPorts.reserve())));
        AgentNode agent = AgentNode.start(config).toCompletableFuture().get();
        agents.push(agent);
        return agent;
    }

    private static long members(AgentNode seenBy, StorageNodeId node) {
        return StreamSupport.stream(
                        Cluster.get(seenBy.system()).state().getMembers().spliterator(), false)
                .filter(member ->
                        member.hasRole(Roles.storage(node)) && member.status().equals(MemberStatus.up()))
                .count();
    }

    @Test
    void theSecondAgentEndsAndTheFirstKeepsTheId() throws Exception {
        int seed = LoopbackPorts.reserve();
        AgentNode first = start("first", NODE.text(), seed, seed);
        AgentNode other = start("other", "2.stor.d", LoopbackPorts.reserve(), seed);
        AgentNode second = start("second", NODE.text(), LoopbackPorts.reserve(), seed);
        await().atMost(TIMEOUT)
                .until(() -> second.whenStopped().toCompletableFuture().isDone());
        assertThat(CoordinatedShutdown.get(second.system()).getShutdownReason())
                .containsInstanceOf(StorageIdTaken.class);
        await().atMost(TIMEOUT).until(() -> members(first, NODE) == 1);
        assertThat(first.whenStopped().toCompletableFuture()).isNotDone();
        assertThat(other.whenStopped().toCompletableFuture()).isNotDone();
    }

    @Test
    void anAgentThatRestartsAtAnotherAddressGetsItsIdBack() throws Exception {
        int seed = LoopbackPorts.reserve();
        AgentNode other = start("other", "2.stor.d", seed, seed);
        AgentNode first = start("first", NODE.text(), LoopbackPorts.reserve(), seed);
        await().atMost(TIMEOUT).until(() -> members(other, NODE) == 1);
        first.system().terminate();
        first.whenStopped().toCompletableFuture().get();
        AgentNode restarted = start("first", NODE.text(), LoopbackPorts.reserve(), seed);
        await().atMost(TIMEOUT)
                .until(() -> members(other, NODE) == 1
                        && Cluster.get(restarted.system()).selfMember().status().equals(MemberStatus.up()));
        assertThat(restarted.whenStopped().toCompletableFuture()).isNotDone();
    }
}
