package io.rebalancer.persistence.readside;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Source;

/** A journal in memory. */
final class EventsInMemory implements EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery {
    private static final Duration POLL = Duration.ofMillis(20);

    private final Map<String, List<EventEnvelope>> events = new ConcurrentHashMap<>();

    void add(String id, Object event) {
        events.compute(id, (same, before) -> {
            List<EventEnvelope> all = new ArrayList<>(before == null ? List.of() : before);
            long number = all.size() + 1L;
            all.add(new EventEnvelope(Offset.sequence(number), id, number, event, System.currentTimeMillis()));
            return List.copyOf(all);
        });
    }

    long count(String id) {
        return events.getOrDefault(id, List.of()).size();
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String id, long from, long to) {
        List<EventEnvelope> all = events.getOrDefault(id, List.of());
        return Source.from(all.subList((int) Math.min(all.size(), Math.max(0, from - 1)), all.size()));
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String id, long from, long to) {
        return Source.tick(Duration.ZERO, POLL, id)
                .mapMaterializedValue(cancel -> NotUsed.getInstance())
                .statefulMap(
                        () -> new long[] {from},
                        (next, tick) -> {
                            List<EventEnvelope> all = events.getOrDefault(id, List.of());
                            List<EventEnvelope> more = all.subList((int) Math.min(all.size(), next[0] - 1), all.size());
                            next[0] += more.size();
                            return Pair.create(next, more);
                        },
                        next -> Optional.empty())
                .mapConcat(more -> more);
    }
}
