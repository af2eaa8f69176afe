package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;

/**
 * Behaviour of the legacy API that differs between fleets (manta.md section 2).
 *
 * @param maxObjectsDefault most records of a job whose request names no limit, or 0 for no limit
 * @param snaplinkCleanupRequired whether requests to create a job are refused until snaplinks are cleaned up
 */
public record LegacySettings(long maxObjectsDefault, boolean snaplinkCleanupRequired) {
    private static final String UNLIMITED = "unlimited";

    public LegacySettings {
        if (maxObjectsDefault < 0) {
            throw new IllegalArgumentException("legacy.max-objects-default must be a number or unlimited");
        }
    }

    /** @throws SettingsFault if a setting is missing or invalid */
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
