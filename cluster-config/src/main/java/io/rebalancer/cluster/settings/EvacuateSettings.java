package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.evacuate.BatchLimits;
import io.rebalancer.core.storage.PlacementPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How evacuate jobs work; the names and units are those of {@code reference.conf}.
 *
 * @param maxAssignmentsInFlight at least 1
 * @param scanChunk rows asked of a shard at a time, 1 to 100000
 * @param excludeKeysContaining records whose key contains one of these texts stay on the leaving node
 * @param commitBatch records switched by one call, all or none, 1 to 500
 * @param commitParallelism calls made at a time to switch records, at most, 1 to 250
 * @param commitAttempts tries to switch one record, at least 1
 * @param candidates destinations considered for an object, at least 1
 * @param snapshotEvery events between snapshots, at least 1
 */
public record EvacuateSettings(
        BatchLimits batch,
        PlacementPolicy placement,
        int maxAssignmentsInFlight,
        int scanChunk,
        List<String> excludeKeysContaining,
        int commitBatch,
        int commitParallelism,
        int commitAttempts,
        Duration reminderInterval,
        Duration agentLostAfter,
        Duration retryPauseMin,
        Duration retryPauseMax,
        int candidates,
        int snapshotEvery) {

    public EvacuateSettings {
        require(maxAssignmentsInFlight >= 1, "max-assignments-in-flight must be at least 1");
        require(scanChunk >= 1 && scanChunk <= 100_000, "scan-chunk must be 1 to 100000");
        excludeKeysContaining = List.copyOf(excludeKeysContaining);
        require(
                excludeKeysContaining.stream().noneMatch(String::isEmpty),
                "exclude-keys-containing must not contain an empty text, which would exclude every record");
        require(commitBatch >= 1 && commitBatch <= 500, "commit-batch must be 1 to 500");
        require(commitParallelism >= 1 && commitParallelism <= 250, "commit-parallelism must be 1 to 250");
        require(commitAttempts >= 1, "commit-attempts must be at least 1");
        require(candidates >= 1, "candidates must be at least 1");
        require(snapshotEvery >= 1, "snapshot-every must be at least 1");
        require(retryPauseMax.compareTo(retryPauseMin) >= 0, "retry-pause-max must not be below retry-pause-min");
    }

    /** @throws SettingsFault if a setting is missing or wrong */
    public static EvacuateSettings from(Config root) {
        PlacementPolicy placement = SettingsFile.section(
                root,
                "rebalancer.placement",
                section -> new PlacementPolicy(
                        section.getInt("max-fill-percent"),
                        section.getLong("min-free-mib"),
                        Set.copyOf(section.getStringList("blacklisted-datacenters"))));
        return SettingsFile.section(
                root,
                "rebalancer.evacuate",
                section -> new EvacuateSettings(
                        new BatchLimits(
                                section.getInt("max-tasks-per-assignment"),
                                section.getBytes("max-assignment-bytes"),
                                section.getDuration("max-assignment-age")),
                        placement,
                        section.getInt("max-assignments-in-flight"),
                        section.getInt("scan-chunk"),
                        section.getStringList("exclude-keys-containing"),
                        section.getInt("commit-batch"),
                        section.getInt("commit-parallelism"),
                        section.getInt("commit-attempts"),
                        section.getDuration("reminder-interval"),
                        section.getDuration("agent-lost-after"),
                        section.getDuration("retry-pause-min"),
                        section.getDuration("retry-pause-max"),
                        section.getInt("candidates"),
                        section.getInt("snapshot-every")));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
