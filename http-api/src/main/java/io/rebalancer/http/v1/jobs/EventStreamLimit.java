package io.rebalancer.http.v1.jobs;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** The event streams that a process serves at a time. Each takes a connection for as long as its client likes. */
final class EventStreamLimit {
    private final int max;
    private final AtomicInteger open = new AtomicInteger();

    EventStreamLimit(int max) {
        this.max = max;
        Consumer<Gauge> streams = gauge -> gauge.update(open.get());
        Kamon.gauge("rebalancer.http.event-streams").withoutTags().autoUpdate(streams);
    }

    int max() {
        return max;
    }

    boolean isReached() {
        return open.get() >= max;
    }

    /**
     * Counts the stream from the moment in which it starts to run to its end: a response that is never sent counts nothing.
     *
     * @param refused runs instead of {@code stream} if the limit is reached by then
     */
    <T> Source<T, NotUsed> counted(Source<T, NotUsed> stream, Source<T, NotUsed> refused) {
        return Source.lazySource(() -> {
                    if (open.incrementAndGet() > max) {
                        open.decrementAndGet();
                        return refused;
                    }
                    return stream.watchTermination((mat, done) -> {
                        done.whenComplete((ended, failure) -> open.decrementAndGet());
                        return mat;
                    });
                })
                .mapMaterializedValue(later -> NotUsed.getInstance());
    }
}
