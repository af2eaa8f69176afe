package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings that were renamed or retired. A settings file may still use an old name, and gets a warning that states the new
 * one. It may still set a retired setting, and gets a warning that the setting has no effect.
 */
final class RenamedSettings {
    /** Old paths and new paths. {@code reference.conf} contains the new ones only. */
    static final Map<String, String> NEW_PATHS = new TreeMap<>(Map.of(
            "rebalancer.cluster.first-seed-patience", "rebalancer.cluster.first-seed-timeout",
            "rebalancer.agent.claim-patience", "rebalancer.agent.claim-timeout",
            "rebalancer.evacuate.exclude-key-prefixes", "rebalancer.evacuate.exclude-keys-containing"));

    /** Retired paths, each with the reason. {@code reference.conf} contains none of them. */
    static final Map<String, String> RETIRED_PATHS = new TreeMap<>(Map.of(
            "rebalancer.evacuate.candidates",
            "destinations are drawn from all storage nodes with space",
            "rebalancer.manager.postgres.longest-snapshot",
            "a direct scan keeps no transaction open between pages; statement-timeout bounds the query of a page"));

    private static final Logger LOGGER = LoggerFactory.getLogger(RenamedSettings.class);

    private RenamedSettings() {}

    /**
     * Moves the value of each old name to its new name, and drops retired settings.
     *
     * @param given the settings that the user set, without defaults; resolved
     * @param all the same settings with defaults; resolved
     * @return {@code all} without old names and retired settings
     * @throws SettingsFault if {@code given} has both the old and the new name of a setting
     */
    static Config apply(Config given, Config all) {
        Config renamed = all;
        for (Map.Entry<String, String> names : NEW_PATHS.entrySet()) {
            String oldPath = names.getKey();
            String newPath = names.getValue();
            if (given.hasPath(oldPath)) {
                if (given.hasPath(newPath)) {
                    throw new SettingsFault("setting " + oldPath + " is the old name of " + newPath
                            + ", and both are set; remove " + oldPath);
                }
                LOGGER.warn("setting {} has been renamed to {}; please change the settings file", oldPath, newPath);
                renamed = renamed.withValue(newPath, given.getValue(oldPath)).withoutPath(oldPath);
            }
        }
        for (Map.Entry<String, String> retired : RETIRED_PATHS.entrySet()) {
            if (given.hasPath(retired.getKey())) {
                LOGGER.warn(
                        "setting {} has no effect: {}; please remove it from the settings file",
                        retired.getKey(),
                        retired.getValue());
                renamed = renamed.withoutPath(retired.getKey());
            }
        }
        return renamed;
    }
}
