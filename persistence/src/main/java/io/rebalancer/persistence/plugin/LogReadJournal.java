package io.rebalancer.persistence.plugin;

import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.EventLog.Stored;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.ReadJournal;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Events read back from the log. A live stream is told of new events by the log itself; nothing is asked at intervals.
 * The offset of an envelope is the event's number in the whole log.
 */
public final class LogReadJournal
        implements ReadJournal,
                EventsByPersistenceIdQuery,
                CurrentEventsByPersistenceIdQuery,
                CurrentPersistenceIdsQuery {
    private static final int AT_A_TIME = 500;
    private static final String DISPATCHER = "rebalancer.log.dispatcher";

    private final EventLog log;
    private final EventCodec codec;
    private final Executor blocking;

    /** Over the log of {@code system}. */
    public LogReadJournal(ActorSystem system) {
        this.log = LogExtension.get(system).log();
        this.codec = new EventCodec(system);
        this.blocking = system.dispatchers().lookup(DISPATCHER);
    }

    @Override
    public Source<String, NotUsed> currentPersistenceIds() {
        return Source.lazySource(() -> Source.from(log.persistenceIds()))
                .mapMaterializedValue(late -> NotUsed.getInstance());
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String persistenceId, long from, long to) {
        return Source.completionStage(log.highestSequenceNr(persistenceId))
                .flatMapConcat(highest -> events(persistenceId, from, Math.min(to, highest), false));
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String persistenceId, long from, long to) {
        return events(persistenceId, from, to, true);
    }

    private Source<EventEnvelope, NotUsed> events(String persistenceId, long from, long to, boolean live) {
        return Source.unfoldAsync(
                        from,
                        next -> next > to
                                ? CompletableFuture.completedFuture(Optional.<Pair<Long, List<EventEnvelope>>>empty())
                                : some(persistenceId, next, to, live))
                .mapConcat(events -> events);
    }

    /** The end of the log is looked at before the events: what comes in between is not missed, but met again. */
    private CompletionStage<Optional<Pair<Long, List<EventEnvelope>>>> some(
            String persistenceId, long next, long to, boolean live) {
        long end = log.endOffset();
        return CompletableFuture.supplyAsync(() -> read(persistenceId, next, to), blocking)
                .thenCompose(events -> {
                    if (!events.isEmpty()) {
                        long after = events.get(events.size() - 1).sequenceNr() + 1;
                        return CompletableFuture.completedFuture(Optional.of(Pair.create(after, events)));
                    }
                    return live
                            ? log.reached(end)
                                    .thenApply(reached -> Optional.of(Pair.create(next, List.<EventEnvelope>of())))
                            : CompletableFuture.completedFuture(Optional.empty());
                });
    }

    private List<EventEnvelope> read(String persistenceId, long from, long to) {
        try {
            List<EventEnvelope> envelopes = new ArrayList<>();
            for (Stored stored : log.read(persistenceId, from, to, AT_A_TIME)) {
                Object event = codec.decode(persistenceId, stored.sequenceNr(), stored.event())
                        .event()
                        .payload();
                envelopes.add(EventEnvelope.apply(
                        Offset.sequence(stored.offset()),
                        persistenceId,
                        stored.sequenceNr(),
                        event,
                        stored.timeMillis()));
            }
            return envelopes;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}
