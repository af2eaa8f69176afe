package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How this process joins the cluster.
 *
 * @param host address at which other members reach this one
 * @param port remoting port, 1 to 65535
 * @param seedNodes {@code host:port} of the seed nodes
 * @param version application version of this member, visible to all members
 * @param firstSeedTimeout how long the first seed node looks for an existing cluster before it forms one
 * @param tls empty if members communicate without TLS
 * @param openToNetwork whether a host that other machines may reach needs no TLS
 */
public record ClusterSettings(
        String host,
        int port,
        List<String> seedNodes,
        String version,
        Duration firstSeedTimeout,
        Optional<TlsSettings> tls,
        boolean openToNetwork) {
    /** Name of the actor system of every member, and a part of every address. */
    public static final String SYSTEM_NAME = "rebalancer";

    public ClusterSettings {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be 1 to 65535, not " + port);
        }
        if (tls.isEmpty() && !openToNetwork && !LoopbackHosts.isLoopback(host)) {
            throw new IllegalArgumentException("host " + host
                    + " is no loopback address, so any process that reaches port " + port
                    + " could join the cluster; set tls.enabled = on with certificates, or open-to-network = on if only"
                    + " members can reach the port");
        }
        seedNodes = List.copyOf(seedNodes);
    }

    /** @throws SettingsFault if a setting is missing or invalid */
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
                        TlsSettings.from(section.getConfig("tls")),
                        section.getBoolean("open-to-network")));
    }

    /**
     * Adds Pekko's settings for this member, including its roles, to {@code root}.
     *
     * <p>Only the first seed node may form a cluster, and it looks for an existing one for {@code firstSeedTimeout}
     * before it does. With a short timeout, a first seed node that restarts on a busy machine could form a second
     * cluster beside the one of its agents. When all members start at the same time, the timeout causes no delay: the
     * other seed nodes report immediately that they are in no cluster. See docs/decisions/0004.
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
