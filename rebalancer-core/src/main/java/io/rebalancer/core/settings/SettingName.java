package io.rebalancer.core.settings;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A setting that operators change while jobs run. Set for a job, it limits that job. Set for the fleet, it limits all jobs at
 * work together, and each gets the share of its weight. Stored by name.
 */
public enum SettingName {
    /** Metadata records of a job that are swapped at a time (manta.md 2.5). */
    COMMIT_PARALLELISM("commitParallelism", "records", 1, 250, true),
    /** Assignments that have not ended. */
    ASSIGNMENTS_IN_FLIGHT("assignmentsInFlight", "assignments", 1, 10_000, true),
    /** Assignments that one agent has at a time. */
    ASSIGNMENTS_PER_AGENT("assignmentsPerAgent", "assignments", 1, 1_000, true),
    /** Content bytes for which assignments are planned. */
    BYTES_PER_SECOND("bytesPerSecond", "bytes/s", 1 << 16, 1L << 50, true),
    /** Rows that are read from the metadata shards. */
    SCAN_ROWS_PER_SECOND("scanRowsPerSecond", "rows/s", 1, 1L << 40, true),
    /** The share of a job in what the fleet may do, in proportion to those of the other jobs at work. */
    WEIGHT("weight", "", 1, 1_000, false);

    private final String word;
    private final String unit;
    private final long min;
    private final long max;
    private final boolean fleetWide;

    SettingName(String word, String unit, long min, long max, boolean fleetWide) {
        this.word = word;
        this.unit = unit;
        this.min = min;
        this.max = max;
        this.fleetWide = fleetWide;
    }

    /** The name in the HTTP API and on the command line. */
    public String word() {
        return word;
    }

    /** The unit of the value, for people; empty if it has none. */
    public String unit() {
        return unit;
    }

    /** The smallest value. */
    public long min() {
        return min;
    }

    /** The largest value. */
    public long max() {
        return max;
    }

    /** Whether the setting exists for the fleet too. */
    public boolean isFleetWide() {
        return fleetWide;
    }

    /** The setting with this {@link #word}. */
    public static Optional<SettingName> parse(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }

    /** All words, for error messages. */
    public static String words() {
        return Arrays.stream(values()).map(SettingName::word).collect(Collectors.joining(", "));
    }
}
