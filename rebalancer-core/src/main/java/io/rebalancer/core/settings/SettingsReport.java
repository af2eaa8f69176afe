package io.rebalancer.core.settings;

import java.util.List;
import java.util.Optional;

/**
 * Which settings hold for a job.
 *
 * @param settings each setting, in the order of {@link SettingName}
 * @param window the job's own window; empty if it has none
 * @param fleetWindow the window of the fleet, which holds for the job too; empty if there is none
 */
public record SettingsReport(
        List<EffectiveSetting> settings, Optional<ChosenWindow> window, Optional<ChosenWindow> fleetWindow) {
    public SettingsReport {
        settings = List.copyOf(settings);
    }
}
