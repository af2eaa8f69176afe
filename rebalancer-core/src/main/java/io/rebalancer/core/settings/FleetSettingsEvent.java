package io.rebalancer.core.settings;

import java.time.Instant;

/** A fact about the settings of the fleet, stored in the journal. Class names and members are part of the stored format. */
public sealed interface FleetSettingsEvent {

    /**
     * An operator changed settings.
     *
     * @param by who did
     */
    record FleetSettingsChanged(SettingsChange change, String by, Instant at) implements FleetSettingsEvent {}
}
