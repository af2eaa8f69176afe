package io.rebalancer.core.settings;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an operator changes. Settings that it does not name keep their values.
 *
 * @param values settings with their new values
 * @param reset settings that return to what holds without an operator's choice
 * @param window a new window; empty to keep the present one
 * @param removeWindow whether there is no window from now on
 */
public record SettingsChange(
        Map<SettingName, Long> values, Set<SettingName> reset, Optional<Window> window, boolean removeWindow) {

    /** @throws IllegalArgumentException if a value is out of range, or the change contradicts itself */
    public SettingsChange {
        values = Collections.unmodifiableMap(new TreeMap<>(values));
        reset = Collections.unmodifiableSet(new TreeSet<>(reset));
        values.forEach(SettingsChange::requireInRange);
        for (SettingName each : reset) {
            require(!values.containsKey(each), each.word() + " can't be set and reset at once");
        }
        require(window.isEmpty() || !removeWindow, "the window can't be set and removed at once");
    }

    /** One setting with a new value. */
    public static SettingsChange of(SettingName name, long value) {
        return new SettingsChange(Map.of(name, value), Set.of(), Optional.empty(), false);
    }

    /** A new window. */
    public static SettingsChange of(Window window) {
        return new SettingsChange(Map.of(), Set.of(), Optional.of(window), false);
    }

    /** Whether nothing is named. */
    @JsonIgnore
    public boolean isEmpty() {
        return values.isEmpty() && reset.isEmpty() && window.isEmpty() && !removeWindow;
    }

    /** The change as one line of text, for people. */
    public String text() {
        List<String> parts = new ArrayList<>();
        values.forEach((name, value) -> parts.add(name.word() + "=" + value));
        reset.forEach(name -> parts.add(name.word() + " reset"));
        window.ifPresent(each -> parts.add("window=" + each.text()));
        if (removeWindow) {
            parts.add("window removed");
        }
        return String.join("; ", parts);
    }

    private static void requireInRange(SettingName name, long value) {
        require(
                value >= name.min() && value <= name.max(),
                name.word() + " must be a whole number from " + name.min() + " to " + name.max() + ", not " + value);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
