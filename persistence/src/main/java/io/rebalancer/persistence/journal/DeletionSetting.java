package io.rebalancer.persistence.journal;

import com.typesafe.config.Config;
import org.apache.pekko.actor.typed.ActorSystem;

/** Setting {@code rebalancer.manager.journal.delete-events}. */
public final class DeletionSetting {
    private static final String PATH = "rebalancer.manager.journal.delete-events";

    private DeletionSetting() {}

    /**
     * Whether events are deleted that neither a job nor the tables need any more.
     *
     * @param automatic what {@code auto} means for the kind of the journal
     */
    public static boolean isOn(ActorSystem<?> system, boolean automatic) {
        Config config = system.settings().config();
        return config.getString(PATH).equals("auto") ? automatic : config.getBoolean(PATH);
    }
}
