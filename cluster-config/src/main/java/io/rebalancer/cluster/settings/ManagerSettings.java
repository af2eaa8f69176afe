package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a manager is configured with.
 *
 * @param domain completes short storage ids; empty text to keep them as they are
 * @param morayTimeout deadline of one metadata call
 * @param morayConnections connections to one shard, at most, at least 1
 * @param nameServer {@code host:port} of the DNS server for SRV records, or empty to use this machine's configuration
 * @param postgres the databases that are scanned instead of Moray, or empty to scan through Moray
 * @param storinfo base URL
 * @param storinfoRefresh how often storinfo is queried
 * @param journal where the events of jobs are stored
 * @param httpAgents how agents are called over the legacy HTTP API
 * @param maxEventStreams event streams of the HTTP API at a time, at least 1
 */
public record ManagerSettings(
        HttpSettings http,
        String domain,
        List<MorayShard> morayShards,
        Duration morayTimeout,
        int morayConnections,
        Optional<HostAndPort> nameServer,
        Optional<PostgresSettings> postgres,
        URI storinfo,
        Duration storinfoRefresh,
        JournalSettings journal,
        HttpAgentSettings httpAgents,
        int maxEventStreams) {

    public ManagerSettings {
        morayShards = List.copyOf(morayShards);
        List<Integer> numbers =
                morayShards.stream().map(MorayShard::number).sorted().toList();
        require(!morayShards.isEmpty(), "moray-shards must list at least one shard");
        require(numbers.get(0) >= 1, "moray-shards: the number of a shard must be at least 1");
        require(numbers.stream().distinct().count() == numbers.size(), "moray-shards: a number occurs twice");
        require(maxEventStreams >= 1, "http.max-event-streams must be at least 1");
        require(morayConnections >= 1, "moray-connections must be at least 1");
        require(
                postgres.isEmpty()
                        || postgres.get().urls().keySet().stream()
                                .sorted()
                                .toList()
                                .equals(numbers),
                "postgres.shards must have the same numbers as moray-shards, otherwise a shard would not be scanned");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    /**
     * One metadata shard.
     *
     * @param number at least 1
     * @param port empty to look up the SRV record {@code _moray._tcp.HOST} (manta.md 7.10)
     */
    public record MorayShard(int number, String host, Optional<Integer> port) {}

    /** @throws SettingsFault if a setting is missing or wrong */
    public static ManagerSettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.manager",
                section -> new ManagerSettings(
                        HttpSettings.ofManager(section, "http."),
                        section.getString("domain"),
                        section.getConfigList("moray-shards").stream()
                                .map(ManagerSettings::shard)
                                .toList(),
                        section.getDuration("moray-timeout"),
                        section.getInt("moray-connections"),
                        HostAndPort.optional(section, "name-server"),
                        PostgresSettings.from(section),
                        URI.create(SettingsFile.required(section, "storinfo")),
                        section.getDuration("storinfo-refresh"),
                        JournalSettings.from(section),
                        HttpAgentSettings.from(section),
                        section.getInt("http.max-event-streams")));
    }

    /** What a manager with this file may set instead, if its listener needs tokens; may be empty. */
    public static String adviceForListener(Config root) {
        return LegacyConfig.adviceForListener(root);
    }

    private static MorayShard shard(Config each) {
        Optional<Integer> port = each.hasPath("port") ? Optional.of(each.getInt("port")) : Optional.empty();
        return new MorayShard(each.getInt("number"), each.getString("host"), port);
    }
}
