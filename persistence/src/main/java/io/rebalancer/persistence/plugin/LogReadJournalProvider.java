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

/** Provides the read journal to Pekko and its projections, under the name {@value #NAME}. */
public final class LogReadJournalProvider implements ReadJournalProvider {
    /** The name of the read journal for Pekko's {@code PersistenceQuery}. */
    public static final String NAME = "rebalancer.log.query";

    private final LogReadJournal journal;

    /** Called by Pekko. */
    public LogReadJournalProvider(ExtendedActorSystem system) {
        this.journal = new LogReadJournal(system);
    }

    @Override
    public LogReadJournal javadslReadJournal() {
        return journal;
    }

    @Override
    public org.apache.pekko.persistence.query.scaladsl.ReadJournal scaladslReadJournal() {
        return new ScalaReadJournal(journal);
    }

    /** The same streams for the Scala API. */
    private record ScalaReadJournal(LogReadJournal journal)
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
