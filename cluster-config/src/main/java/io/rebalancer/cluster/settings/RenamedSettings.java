package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings that were renamed. A settings file may still use the old name, and gets a warning that states the new one.
 */
final class RenamedSettings {
    /** Old paths and new paths. {@code reference.conf} contains the new ones only. */
    static final Map<String, String> NEW_PATHS = new TreeMap<>(Map.of(
            "rebalancer.cluster.first-seed-patience", "rebalancer.cluster.first-seed-timeout",
            "rebalancer.agent.claim-patience", "rebalancer.agent.claim-timeout",
            "rebalancer.evacuate.exclude-key-prefixes", "rebalancer.evacuate.exclude-keys-containing"));

    private static final Logger LOGGER = LoggerFactory.getLogger(RenamedSettings.class);

    private RenamedSettings() {}

    /**
     * Moves the value of each old name to its new name.
     *
     * @param given the settings that the user set, without defaults; resolved
     * @param all the same settings with defaults; resolved
     * @return {@code all} without old names
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
        return renamed;
    }
}
