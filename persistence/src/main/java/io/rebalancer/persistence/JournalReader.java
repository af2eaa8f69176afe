package io.rebalancer.persistence;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** Reads a journal's events back in their order, whichever journal it is. */
public final class JournalReader {
    private final EventsByPersistenceIdQuery live;
    private final CurrentEventsByPersistenceIdQuery current;

    private JournalReader(EventsByPersistenceIdQuery live, CurrentEventsByPersistenceIdQuery current) {
        this.live = live;
        this.current = current;
    }

    /** Of a journal that can be read both ways. */
    public static <J extends EventsByPersistenceIdQuery & CurrentEventsByPersistenceIdQuery> JournalReader of(
            J journal) {
        return new JournalReader(journal, journal);
    }

    /** The events of an id from a sequence number on, and those to come; never ends. */
    public Source<EventEnvelope, NotUsed> follow(String persistenceId, long from) {
        return live.eventsByPersistenceId(persistenceId, from, Long.MAX_VALUE);
    }

    /** Whether the event with that sequence number is the last one of its id. */
    public CompletionStage<Boolean> endsWith(String persistenceId, long sequenceNr, ClassicActorSystemProvider system) {
        return current.currentEventsByPersistenceId(persistenceId, sequenceNr + 1, Long.MAX_VALUE)
                .runWith(Sink.headOption(), system)
                .thenApply(next -> next.isEmpty());
    }
}
