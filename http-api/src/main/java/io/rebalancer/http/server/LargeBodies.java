package io.rebalancer.http.server;

import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The large request bodies that a process reads at a time, over all of its listeners. A body and the JSON in it take many
 * times their length in memory.
 */
final class LargeBodies implements Extension {
    /** A body of at most this many bytes is not large. */
    static final long THRESHOLD_BYTES = 64 << 10;

    static final int MAX_AT_A_TIME = 4;
    private static final Id ID = new Id();

    private final Semaphore slots = new Semaphore(MAX_AT_A_TIME);

    private static final class Id extends AbstractExtensionId<LargeBodies> {
        @Override
        public LargeBodies createExtension(ExtendedActorSystem system) {
            return new LargeBodies();
        }
    }

    private LargeBodies() {
        Consumer<Gauge> read = gauge -> gauge.update(MAX_AT_A_TIME - slots.availablePermits());
        Kamon.gauge("rebalancer.http.large-bodies").withoutTags().autoUpdate(read);
    }

    static LargeBodies of(ActorSystem system) {
        return ID.get(system);
    }

    /** Whether one more large body may be read. The caller releases it afterwards. */
    boolean tryAcquire() {
        return slots.tryAcquire();
    }

    void release() {
        slots.release();
    }
}
