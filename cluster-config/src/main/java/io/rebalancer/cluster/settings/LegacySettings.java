package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;

/**
 * What the older manager's API does differently in different fleets (manta.md section 2).
 *
 * @param maxObjectsDefault records a job may take up whose order names no limit, or 0 for all
 * @param snaplinkCleanupRequired whether orders are refused because snaplinks have to be cleaned up first
 */
public record LegacySettings(long maxObjectsDefault, boolean snaplinkCleanupRequired) {
    private static final String UNLIMITED = "unlimited";

    public LegacySettings {
        if (maxObjectsDefault < 0) {
            throw new IllegalArgumentException("legacy.max-objects-default must be a number or unlimited");
        }
    }

    /** @throws SettingsFault if a setting is missing or wrong */
    public static LegacySettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.manager.legacy",
                section -> new LegacySettings(
                        section.getString("max-objects-default").equals(UNLIMITED)
                                ? 0
                                : section.getLong("max-objects-default"),
                        section.getBoolean("snaplink-cleanup-required")));
    }
}
