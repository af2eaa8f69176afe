package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.legacy.LegacyLimits;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Settings of one agent: section {@code rebalancer.agent}.
 *
 * @param root directory of the object files
 * @param dataDir directory of the embedded journal
 * @param store how the agent writes and keeps object files
 * @param limits limits until an operator sets others through the API
 * @param adaptive whether the agent copies less than its limits allow while its disk or its sources are in trouble
 * @param maxAssignments assignments held at a time, at least 1
 * @param legacy limits on assignments over the legacy HTTP API
 * @param claimTimeout how long another member with the same storage id must be reachable before this agent ends
 */
public record AgentSettings(
        StorageNodeId storageNode,
        HttpSettings http,
        Path root,
        Path dataDir,
        StoreSettings store,
        CopyLimits limits,
        boolean adaptive,
        int maxAssignments,
        LegacyLimits legacy,
        SourceSettings sources,
        PartSettings parts,
        Duration claimTimeout) {

    public AgentSettings {
        if (maxAssignments < 1) {
            throw new IllegalArgumentException("max-assignments must be at least 1");
        }
    }

    /**
     * The storage nodes that an agent fetches from, and the slowest service it accepts from them.
     *
     * @param domain storage nodes below this domain are reached under their own name; empty text for none
     * @param addresses base URLs of the storage nodes that are reached under another name
     * @param idleTimeout longest silence of a source before a fetch fails
     * @param minBytesPerSecond a fetch fails if its average rate over the object is lower, at least 1
     */
    public record SourceSettings(
            String domain, Map<StorageNodeId, URI> addresses, Duration idleTimeout, long minBytesPerSecond) {

        public SourceSettings {
            if (minBytesPerSecond < 1) {
                throw new IllegalArgumentException("slowest-source must be at least 1 byte a second");
            }
            addresses = Map.copyOf(addresses);
        }

        private static SourceSettings from(Config section) {
            return new SourceSettings(
                    section.getString("domain"),
                    SettingsFile.urls(section, "sources"),
                    section.getDuration("idle-timeout"),
                    section.getBytes("slowest-source"));
        }
    }

    /**
     * Objects that are not complete.
     *
     * @param maxAge a part without progress for longer is removed at the next start, more than 0
     * @param maxObjectOfUnknownSize longest object, in bytes, of which neither the order nor the source states the
     *     length, at least 1
     */
    public record PartSettings(Duration maxAge, long maxObjectOfUnknownSize) {

        public PartSettings {
            if (maxAge.isNegative() || maxAge.isZero()) {
                throw new IllegalArgumentException("parts-max-age must be more than 0, not " + maxAge);
            }
            if (maxObjectOfUnknownSize < 1) {
                throw new IllegalArgumentException(
                        "max-object-of-unknown-size must be at least 1 byte, not " + maxObjectOfUnknownSize);
            }
        }

        private static PartSettings from(Config section) {
            return new PartSettings(
                    section.getDuration("parts-max-age"), section.getBytes("max-object-of-unknown-size"));
        }
    }

    /** @throws SettingsFault if a setting is missing or wrong */
    public static AgentSettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.agent",
                section -> new AgentSettings(
                        new StorageNodeId(SettingsFile.required(section, "storage-id")),
                        HttpSettings.from(section, "http."),
                        Path.of(SettingsFile.required(section, "root")),
                        Path.of(SettingsFile.required(section, "data-dir")),
                        StoreSettings.from(section),
                        limits(section.getConfig("limits")),
                        section.getBoolean("adaptive"),
                        section.getInt("max-assignments"),
                        legacy(section),
                        SourceSettings.from(section),
                        PartSettings.from(section),
                        section.getDuration("claim-timeout")));
    }

    private static LegacyLimits legacy(Config section) {
        return new LegacyLimits(
                section.getInt("max-tasks-per-assignment"),
                section.getInt("max-open-tasks"),
                section.getDuration("legacy.keep-ended-for"),
                section.getInt("legacy.keep-ended"),
                section.getBytes("legacy.keep-failed-tasks"));
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
}
