package io.rebalancer.persistence.journal;

import org.apache.pekko.actor.typed.ActorSystem;

/** Setting {@code rebalancer.manager.journal.delete-events}. */
public final class DeletionSetting {
    private static final String PATH = "rebalancer.manager.journal.delete-events";

    private DeletionSetting() {}

    /** Whether events are deleted that neither a job nor the tables need any more. */
    public static boolean isOn(ActorSystem<?> system) {
        return system.settings().config().getBoolean(PATH);
    }
}
