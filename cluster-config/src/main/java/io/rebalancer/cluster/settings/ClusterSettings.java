package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How this member meets the others.
 *
 * @param host address the others reach it at
 * @param port remoting port, 1 to 65535
 * @param seedNodes {@code host:port} of members to join
 */
public record ClusterSettings(String host, int port, List<String> seedNodes) {
    /** Name of every member's actor system; part of their addresses. */
    public static final String SYSTEM_NAME = "rebalancer";

    public ClusterSettings {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be 1 to 65535, not " + port);
        }
        seedNodes = List.copyOf(seedNodes);
    }

    /** @throws SettingsFault if a setting is missing or wrong */
    public static ClusterSettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.cluster",
                section -> new ClusterSettings(
                        SettingsFile.required(section, "host"),
                        section.getInt("port"),
                        section.getStringList("seed-nodes")));
    }

    /** {@code root} with Pekko's own settings for this member, its roles among them. */
    public Config applyTo(Config root, List<String> roles) {
        List<String> seeds = seedNodes.isEmpty() ? List.of(host + ":" + port) : seedNodes;
        return ConfigFactory.parseMap(Map.of(
                        "pekko.remote.artery.canonical.hostname", host,
                        "pekko.remote.artery.canonical.port", port,
                        "pekko.cluster.roles", roles,
                        "pekko.cluster.seed-nodes",
                                seeds.stream()
                                        .map(seed -> "pekko://" + SYSTEM_NAME + "@" + seed)
                                        .collect(Collectors.toList())))
                .withFallback(root);
    }
}
