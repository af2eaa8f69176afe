package io.rebalancer.core.settings;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that operators chose, for one job or for the fleet.
 *
 * @param values the settings that were chosen
 * @param window when work may be done; empty for always
 */
public record Choices(Map<SettingName, ChosenSetting> values, Optional<ChosenWindow> window) {
    public static final Choices NONE = new Choices(Map.of(), Optional.empty());

    public Choices {
        values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /** The chosen value; empty if no operator chose one. */
    public Optional<ChosenSetting> find(SettingName name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The choices after {@code change}. */
    public Choices after(SettingsChange change, String by, Instant at) {
        Map<SettingName, ChosenSetting> next = new EnumMap<>(SettingName.class);
        next.putAll(values);
        change.reset().forEach(next::remove);
        change.values().forEach((name, value) -> next.put(name, new ChosenSetting(value, by, Optional.of(at))));
        Optional<ChosenWindow> kept = change.removeWindow() ? Optional.empty() : window;
        return new Choices(
                next,
                change.window().map(each -> new ChosenWindow(each, by, at)).or(() -> kept));
    }

    /** The choices after an event of an earlier build, which did not store who chose the value. */
    public Choices withUnsigned(SettingName name, long value) {
        Map<SettingName, ChosenSetting> next = new EnumMap<>(SettingName.class);
        next.putAll(values);
        next.put(name, new ChosenSetting(value, "", Optional.empty()));
        return new Choices(next, window);
    }

    /** Whether {@code change} asks for what holds already. */
    public boolean include(SettingsChange change) {
        return change.values().entrySet().stream()
                        .allMatch(each -> find(each.getKey())
                                .filter(chosen -> chosen.value() == each.getValue())
                                .isPresent())
                && change.reset().stream().noneMatch(values::containsKey)
                && change.window()
                        .equals(change.window().isEmpty() ? change.window() : window.map(ChosenWindow::window))
                && (!change.removeWindow() || window.isEmpty());
    }
}
