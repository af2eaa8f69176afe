package io.rebalancer.manager.jobs;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Source;

/** The events of several entities, in memory. */
final class JournalInMemory implements EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery {
    private final Map<String, List<Object>> events = new ConcurrentHashMap<>();
    /** Whether reads fail. */
    volatile boolean failing;

    List<Object> of(String persistenceId) {
        return events.computeIfAbsent(persistenceId, id -> new CopyOnWriteArrayList<>());
    }

    private List<EventEnvelope> after(String id, long number) {
        if (failing) {
            throw new IllegalStateException("the database is away");
        }
        List<Object> stored = List.copyOf(of(id));
        return LongStream.rangeClosed(number + 1, stored.size())
                .mapToObj(each -> new EventEnvelope(Offset.sequence(each), id, each, stored.get((int) each - 1), 0))
                .toList();
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String id, long from, long to) {
        return Source.lazySource(() -> Source.from(after(id, from - 1)))
                .mapMaterializedValue(later -> NotUsed.getInstance());
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String id, long from, long to) {
        return Source.tick(Duration.ZERO, Duration.ofMillis(5), id)
                .statefulMap(
                        () -> from - 1,
                        (last, tick) -> {
                            List<EventEnvelope> more = after(id, last);
                            return Pair.create(last + more.size(), more);
                        },
                        last -> Optional.empty())
                .mapConcat(more -> more)
                .mapMaterializedValue(cancel -> NotUsed.getInstance());
    }
}
