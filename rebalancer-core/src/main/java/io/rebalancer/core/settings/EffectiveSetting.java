package io.rebalancer.core.settings;

import java.time.Instant;
import java.util.Optional;

/**
 * The value that holds now, and why.
 *
 * @param value empty if there is no limit
 * @param setBy who chose the value; empty unless an operator did
 * @param setAt when; empty unless an operator did
 * @param clampedBy what lowers the value below what was chosen for the job; empty if nothing does
 */
public record EffectiveSetting(
        SettingName name,
        Optional<Long> value,
        Origin origin,
        Optional<String> setBy,
        Optional<Instant> setAt,
        Optional<String> clampedBy) {

    /** Where a value comes from. The constants are part of the HTTP API. */
    public enum Origin {
        /** The program's own value. */
        DEFAULT,
        /** The settings file. */
        FILE,
        /** An operator, for this job or for the fleet. */
        API,
        /** The program lowered the value, because something is slow. */
        ADAPTIVE,
        /** No window is open now. */
        WINDOW
    }
}
