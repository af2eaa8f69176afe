package io.rebalancer.persistence.query;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** Reads the events of a persistence id in their order, and its snapshots. */
public final class JournalReader {
    private final EventsByPersistenceIdQuery live;
    private final CurrentEventsByPersistenceIdQuery current;
    private final BiFunction<String, Long, CompletionStage<Optional<StoredSnapshot>>> snapshots;

    private JournalReader(
            EventsByPersistenceIdQuery live,
            CurrentEventsByPersistenceIdQuery current,
            BiFunction<String, Long, CompletionStage<Optional<StoredSnapshot>>> snapshots) {
        this.live = live;
        this.current = current;
        this.snapshots = snapshots;
    }

    /** @param journal a read journal with the live and the current query */
    public static <J extends EventsByPersistenceIdQuery & CurrentEventsByPersistenceIdQuery> JournalReader of(
            J journal) {
        return of(journal, journal);
    }

    /**
     * @param live the journal for {@link #follow} and {@link #read}
     * @param current the journal for {@link #endsWith}, which a lease waits for, and for {@link #stored}
     */
    public static JournalReader of(EventsByPersistenceIdQuery live, CurrentEventsByPersistenceIdQuery current) {
        return new JournalReader(
                live, current, (persistenceId, to) -> CompletableFuture.completedFuture(Optional.empty()));
    }

    /** The same, which also reads the snapshots of {@code system}; without this, {@link #snapshot} finds none. */
    public JournalReader withSnapshotsOf(ActorSystem<?> system) {
        return withSnapshots(new SnapshotReader(system));
    }

    /** @param snapshots as {@link #snapshot} */
    public JournalReader withSnapshots(BiFunction<String, Long, CompletionStage<Optional<StoredSnapshot>>> snapshots) {
        return new JournalReader(live, current, snapshots);
    }

    /**
     * The newest stored snapshot that includes no event after number {@code to}; empty if there is none. Fails if it can't be
     * read, for example because a newer build wrote it.
     */
    public CompletionStage<Optional<StoredSnapshot>> snapshot(String persistenceId, long to) {
        return snapshots.apply(persistenceId, to);
    }

    /** The stored events from sequence number {@code from} on, then new events as they are stored. Never completes. */
    public Source<EventEnvelope, NotUsed> follow(String persistenceId, long from) {
        return live.eventsByPersistenceId(persistenceId, from, Long.MAX_VALUE);
    }

    /**
     * The stored events from sequence number {@code from} to {@code to}. The event {@code to} must be stored: if it is deleted
     * or was never stored, the source does not complete.
     */
    public Source<EventEnvelope, NotUsed> read(String persistenceId, long from, long to) {
        return live.eventsByPersistenceId(persistenceId, from, to);
    }

    /** The events that are stored now, from the first on. */
    public Source<EventEnvelope, NotUsed> stored(String persistenceId) {
        return current.currentEventsByPersistenceId(persistenceId, 1, Long.MAX_VALUE);
    }

    /** Whether the event with this sequence number is the last event of its persistence id. */
    public CompletionStage<Boolean> endsWith(String persistenceId, long sequenceNr, ClassicActorSystemProvider system) {
        return current.currentEventsByPersistenceId(persistenceId, sequenceNr + 1, Long.MAX_VALUE)
                .runWith(Sink.headOption(), system)
                .thenApply(next -> next.isEmpty());
    }
}
