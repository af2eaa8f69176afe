package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.reconcile.BreakerLimits;
import io.rebalancer.core.reconcile.RepairLimits;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How runs of reconciliation work.
 *
 * @param enabled whether runs can be ordered
 * @param grace how old files and records must be
 * @param clockSkew how much the clock of a storage node may differ from the manager's
 * @param timeouts how long a run waits
 * @param nodesAtATime storage nodes that one run compares at a time, at least 1
 * @param copies how many copies objects must have
 * @param breaker how much may differ before nothing is done
 * @param limits how many repairs a run does on one storage node
 * @param sort how claims are sorted
 * @param retention how long runs are kept after their end, at least 1 day
 * @param schedule when runs begin without an order
 */
public record ReconcileSettings(
        boolean enabled,
        Grace grace,
        Duration clockSkew,
        Timeouts timeouts,
        int nodesAtATime,
        Copies copies,
        BreakerLimits breaker,
        RepairLimits limits,
        Sort sort,
        Duration retention,
        RunScheduleSettings schedule) {
    /** Runs, and what they found, are kept at least so long. Longer than any plan can be carried out. */
    public static final Duration LEAST_RETENTION = Duration.ofDays(1);

    private static final Duration LEAST_FILE_GRACE = Duration.ofHours(1);
    private static final Duration LEAST_RECORD_GRACE = Duration.ofMinutes(10);
    private static final Duration LEAST_QUARANTINE_AFTER = Duration.ofMinutes(1);
    private static final Duration LEAST_HOLD = Duration.ofHours(24);
    private static final Duration MOST_CLOCK_SKEW = Duration.ofHours(1);

    /**
     * How old files and records must be.
     *
     * @param file a file without a record must be older to be a finding
     * @param record a record whose file is missing must be older to be a finding
     */
    public record Grace(Duration file, Duration record) {
        public Grace {
            require(isPositive(file) && isPositive(record), "grace.file and grace.metadata must be above zero");
        }
    }

    /**
     * How long a run waits.
     *
     * @param shard how long a metadata shard may not answer before it is given up
     * @param listing how long an agent may not answer, or make no progress, before its node is given up
     * @param run after which a run is ended; zero for no limit
     */
    public record Timeouts(Duration shard, Duration listing, Duration run) {
        public Timeouts {
            require(isPositive(shard), "shard-timeout must be above zero");
            require(isPositive(listing), "listing-timeout must be above zero");
            require(!run.isNegative(), "max-duration must be at least 0");
        }
    }

    /**
     * How many copies objects must have.
     *
     * @param least at least 1
     * @param most at least {@code least}
     */
    public record Copies(int least, int most) {
        public Copies {
            require(least >= 1 && most >= least, "copies.least must be at least 1, and copies.most at least as many");
        }
    }

    /**
     * How claims are sorted.
     *
     * @param memoryBytes memory for claims that are not on disk yet
     * @param directory where claims are stored while a run lasts
     */
    public record Sort(long memoryBytes, Path directory) {
        private static final long LEAST_MEMORY = 1 << 20;

        public Sort {
            require(memoryBytes >= LEAST_MEMORY, "sort.memory must be at least 1 MiB");
        }
    }

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public ReconcileSettings {
        require(!clockSkew.isNegative() && clockSkew.compareTo(MOST_CLOCK_SKEW) <= 0, "clock-skew must be 0 to 1h");
        require(nodesAtATime >= 1, "nodes-at-a-time must be at least 1");
        require(
                retention.compareTo(LEAST_RETENTION) >= 0,
                "retention must be at least 1d: a plan can be carried out for that long");
    }

    /** A file without a record must be older to be a finding. */
    public Duration fileGrace() {
        return grace.file();
    }

    /** A record whose file is missing must be older to be a finding. */
    public Duration recordGrace() {
        return grace.record();
    }

    /** How long a metadata shard may not answer before it is given up. */
    public Duration shardTimeout() {
        return timeouts.shard();
    }

    /** How long an agent may not answer, or make no progress, before its node is given up. */
    public Duration listingTimeout() {
        return timeouts.listing();
    }

    /** After this time a run is ended; zero for no limit. */
    public Duration maxDuration() {
        return timeouts.run();
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    /** @throws SettingsFault if a setting is missing or wrong */
    public static ReconcileSettings from(Config root) {
        return SettingsFile.section(root, "rebalancer.reconcile", section -> {
            Duration file = section.getDuration("grace.file");
            Duration record = section.getDuration("grace.metadata");
            boolean unsafe = section.getBoolean("grace.unsafe");
            require(
                    unsafe || file.compareTo(LEAST_FILE_GRACE) >= 0,
                    "grace.file must be at least 1h: an upload takes that long between its file and its record");
            require(unsafe || record.compareTo(LEAST_RECORD_GRACE) >= 0, "grace.metadata must be at least 10m");
            Duration quarantineAfter = section.getDuration("limits.quarantine-after");
            require(
                    unsafe || quarantineAfter.compareTo(LEAST_QUARANTINE_AFTER) >= 0,
                    "limits.quarantine-after must be at least 1m: a request of a user may write a record that long after it was"
                            + " made");
            Duration hold = section.getDuration("limits.hold");
            require(unsafe || hold.compareTo(LEAST_HOLD) >= 0, "limits.hold must be at least 24h");
            return new ReconcileSettings(
                    section.getBoolean("enabled"),
                    new Grace(file, record),
                    section.getDuration("clock-skew"),
                    new Timeouts(
                            section.getDuration("shard-timeout"),
                            section.getDuration("listing-timeout"),
                            section.getDuration("max-duration")),
                    section.getInt("nodes-at-a-time"),
                    new Copies(section.getInt("copies.least"), section.getInt("copies.most")),
                    new BreakerLimits(
                            section.getDouble("breaker.missing-ratio"),
                            section.getDouble("breaker.orphan-ratio"),
                            section.getLong("breaker.min-absolute")),
                    new RepairLimits(
                            section.getLong("limits.copies"),
                            section.getLong("limits.quarantines"),
                            quarantineAfter,
                            hold,
                            section.getBytes("limits.purge")),
                    new Sort(section.getBytes("sort.memory"), Path.of(section.getString("sort.directory"))),
                    section.getDuration("retention"),
                    RunScheduleSettings.from(section.getConfig("schedule")));
        });
    }
}
