package io.rebalancer.core.settings;

import java.util.Map;
import java.util.Set;

/**
 * What holds for a job without an operator's choice.
 *
 * @param values the settings that have a value; the others are unlimited
 * @param inFile the settings whose value is in the settings file
 */
public record Configured(Map<SettingName, Long> values, Set<SettingName> inFile) {
    public Configured {
        values = Map.copyOf(values);
        inFile = Set.copyOf(inFile);
    }
}
