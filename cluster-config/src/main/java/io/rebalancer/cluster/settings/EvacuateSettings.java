package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.evacuate.BatchLimits;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.Configured;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.storage.PlacementPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How evacuate jobs work; the names and units are those of {@code reference.conf}.
 *
 * @param maxAssignmentsInFlight assignments of one job, 1 to 10000; a job announces all their leases in one message
 * @param excludeKeysContaining records whose key contains one of these texts are not moved
 * @param reminderInterval how often an agent is reminded of an assignment that it has not reported
 * @param agentLostAfter how long an agent may be unreachable before its assignments are given up
 * @param snapshotEvery events between snapshots, at least 1
 * @param inFile the settings whose value is not the default
 */
public record EvacuateSettings(
        BatchLimits batch,
        PlacementPolicy placement,
        int maxAssignmentsInFlight,
        ScanSettings scan,
        List<String> excludeKeysContaining,
        CommitSettings commit,
        Duration reminderInterval,
        Duration agentLostAfter,
        PassDelay passDelay,
        WaitTimeouts timeouts,
        int snapshotEvery,
        Set<SettingName> inFile) {

    public EvacuateSettings {
        require(
                maxAssignmentsInFlight >= 1 && maxAssignmentsInFlight <= 10_000,
                "max-assignments-in-flight must be 1 to 10000");
        excludeKeysContaining = List.copyOf(excludeKeysContaining);
        require(
                excludeKeysContaining.stream().noneMatch(String::isEmpty),
                "exclude-keys-containing must not contain an empty text, which would exclude every record");
        require(snapshotEvery >= 1, "snapshot-every must be at least 1");
        inFile = Set.copyOf(inFile);
    }

    /** What holds for a job for which operators chose nothing. */
    public Configured configured() {
        return new Configured(
                Map.of(
                        SettingName.COMMIT_PARALLELISM, (long) commit.parallelism(),
                        SettingName.ASSIGNMENTS_IN_FLIGHT, (long) maxAssignmentsInFlight),
                inFile);
    }

    /**
     * How the metadata shards are scanned.
     *
     * @param chunkRows rows requested from a shard at a time, 1 to 100000
     * @param maxShardsAtATime shards that a manager reads at a time, over all jobs, 1 to 1000
     */
    public record ScanSettings(int chunkRows, int maxShardsAtATime) {
        public ScanSettings {
            require(chunkRows >= 1 && chunkRows <= 100_000, "scan-chunk must be 1 to 100000");
            require(maxShardsAtATime >= 1 && maxShardsAtATime <= 1000, "scan.max-shards-at-a-time must be 1 to 1000");
        }
    }

    /**
     * How metadata is committed.
     *
     * @param batchSize records updated by one call, all or none, 1 to 500
     * @param parallelism calls in progress per job, at most, 1 to 250
     * @param maxAttempts writes of one record that users keep changing, at least 1
     * @param shardTimeout how long commits wait for a shard that is unavailable, above zero
     */
    public record CommitSettings(int batchSize, int parallelism, int maxAttempts, Duration shardTimeout) {
        public CommitSettings {
            require(batchSize >= 1 && batchSize <= 500, "commit-batch must be 1 to 500");
            require(parallelism >= 1 && parallelism <= 250, "commit-parallelism must be 1 to 250");
            require(maxAttempts >= 1, "commit-attempts must be at least 1");
            require(!shardTimeout.isNegative() && !shardTimeout.isZero(), "commit-shard-timeout must be above zero");
        }
    }

    /**
     * The delay before the next pass.
     *
     * @param min delay after the first pass that settled nothing
     * @param max upper bound of every delay, at least {@code min}
     */
    public record PassDelay(Duration min, Duration max) {
        private static final int MAX_DOUBLINGS = 16;

        public PassDelay {
            require(max.compareTo(min) >= 0, "retry-pause-max must not be below retry-pause-min");
        }

        /**
         * No delay after a pass that settled something. Otherwise the delay doubles with each pass that settled nothing.
         *
         * @param fruitlessPasses passes in a row that settled nothing
         */
        public Duration after(int fruitlessPasses) {
            if (fruitlessPasses == 0) {
                return Duration.ZERO;
            }
            Duration delay = min.multipliedBy(1L << Math.min(fruitlessPasses - 1, MAX_DOUBLINGS));
            return delay.compareTo(max) > 0 ? max : delay;
        }
    }

    /**
     * How long a job waits for something that time may bring.
     *
     * @param fullDestinations passes that settle nothing while records wait for space or for an agent
     * @param busyAgent an agent that refuses an assignment because it is busy
     * @param stalledAgent an agent that is reachable and ends no copy, besides the time that the bytes take at 1 MiB/s
     * @param stalledJob a pass of which nothing comes
     * @param release an agent that does not acknowledge a release
     */
    public record WaitTimeouts(
            Duration fullDestinations,
            Duration busyAgent,
            Duration stalledAgent,
            Duration stalledJob,
            Duration release) {}

    /** @throws SettingsFault if a setting is missing or wrong */
    public static EvacuateSettings from(Config root) {
        PlacementPolicy placement = SettingsFile.section(
                root,
                "rebalancer.placement",
                section -> new PlacementPolicy(
                        section.getInt("max-fill-percent"),
                        section.getLong("min-free-mib"),
                        Set.copyOf(section.getStringList("blacklisted-datacenters")),
                        section.getStringList("excluded-nodes").stream()
                                .map(StorageNodeId::new)
                                .collect(Collectors.toUnmodifiableSet()),
                        section.getBoolean("move-sole-copies")));
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
                        new ScanSettings(section.getInt("scan-chunk"), section.getInt("scan.max-shards-at-a-time")),
                        section.getStringList("exclude-keys-containing"),
                        new CommitSettings(
                                section.getInt("commit-batch"),
                                section.getInt("commit-parallelism"),
                                section.getInt("commit-attempts"),
                                section.getDuration("commit-shard-timeout")),
                        section.getDuration("reminder-interval"),
                        section.getDuration("agent-lost-after"),
                        new PassDelay(section.getDuration("retry-pause-min"), section.getDuration("retry-pause-max")),
                        new WaitTimeouts(
                                section.getDuration("timeouts.full-destinations"),
                                section.getDuration("timeouts.busy-agent"),
                                section.getDuration("timeouts.stalled-agent"),
                                section.getDuration("timeouts.stalled-job"),
                                section.getDuration("timeouts.release")),
                        section.getInt("snapshot-every"),
                        inFile(section)));
    }

    private static Set<SettingName> inFile(Config section) {
        Map<SettingName, String> paths = Map.of(
                SettingName.COMMIT_PARALLELISM, "commit-parallelism",
                SettingName.ASSIGNMENTS_IN_FLIGHT, "max-assignments-in-flight");
        return paths.entrySet().stream()
                .filter(each -> !SettingsFile.isDefault(section.getValue(each.getValue())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
