package io.rebalancer.persistence.readside;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Source;

/** A journal in memory, which records what it was asked for. */
final class EventsInMemory implements EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery, EventDeletion {
    private static final Duration POLL = Duration.ofMillis(20);

    private final Map<String, List<EventEnvelope>> events = new ConcurrentHashMap<>();
    private final List<Followed> followed = new CopyOnWriteArrayList<>();
    private final Map<String, Long> deletedTo = new ConcurrentHashMap<>();
    /** By persistence id. */
    private final Map<String, Long> neededAfter = new ConcurrentHashMap<>();

    private final AtomicInteger deletionFaults = new AtomicInteger();

    /** A live query. */
    record Followed(String id, long from) {}

    /** An event that fails when it is read. */
    private record Unreadable(String message) {}

    /** The live queries since the last {@link #forgetQueries}. */
    List<Followed> followed() {
        return List.copyOf(followed);
    }

    void forgetQueries() {
        followed.clear();
    }

    void addUnreadable(String id, String message) {
        add(id, new Unreadable(message));
    }

    /** Puts another event in the place of the event with this number. */
    void replace(String id, long number, Object event) {
        events.compute(id, (same, before) -> {
            List<EventEnvelope> all = new ArrayList<>(before);
            all.set((int) number - 1, envelope(id, number, event));
            return List.copyOf(all);
        });
    }

    /** The events up to {@code number} are in snapshots. */
    void addSnapshots(String id, long number) {
        neededAfter.put(id, number);
    }

    /** The next deletions fail. */
    void failDeletions(int count) {
        deletionFaults.set(count);
    }

    int deletionFaults() {
        return deletionFaults.get();
    }

    long deletedTo(String id) {
        return deletedTo.getOrDefault(id, 0L);
    }

    @Override
    public CompletionStage<Long> neededAfter(String id) {
        return CompletableFuture.completedFuture(neededAfter.getOrDefault(id, 0L));
    }

    @Override
    public CompletionStage<Long> deleteTo(String id, long to) {
        if (deletionFaults.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return CompletableFuture.failedFuture(new IllegalStateException("the deletion fails"));
        }
        long before = deletedTo(id);
        deletedTo.merge(id, to, Math::max);
        return CompletableFuture.completedFuture(to - before);
    }

    private List<EventEnvelope> from(String id, long from) {
        List<EventEnvelope> all = events.getOrDefault(id, List.of());
        long first = Math.max(from, deletedTo(id) + 1);
        return all.subList((int) Math.min(all.size(), first - 1), all.size());
    }

    private static EventEnvelope envelope(String id, long number, Object event) {
        return new EventEnvelope(Offset.sequence(number), id, number, event, System.currentTimeMillis());
    }

    void add(String id, Object event) {
        add(id, event, System.currentTimeMillis());
    }

    /** An event that was stored at this time, in milliseconds since 1970. */
    void add(String id, Object event, long storedAt) {
        events.compute(id, (same, before) -> {
            List<EventEnvelope> all = new ArrayList<>(before == null ? List.of() : before);
            long number = all.size() + 1L;
            all.add(new EventEnvelope(Offset.sequence(number), id, number, event, storedAt));
            return List.copyOf(all);
        });
    }

    /** Waits until events get a later time than the events so far. */
    void awaitLaterTime() {
        long before = System.currentTimeMillis();
        while (System.currentTimeMillis() == before) {
            Thread.onSpinWait();
        }
    }

    long count(String id) {
        return events.getOrDefault(id, List.of()).size();
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String id, long from, long to) {
        return Source.from(from(id, Math.max(1, from)));
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String id, long from, long to) {
        followed.add(new Followed(id, from));
        return Source.tick(Duration.ZERO, POLL, id)
                .mapMaterializedValue(cancel -> NotUsed.getInstance())
                .statefulMap(
                        () -> new long[] {from},
                        (next, tick) -> {
                            List<EventEnvelope> more = from(id, next[0]);
                            if (!more.isEmpty()) {
                                next[0] = more.get(more.size() - 1).sequenceNr() + 1;
                            }
                            return Pair.create(next, more);
                        },
                        next -> Optional.empty())
                .mapConcat(more -> more)
                .map(EventsInMemory::read);
    }

    private static EventEnvelope read(EventEnvelope stored) {
        if (stored.event() instanceof Unreadable unreadable) {
            throw new IllegalStateException(unreadable.message());
        }
        return stored;
    }
}
