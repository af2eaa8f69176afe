package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a manager needs to know of its surroundings.
 *
 * @param domain completes short storage ids; empty text to leave them as they are
 * @param morayTimeout deadline of one metadata call
 * @param storinfo base URL
 * @param dataDir directory of the embedded journal
 * @param httpAgents base URLs of agents that are reached over the older HTTP API only
 */
public record ManagerSettings(
        HttpSettings http,
        String domain,
        List<MorayShard> morayShards,
        Duration morayTimeout,
        URI storinfo,
        Duration storinfoRefresh,
        Path dataDir,
        Map<StorageNodeId, URI> httpAgents) {

    public ManagerSettings {
        morayShards = List.copyOf(morayShards);
        httpAgents = Map.copyOf(httpAgents);
        if (morayShards.isEmpty()) {
            throw new IllegalArgumentException("moray-shards must list at least one shard");
        }
    }

    /** One metadata shard; {@code number} is at least 1. */
    public record MorayShard(int number, String host, int port) {}

    /** @throws SettingsFault if a setting is missing or wrong */
    public static ManagerSettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.manager",
                section -> new ManagerSettings(
                        HttpSettings.from(section),
                        section.getString("domain"),
                        section.getConfigList("moray-shards").stream()
                                .map(each -> new MorayShard(
                                        each.getInt("number"), each.getString("host"), each.getInt("port")))
                                .toList(),
                        section.getDuration("moray-timeout"),
                        URI.create(SettingsFile.required(section, "storinfo")),
                        section.getDuration("storinfo-refresh"),
                        Path.of(SettingsFile.required(section, "data-dir")),
                        SettingsFile.urls(section, "http-agents")));
    }
}
