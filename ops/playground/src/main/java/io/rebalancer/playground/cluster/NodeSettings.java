package io.rebalancer.playground.cluster;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.rebalancer.playground.console.PlaygroundFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the settings files of the nodes. A node can also be started by hand with its file. */
public final class NodeSettings {
    /**
     * Failure detection and downing within seconds, a stop that waits for no idle connection, and assignments small enough
     * for a fault to hit one in flight.
     */
    private static final String QUICK = """
            pekko.cluster {
              retry-unsuccessful-join-after = 1s
              gossip-interval = 200ms
              leader-actions-interval = 200ms
              failure-detector { heartbeat-interval = 500ms, acceptable-heartbeat-pause = 3s }
              split-brain-resolver { stable-after = 3s, down-all-when-unstable = 10s }
              sharding {
                retry-interval = 500ms
                coordinator-failure-backoff = 1s
                shard-failure-backoff = 1s
                entity-restart-backoff = 1s
                waiting-for-state-timeout = 1s
              }
            }
            pekko.coordinated-shutdown.phases.service-stop.timeout = 1s
            pekko.remote.artery.advanced.shutdown-flush-timeout = 100ms
            rebalancer.evacuate { max-tasks-per-assignment = 25, agent-lost-after = 45s, timeouts.full-destinations = 10s }
            """;

    /** Many nodes start at the same time on one machine, so each may take long to listen. */
    private static final String COMMON = """
            pekko.remote.artery.bind.bind-timeout = 30s
            pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = %s
            pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
            rebalancer.manager.storinfo-refresh = 2s
            """;

    private final Path directory;
    private final String host;
    private final List<String> seeds;
    private final Optional<MemberNetwork> network;
    private final boolean processes;
    private final boolean quick;

    /**
     * @param seeds host:port of every member, managers first
     * @param network the network between the members, or empty for plain loopback
     * @param processes whether each node runs in its own process
     * @param quick whether failures are detected faster than by default
     */
    public NodeSettings(
            Path directory,
            String host,
            List<String> seeds,
            Optional<MemberNetwork> network,
            boolean processes,
            boolean quick) {
        this.directory = directory;
        this.host = host;
        this.seeds = List.copyOf(seeds);
        this.network = network;
        this.processes = processes;
        this.quick = quick;
    }

    /**
     * Writes {@code NAME.conf}.
     *
     * @param own the node's own settings, paths to values
     */
    public Path write(String name, int remotingPort, int metricsPort, Map<String, Object> own)
            throws IOException, PlaygroundFault {
        Map<String, Object> all = new LinkedHashMap<>(own);
        all.replaceAll(
                (path, value) -> value instanceof String text ? text.replace(ClusterPlan.NODE_NAME, name) : value);
        all.put("rebalancer.cluster.host", host);
        all.put("rebalancer.cluster.port", remotingPort);
        all.put("rebalancer.cluster.seed-nodes", seeds);
        if (network.isPresent()) {
            all.putAll(network.get().connect(name, remotingPort));
        }
        // Nodes in one JVM would all report the same numbers.
        all.put("rebalancer.metrics.enabled", processes);
        all.put("rebalancer.metrics.host", host);
        all.put("rebalancer.metrics.port", metricsPort);
        String text = ConfigFactory.parseMap(all)
                .withFallback(
                        ConfigFactory.parseString(COMMON.formatted(processes ? "on" : "off") + (quick ? QUICK : "")))
                .root()
                .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
        Path file = directory.resolve(name + ".conf");
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return file;
    }
}
