package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How this member meets the others.
 *
 * @param host address the others reach it at
 * @param port remoting port, 1 to 65535
 * @param seedNodes {@code host:port} of members to join
 * @param version of the program, as other members see it
 * @param firstSeedTimeout how long the first seed node looks for a cluster before it forms one
 * @param tls empty if members speak in the clear
 */
public record ClusterSettings(
        String host,
        int port,
        List<String> seedNodes,
        String version,
        Duration firstSeedTimeout,
        Optional<TlsSettings> tls) {
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
                        SeedNodes.from(section),
                        Optional.of(section.getString("app-version"))
                                .filter(given -> !given.isEmpty())
                                .orElse(Build.VERSION),
                        section.getDuration("first-seed-timeout"),
                        TlsSettings.from(section.getConfig("tls"))));
    }

    /**
     * {@code root} with Pekko's own settings for this member, its roles among them.
     *
     * <p>Only the first seed node may form a cluster. It looks for one for long: started again on a busy machine it would
     * otherwise form a second cluster beside the one its agents kept. Nobody waits for it when the cluster starts as a
     * whole, since then all others say at once that they have none.
     */
    public Config applyTo(Config root, List<String> roles) {
        String self = host + ":" + port;
        List<String> seeds = seedNodes.isEmpty() ? List.of(self) : seedNodes;
        Map<String, Object> own = new HashMap<>();
        own.put("pekko.remote.artery.canonical.hostname", host);
        own.put("pekko.remote.artery.canonical.port", port);
        tls.ifPresent(each -> own.putAll(each.pekko()));
        own.put("pekko.cluster.roles", roles);
        own.put("pekko.cluster.app-version", version);
        own.put(
                "pekko.cluster.seed-nodes",
                seeds.stream()
                        .map(seed -> "pekko://" + SYSTEM_NAME + "@" + seed)
                        .toList());
        if (seeds.get(0).equals(self)) {
            own.put("pekko.cluster.seed-node-timeout", firstSeedTimeout.toMillis() + "ms");
        }
        return ConfigFactory.parseMap(own).withFallback(root);
    }
}
