package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;

/**
 * Behaviour of the legacy API that differs between fleets (manta.md section 2).
 *
 * @param maxObjectsDefault most records of a job whose request names no limit, or 0 for no limit
 * @param snaplinkCleanupRequired whether requests to create a job are refused until snaplinks are cleaned up
 * @param access who may call the API
 */
public record LegacySettings(long maxObjectsDefault, boolean snaplinkCleanupRequired, LegacyAccess access) {
    private static final String UNLIMITED = "unlimited";

    public LegacySettings {
        if (maxObjectsDefault < 0) {
            throw new IllegalArgumentException("legacy.max-objects-default must be a number or unlimited");
        }
    }

    /** Settings under which the legacy API needs what API v1 needs. */
    public LegacySettings(long maxObjectsDefault, boolean snaplinkCleanupRequired) {
        this(maxObjectsDefault, snaplinkCleanupRequired, LegacyAccess.AS_API);
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
                        section.getBoolean("snaplink-cleanup-required"),
                        LegacyAccess.from(section)));
    }
}
