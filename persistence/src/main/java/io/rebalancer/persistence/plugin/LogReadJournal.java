package io.rebalancer.persistence.plugin;

import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.EventLog.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
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
 * Reads events from the log by persistence id, by tag, or by slice. The log notifies live streams of new events; they do
 * not poll.
 *
 * <p>An offset is a {@link Sequence}: the number of events in the whole log up to and including the event. A stream starts
 * after the given offset, as Pekko requires. Streams by tag and slice include deleted events as long as their segment
 * exists. A reader that must not miss an event registers a cursor with the log.
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
    private static final int PAGE_SIZE = 500;

    private final EventLog log;
    private final EventCodec codec;
    private final Persistence persistence;
    private final BlockingExecutor blocking;

    /** Reads the log of {@code system}. */
    public LogReadJournal(ActorSystem system) {
        this.log = LogExtension.get(system).log();
        this.codec = new EventCodec(system);
        this.persistence = (Persistence) Persistence.get(system);
        this.blocking = new BlockingExecutor(system.dispatchers().lookup(Dispatchers.LOG));
    }

    /** The log, for cursors. */
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
        return stream(
                from,
                new Query<>(
                        new IdEvents(log, persistenceId),
                        to,
                        live,
                        event -> Optional.of(envelope(event, payload(event)))));
    }

    private Source<EventEnvelope, NotUsed> byTag(String tag, Offset after, boolean live) {
        return feed(
                after,
                live,
                event -> tags(event).contains(tag) ? Optional.of(envelope(event, payload(event))) : Optional.empty());
    }

    private <E> Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> bySlices(
            String entityType, int minSlice, int maxSlice, Offset after, boolean live) {
        return feed(after, live, event -> {
            int slice = sliceForPersistenceId(event.persistenceId());
            boolean matches = slice >= minSlice
                    && slice <= maxSlice
                    && PersistenceId.extractEntityType(event.persistenceId()).equals(entityType);
            if (!matches) {
                return Optional.empty();
            }
            PersistentRepr decoded = decode(event);
            @SuppressWarnings("unchecked")
            E payload = (E) decoded.payload();
            return Optional.of(new org.apache.pekko.persistence.query.typed.EventEnvelope<>(
                    offset(event),
                    event.persistenceId(),
                    event.sequenceNr(),
                    Option.apply(payload),
                    event.timeMillis(),
                    decoded.metadata(),
                    entityType,
                    slice));
        });
    }

    private <T> Source<T, NotUsed> feed(Offset after, boolean live, Function<Event, Optional<T>> conversion) {
        return Source.lazySource(() -> {
                    long lastOffset = live ? Long.MAX_VALUE : log.endOffset() - 1;
                    return stream(firstOffset(after), new Query<>(new AllEvents(log), lastOffset, live, conversion));
                })
                .mapMaterializedValue(late -> NotUsed.getInstance());
    }

    /** @throws IllegalArgumentException for an offset of another kind of journal */
    private static long firstOffset(Offset after) {
        if (after instanceof Sequence sequence) {
            return sequence.value();
        }
        if (after.equals(Offset.noOffset())) {
            return 0;
        }
        throw new IllegalArgumentException("the log needs a Sequence or no offset, not " + after);
    }

    private static Offset offset(Event event) {
        return Offset.sequence(event.offset() + 1);
    }

    /** Events in the order of a position. */
    private interface OrderedEvents {
        /** The events from position {@code first} to {@code last}, both included, or the first {@link #PAGE_SIZE} of them. */
        List<Event> read(long first, long last) throws IOException;

        long positionOf(Event event);
    }

    /** The events of one persistence id; their position is the sequence number. */
    private record IdEvents(EventLog log, String persistenceId) implements OrderedEvents {
        @Override
        public List<Event> read(long first, long last) throws IOException {
            return log.read(persistenceId, first, last, PAGE_SIZE);
        }

        @Override
        public long positionOf(Event event) {
            return event.sequenceNr();
        }
    }

    /** The events of all persistence ids; their position is the offset. */
    private record AllEvents(EventLog log) implements OrderedEvents {
        @Override
        public List<Event> read(long first, long last) throws IOException {
            return log.feed(first, (int) Math.min(PAGE_SIZE - 1, last - first) + 1);
        }

        @Override
        public long positionOf(Event event) {
            return event.offset();
        }
    }

    /**
     * A query for events.
     *
     * @param last position of the last event that it returns
     * @param live whether it waits for events that are not stored yet
     * @param conversion the element for an event; empty if the event does not match the query
     */
    private record Query<T>(OrderedEvents events, long last, boolean live, Function<Event, Optional<T>> conversion) {

        boolean mayHaveMore(long position) {
            return live && position <= last;
        }

        /** The next page of elements, with the position after it. */
        Pair<Long, List<T>> readPage(long position) throws IOException {
            try {
                List<Event> page = position > last ? List.of() : events.read(position, last);
                List<T> elements = new ArrayList<>();
                for (Event event : page) {
                    conversion.apply(event).ifPresent(elements::add);
                }
                long next = page.isEmpty() ? position : events.positionOf(page.get(page.size() - 1)) + 1;
                return Pair.create(next, elements);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }

    private <T> Source<T, NotUsed> stream(long first, Query<T> query) {
        return Source.unfoldAsync(first, position -> nextPage(position, query)).mapConcat(elements -> elements);
    }

    private <T> CompletionStage<Optional<Pair<Long, List<T>>>> nextPage(long position, Query<T> query) {
        // Before the events are read: otherwise the wait could miss an event that is stored in between.
        long endOffset = log.endOffset();
        return blocking.run(() -> query.readPage(position)).thenCompose(page -> {
            if (page.first() > position) {
                return CompletableFuture.completedFuture(Optional.of(page));
            }
            return query.mayHaveMore(position)
                    ? log.whenReached(endOffset).thenApply(reached -> Optional.of(Pair.create(position, List.<T>of())))
                    : CompletableFuture.completedFuture(Optional.empty());
        });
    }

    private static EventEnvelope envelope(Event event, Object payload) {
        return EventEnvelope.apply(
                offset(event), event.persistenceId(), event.sequenceNr(), payload, event.timeMillis());
    }

    private Object payload(Event event) {
        return decode(event).payload();
    }

    private PersistentRepr decode(Event event) {
        try {
            return codec.decode(event.persistenceId(), event.sequenceNr(), event.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> tags(Event event) {
        try {
            return StoredEvent.read(event.persistenceId(), event.sequenceNr(), event.bytes())
                    .tags();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
