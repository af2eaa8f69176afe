package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What an agent needs to know of its node.
 *
 * @param root directory of the object files
 * @param dataDir directory of the embedded journal
 * @param parallelFetches copies made at a time, at least 1
 * @param maxAssignments assignments held at a time, at least 1
 * @param idleTimeout longest silence of a source
 * @param sources base URLs of nodes that are not reached under their own name at port 80
 */
public record AgentSettings(
        StorageNodeId storageNode,
        HttpSettings http,
        Path root,
        Path dataDir,
        int parallelFetches,
        int maxAssignments,
        Duration idleTimeout,
        Map<StorageNodeId, URI> sources) {

    public AgentSettings {
        if (parallelFetches < 1 || maxAssignments < 1) {
            throw new IllegalArgumentException("parallel-fetches and max-assignments must be at least 1");
        }
        sources = Map.copyOf(sources);
    }

    /** @throws SettingsFault if a setting is missing or wrong */
    public static AgentSettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.agent",
                section -> new AgentSettings(
                        new StorageNodeId(SettingsFile.required(section, "storage-id")),
                        HttpSettings.from(section),
                        Path.of(SettingsFile.required(section, "root")),
                        Path.of(SettingsFile.required(section, "data-dir")),
                        section.getInt("parallel-fetches"),
                        section.getInt("max-assignments"),
                        section.getDuration("idle-timeout"),
                        SettingsFile.urls(section, "sources")));
    }

    /** Base URL of a storage node's file server. */
    public URI sourceOf(StorageNodeId node) {
        URI named = sources.get(node);
        return named != null ? named : URI.create("http://" + node.text());
    }
}
