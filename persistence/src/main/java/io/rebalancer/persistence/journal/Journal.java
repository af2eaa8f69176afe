package io.rebalancer.persistence.journal;

import com.typesafe.config.Config;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.ReadSide;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;

/** Where a process stores the events and snapshots of its entities. */
public interface Journal {

    /**
     * The configuration of an actor system that uses this journal.
     *
     * @param root the configuration without a journal
     * @throws IOException if the journal's directory can't be used
     */
    Config applyTo(Config root) throws IOException;

    /**
     * Opens the journal. Call it before the first persistent actor starts.
     *
     * @return fails with {@link io.rebalancer.cluster.settings.SettingsFault} if the journal can't be used, with advice
     */
    CompletionStage<Done> prepare(ActorSystem<?> system);

    /**
     * Opens the read side. Call it once, after {@link #prepare}. Blocking.
     *
     * @throws io.rebalancer.cluster.settings.SettingsFault if its tables can't be used, with advice
     */
    ReadSide readSide(ActorSystem<?> system);

    /**
     * Empties the tables of the read side, except for the rows of jobs whose events are deleted from the journal; its
     * projector then fills them again. Blocking.
     *
     * @return the number of jobs whose rows stay
     * @throws io.rebalancer.cluster.settings.SettingsFault if the tables can't be used, with advice
     */
    int clearReadSide();

    /** Reads the stored events. */
    JournalReader reader(ActorSystem<?> system);
}
