package io.rebalancer.cluster.message;

import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.SettingsChange;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to the settings of the fleet, a cluster singleton. */
public interface FleetSettingsMessage {

    /**
     * Changes settings. Idempotent: a change to what holds already stores nothing.
     *
     * @param by who orders that
     */
    record ChangeFleetSettings(SettingsChange change, String by, ActorRef<FleetSettingsAre> replyTo)
            implements FleetSettingsMessage, WireMessage {}

    /** Asks for the settings. */
    record GetFleetSettings(ActorRef<FleetSettingsAre> replyTo) implements FleetSettingsMessage, WireMessage {}

    /**
     * Asks for the settings now and whenever they change, until {@code subscriber} stops. Repeated by each manager, because the
     * singleton keeps its subscribers in memory.
     *
     * @param known the revision that the subscriber knows; -1 if it knows none
     */
    record WatchFleetSettings(long known, ActorRef<FleetSettingsAre> subscriber)
            implements FleetSettingsMessage, WireMessage {}

    /**
     * The settings of the fleet.
     *
     * @param revision grows with each change
     */
    record FleetSettingsAre(long revision, Choices choices) implements WireMessage {}
}
