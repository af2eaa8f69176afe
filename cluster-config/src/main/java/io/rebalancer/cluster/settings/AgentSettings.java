package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What an agent needs to know of its node.
 *
 * @param root directory of the object files
 * @param dataDir directory of the embedded journal
 * @param durability {@code flushed}, {@code read-back} or {@code os}
 * @param limits what it may do until somebody chooses otherwise
 * @param adaptive whether it does less than its limits allow while its disk or its sources are in trouble
 * @param maxAssignments assignments held at a time, at least 1
 * @param idleTimeout longest silence of a source
 * @param slowestBytesPerSecond a source that is slower over a whole object is given up, at least 1
 * @param domain storage nodes below it are reached under their own name; empty text for none
 * @param sources base URLs of nodes that are reached otherwise
 * @param claimTimeout how long another member with the same storage id must be well before this one ends
 */
public record AgentSettings(
        StorageNodeId storageNode,
        HttpSettings http,
        Path root,
        Path dataDir,
        String durability,
        CopyLimits limits,
        boolean adaptive,
        int maxAssignments,
        Duration idleTimeout,
        long slowestBytesPerSecond,
        String domain,
        Map<StorageNodeId, URI> sources,
        Duration claimTimeout) {

    public AgentSettings {
        if (maxAssignments < 1) {
            throw new IllegalArgumentException("max-assignments must be at least 1");
        }
        if (slowestBytesPerSecond < 1) {
            throw new IllegalArgumentException("slowest-source must be at least 1 byte a second");
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
                        section.getString("durability"),
                        limits(section.getConfig("limits")),
                        section.getBoolean("adaptive"),
                        section.getInt("max-assignments"),
                        section.getDuration("idle-timeout"),
                        section.getBytes("slowest-source"),
                        section.getString("domain"),
                        SettingsFile.urls(section, "sources"),
                        section.getDuration("claim-timeout")));
    }

    private static CopyLimits limits(Config section) {
        return new CopyLimits(
                section.getBytes("bytes-per-second"),
                section.getBytes("bytes-per-second-of-source"),
                section.getInt("parallel-fetches"),
                section.getInt("fetches-of-source"),
                section.getBytes("free-space-floor") >> 20,
                section.getInt("fill-ceiling-percent"));
    }

    /**
     * Base URL of a storage node's file server, or empty if the topology knows no such node: an address that only a peer
     * has named is never called.
     */
    public Optional<URI> sourceOf(StorageNodeId node) {
        URI named = sources.get(node);
        if (named != null) {
            return Optional.of(named);
        }
        return !domain.isEmpty() && node.text().endsWith("." + domain)
                ? Optional.of(URI.create("http://" + node.text()))
                : Optional.empty();
    }
}
