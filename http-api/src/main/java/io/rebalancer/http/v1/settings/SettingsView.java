package io.rebalancer.http.v1.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.ChosenWindow;
import io.rebalancer.core.settings.EffectiveSetting;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsReport;
import io.rebalancer.core.settings.WeeklyRange;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Settings as API v1 shows them.
 *
 * @param window when work may be done; absent for always
 * @param fleetWindow the window of the fleet, which holds for each job too; absent if there is none, and in the fleet's own view
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record SettingsView(List<Line> settings, Optional<WindowView> window, Optional<WindowView> fleetWindow) {

    /**
     * One setting.
     *
     * @param value what holds; absent if there is no limit
     * @param origin where the value comes from: default, file, api, adaptive or window
     * @param setBy who chose it
     * @param clampedBy what lowers the value below what was chosen for the job
     * @param min the smallest value that may be chosen
     * @param max the largest
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Line(
            String name,
            Optional<Long> value,
            Optional<String> unit,
            String origin,
            Optional<String> setBy,
            Optional<Instant> setAt,
            Optional<String> clampedBy,
            long min,
            long max) {

        static Line of(EffectiveSetting setting) {
            SettingName name = setting.name();
            return new Line(
                    name.word(),
                    setting.value(),
                    Optional.of(name.unit()).filter(unit -> !unit.isEmpty()),
                    StableWord.of(setting.origin()),
                    setting.setBy(),
                    setting.setAt(),
                    setting.clampedBy(),
                    name.min(),
                    name.max());
        }
    }

    /**
     * A window.
     *
     * @param open whether work may be done now
     * @param nextChange when that changes; absent if it does not
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record WindowView(
            String timeZone,
            List<String> weekly,
            List<LocalDate> blackoutDays,
            boolean open,
            Optional<Instant> nextChange,
            String setBy,
            Instant setAt) {

        static WindowView of(ChosenWindow chosen, Instant now) {
            return new WindowView(
                    chosen.window().timeZone().getId(),
                    chosen.window().weekly().stream().map(WeeklyRange::text).toList(),
                    List.copyOf(chosen.window().blackoutDays()),
                    chosen.window().isOpen(now),
                    chosen.window().nextChange(now),
                    chosen.by(),
                    chosen.at());
        }
    }

    /** What holds for a job. */
    public static SettingsView of(SettingsReport report, Instant now) {
        return new SettingsView(
                report.settings().stream().map(Line::of).toList(),
                report.window().map(each -> WindowView.of(each, now)),
                report.fleetWindow().map(each -> WindowView.of(each, now)));
    }

    /** What operators chose for the fleet: totals over all jobs. */
    public static SettingsView of(Choices fleet, Instant now) {
        return new SettingsView(
                Arrays.stream(SettingName.values())
                        .filter(SettingName::isFleetWide)
                        .map(name -> Line.of(total(name, fleet)))
                        .toList(),
                fleet.window().map(each -> WindowView.of(each, now)),
                Optional.empty());
    }

    private static EffectiveSetting total(SettingName name, Choices fleet) {
        return fleet.find(name)
                .map(chosen -> new EffectiveSetting(
                        name,
                        Optional.of(chosen.value()),
                        EffectiveSetting.Origin.API,
                        Optional.of(chosen.by()),
                        chosen.at(),
                        Optional.empty()))
                .orElseGet(() -> new EffectiveSetting(
                        name,
                        Optional.empty(),
                        EffectiveSetting.Origin.DEFAULT,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }
}
