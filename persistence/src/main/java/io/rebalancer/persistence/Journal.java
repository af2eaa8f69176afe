package io.rebalancer.persistence;

import com.typesafe.config.Config;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.persistence.postgres.PostgresJournal;
import io.rebalancer.persistence.readside.ReadSide;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;

/** Where a process keeps the events and snapshots of its entities; nobody else knows which kind it is. */
public interface Journal {

    /** The one that a manager's settings name. */
    static Journal of(JournalSettings settings) {
        if (settings instanceof JournalSettings.Postgresql postgresql) {
            return new PostgresJournal(postgresql);
        }
        return new EmbeddedJournal(((JournalSettings.Embedded) settings).directory());
    }

    /**
     * {@code root} with this journal in it, to start an actor system with.
     *
     * @throws IOException if the journal's directory can't be used
     */
    Config applyTo(Config root) throws IOException;

    /**
     * Makes sure that the journal can be used, before the first persistent actor starts.
     *
     * @return fails with {@link io.rebalancer.cluster.settings.SettingsFault} that tells what to do
     */
    CompletionStage<Done> prepare(ActorSystem<?> system);

    /**
     * The tables that are made from the journal; to be called once, after {@link #prepare}. Blocking.
     *
     * @throws io.rebalancer.cluster.settings.SettingsFault if they can't be used, telling what to do
     */
    ReadSide readSide(ActorSystem<?> system);

    /**
     * Empties the tables that are made from the journal. Blocking.
     *
     * @throws io.rebalancer.cluster.settings.SettingsFault if they can't be used, telling what to do
     */
    void clearReadSide();

    /** Reads events back. */
    JournalReader reader(ActorSystem<?> system);
}
