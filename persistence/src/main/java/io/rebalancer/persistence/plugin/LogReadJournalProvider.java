package io.rebalancer.persistence.plugin;

import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.ReadJournalProvider;
import org.apache.pekko.persistence.query.scaladsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.CurrentEventsByTagQuery;
import org.apache.pekko.persistence.query.scaladsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.EventsByTagQuery;
import org.apache.pekko.stream.scaladsl.Source;

/** Finds the read journal by its name in the settings, {@value #NAME}, as Pekko and its projections do. */
public final class LogReadJournalProvider implements ReadJournalProvider {
    /** What to ask Pekko's {@code PersistenceQuery} for. */
    public static final String NAME = "rebalancer.log.query";

    private final LogReadJournal journal;

    /** Made by Pekko. */
    public LogReadJournalProvider(ExtendedActorSystem system) {
        this.journal = new LogReadJournal(system);
    }

    @Override
    public LogReadJournal javadslReadJournal() {
        return journal;
    }

    @Override
    public org.apache.pekko.persistence.query.scaladsl.ReadJournal scaladslReadJournal() {
        return new ForScala(journal);
    }

    /** The same streams as Scala knows them. */
    private record ForScala(LogReadJournal journal)
            implements org.apache.pekko.persistence.query.scaladsl.ReadJournal,
                    EventsByPersistenceIdQuery,
                    CurrentEventsByPersistenceIdQuery,
                    EventsByTagQuery,
                    CurrentEventsByTagQuery {
        @Override
        public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String persistenceId, long from, long to) {
            return journal.eventsByPersistenceId(persistenceId, from, to).asScala();
        }

        @Override
        public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String persistenceId, long from, long to) {
            return journal.currentEventsByPersistenceId(persistenceId, from, to).asScala();
        }

        @Override
        public Source<EventEnvelope, NotUsed> eventsByTag(String tag, Offset offset) {
            return journal.eventsByTag(tag, offset).asScala();
        }

        @Override
        public Source<EventEnvelope, NotUsed> currentEventsByTag(String tag, Offset offset) {
            return journal.currentEventsByTag(tag, offset).asScala();
        }
    }
}
