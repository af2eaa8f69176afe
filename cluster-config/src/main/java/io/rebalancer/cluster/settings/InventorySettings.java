package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;

/**
 * What an agent may spend on the comparison of its files with metadata records: section {@code rebalancer.agent.inventory}.
 *
 * @param sortMemoryBytes memory for the records of a listing before they are sorted and written to disk, at least 1 MiB
 * @param filesPerSecond files that a listing looks at in a second; 0 for no limit
 * @param scrubBytesPerSecond content bytes that are read in a second to verify files, at least 1
 */
public record InventorySettings(long sortMemoryBytes, int filesPerSecond, long scrubBytesPerSecond) {
    private static final long MIN_SORT_MEMORY = 1 << 20;

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public InventorySettings {
        if (sortMemoryBytes < MIN_SORT_MEMORY) {
            throw new IllegalArgumentException(
                    "sort-memory must be at least " + MIN_SORT_MEMORY + " bytes, not " + sortMemoryBytes);
        }
        if (filesPerSecond < 0) {
            throw new IllegalArgumentException("files-per-second must be at least 0, not " + filesPerSecond);
        }
        if (scrubBytesPerSecond < 1) {
            throw new IllegalArgumentException("scrub-bytes-per-second must be at least 1, not " + scrubBytesPerSecond);
        }
    }

    /** @throws SettingsFault if a setting is missing or wrong */
    public static InventorySettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.agent.inventory",
                section -> new InventorySettings(
                        section.getBytes("sort-memory"),
                        section.getInt("files-per-second"),
                        section.getBytes("scrub-bytes-per-second")));
    }
}
