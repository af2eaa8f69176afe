package io.rebalancer.manager.settings;

import io.rebalancer.core.settings.Choices;
import java.util.Optional;

/**
 * The settings of the fleet, as this manager last learned them. Thread-safe: {@link FleetSettingsReplica} writes it, and every
 * job of the manager reads it.
 */
public final class CurrentFleetSettings {
    private volatile Optional<Choices> choices = Optional.empty();

    /** Settings that are known, and never change: for what runs without a cluster. */
    public static CurrentFleetSettings none() {
        CurrentFleetSettings known = new CurrentFleetSettings();
        known.update(Choices.NONE);
        return known;
    }

    /** Whether this manager has learned them. Before that no job works, because the fleet's window may be closed. */
    public boolean isKnown() {
        return choices.isPresent();
    }

    /** What operators chose; nothing while it is not known. */
    public Choices choices() {
        return choices.orElse(Choices.NONE);
    }

    /** Replaces what is known. */
    public void update(Choices learned) {
        choices = Optional.of(learned);
    }
}
