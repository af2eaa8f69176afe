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
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.Sequence;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByTagQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByTagQuery;
import org.apache.pekko.persistence.query.javadsl.ReadJournal;
import org.apache.pekko.persistence.query.typed.javadsl.CurrentEventsBySliceQuery;
import org.apache.pekko.persistence.query.typed.javadsl.EventsBySliceQuery;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.stream.javadsl.Source;
import scala.Option;

/**
 * Events read back from the log, by persistence id, by tag, or by slice. A live stream is told of new events by the log
 * itself; nothing is asked at intervals.
 *
 * <p>Offsets are {@link Sequence}s: the number of events up to and including this one in the whole log. They are exclusive,
 * as Pekko wants them: a stream goes on after the offset that it is given. Streams by tag and slice also show events that
 * were deleted, as long as they are there; whoever must not miss any registers a cursor with the log.
 */
public final class LogReadJournal
        implements ReadJournal,
                EventsByPersistenceIdQuery,
                CurrentEventsByPersistenceIdQuery,
                CurrentPersistenceIdsQuery,
                EventsByTagQuery,
                CurrentEventsByTagQuery,
                EventsBySliceQuery,
                CurrentEventsBySliceQuery {
    private static final int AT_A_TIME = 500;
    private static final String DISPATCHER = "rebalancer.log.dispatcher";

    private final EventLog log;
    private final EventCodec codec;
    private final Persistence persistence;
    private final Executor blocking;

    /** Over the log of {@code system}. */
    public LogReadJournal(ActorSystem system) {
        this.log = LogExtension.get(system).log();
        this.codec = new EventCodec(system);
        this.persistence = (Persistence) Persistence.get(system);
        this.blocking = system.dispatchers().lookup(DISPATCHER);
    }

    /** The log that is read, for cursors. */
    public EventLog log() {
        return log;
    }

    @Override
    public Source<String, NotUsed> currentPersistenceIds() {
        return Source.lazySource(() -> Source.from(log.persistenceIds()))
                .mapMaterializedValue(late -> NotUsed.getInstance());
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String persistenceId, long from, long to) {
        return Source.completionStage(log.highestSequenceNr(persistenceId))
                .flatMapConcat(highest -> byId(persistenceId, from, Math.min(to, highest), false));
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String persistenceId, long from, long to) {
        return byId(persistenceId, from, to, true);
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByTag(String tag, Offset offset) {
        return byTag(tag, offset, false);
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByTag(String tag, Offset offset) {
        return byTag(tag, offset, true);
    }

    @Override
    public <E> Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> currentEventsBySlices(
            String entityType, int minSlice, int maxSlice, Offset offset) {
        return bySlices(entityType, minSlice, maxSlice, offset, false);
    }

    @Override
    public <E> Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> eventsBySlices(
            String entityType, int minSlice, int maxSlice, Offset offset) {
        return bySlices(entityType, minSlice, maxSlice, offset, true);
    }

    @Override
    public int sliceForPersistenceId(String persistenceId) {
        return persistence.sliceForPersistenceId(persistenceId);
    }

    @Override
    public List<Pair<Integer, Integer>> sliceRanges(int numberOfRanges) {
        return persistence.getSliceRanges(numberOfRanges);
    }

    private Source<EventEnvelope, NotUsed> byId(String persistenceId, long from, long to, boolean live) {
        return pages(
                from,
                next -> next > to ? List.of() : log.read(persistenceId, next, to, AT_A_TIME),
                last -> last.sequenceNr() + 1,
                next -> next <= to && live,
                stored -> Optional.of(envelope(stored, event(stored))));
    }

    private Source<EventEnvelope, NotUsed> byTag(String tag, Offset offset, boolean live) {
        return feed(
                offset,
                live,
                stored -> tags(stored).contains(tag) ? Optional.of(envelope(stored, event(stored))) : Optional.empty());
    }

    private <E> Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> bySlices(
            String entityType, int minSlice, int maxSlice, Offset offset, boolean live) {
        return feed(offset, live, stored -> {
            int slice = sliceForPersistenceId(stored.persistenceId());
            boolean wanted = slice >= minSlice
                    && slice <= maxSlice
                    && PersistenceId.extractEntityType(stored.persistenceId()).equals(entityType);
            if (!wanted) {
                return Optional.empty();
            }
            PersistentRepr decoded = codec.decode(stored.persistenceId(), stored.sequenceNr(), stored.event());
            @SuppressWarnings("unchecked")
            E event = (E) decoded.payload();
            return Optional.of(new org.apache.pekko.persistence.query.typed.EventEnvelope<>(
                    offset(stored),
                    stored.persistenceId(),
                    stored.sequenceNr(),
                    Option.apply(event),
                    stored.timeMillis(),
                    decoded.metadata(),
                    entityType,
                    slice));
        });
    }

    private <T> Source<T, NotUsed> feed(Offset after, boolean live, Conversion<T> conversion) {
        return Source.lazySource(() -> {
                    long end = live ? Long.MAX_VALUE : log.endOffset();
                    return pages(
                            first(after),
                            next -> next >= end ? List.of() : log.feed(next, (int) Math.min(AT_A_TIME, end - next)),
                            last -> last.offset() + 1,
                            next -> live,
                            conversion);
                })
                .mapMaterializedValue(late -> NotUsed.getInstance());
    }

    /** @throws IllegalArgumentException for offsets of another kind of journal */
    private static long first(Offset after) {
        if (after instanceof Sequence sequence) {
            return sequence.value();
        }
        if (after.equals(Offset.noOffset())) {
            return 0;
        }
        throw new IllegalArgumentException("the log counts its events: give a Sequence or no offset, not " + after);
    }

    private static Offset offset(Stored stored) {
        return Offset.sequence(stored.offset() + 1);
    }

    private interface Page {
        List<Stored> read(long next) throws IOException;
    }

    private interface Following {
        long after(Stored last);
    }

    private interface More {
        boolean mayCome(long next);
    }

    private interface Conversion<T> {
        Optional<T> of(Stored stored) throws IOException;
    }

    private <T> Source<T, NotUsed> pages(
            long from, Page page, Following following, More more, Conversion<T> conversion) {
        return Source.unfoldAsync(from, next -> some(next, page, following, more, conversion))
                .mapConcat(events -> events);
    }

    /** The end of the log is looked at before the events: what comes in between is not missed, but met again. */
    private <T> CompletionStage<Optional<Pair<Long, List<T>>>> some(
            long next, Page page, Following following, More more, Conversion<T> conversion) {
        long end = log.endOffset();
        return CompletableFuture.supplyAsync(() -> read(next, page, following, conversion), blocking)
                .thenCompose(some -> {
                    if (some.first() > next) {
                        return CompletableFuture.completedFuture(Optional.of(some));
                    }
                    return more.mayCome(next)
                            ? log.reached(end).thenApply(reached -> Optional.of(Pair.create(next, List.<T>of())))
                            : CompletableFuture.completedFuture(Optional.empty());
                });
    }

    private static <T> Pair<Long, List<T>> read(long next, Page page, Following following, Conversion<T> conversion) {
        try {
            List<Stored> events = page.read(next);
            List<T> converted = new ArrayList<>();
            for (Stored stored : events) {
                conversion.of(stored).ifPresent(converted::add);
            }
            long after = events.isEmpty() ? next : following.after(events.get(events.size() - 1));
            return Pair.create(after, converted);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static EventEnvelope envelope(Stored stored, Object event) {
        return EventEnvelope.apply(
                offset(stored), stored.persistenceId(), stored.sequenceNr(), event, stored.timeMillis());
    }

    private Object event(Stored stored) throws IOException {
        return codec.decode(stored.persistenceId(), stored.sequenceNr(), stored.event())
                .payload();
    }

    private static List<String> tags(Stored stored) throws IOException {
        return StoredEvent.read(stored.persistenceId(), stored.sequenceNr(), stored.event())
                .tags();
    }
}
