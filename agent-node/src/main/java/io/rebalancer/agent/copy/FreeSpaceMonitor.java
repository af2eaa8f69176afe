package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.Dispatchers;
import java.io.IOException;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the space that is left for copies in the background, because the call may block on a sick disk. */
public final class FreeSpaceMonitor {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(FreeSpaceMonitor.class);

    private final SpaceGuard space;
    private volatile long availableBytes;

    /** Reads the space for the first time before it returns. */
    public FreeSpaceMonitor(ActorSystem<?> system, SpaceGuard space) {
        this.space = space;
        refresh();
        system.scheduler()
                .scheduleWithFixedDelay(
                        INTERVAL,
                        INTERVAL,
                        this::refresh,
                        system.dispatchers().lookup(DispatcherSelector.fromConfig(Dispatchers.DISK)));
    }

    private void refresh() {
        try {
            availableBytes = space.availableBytes();
        } catch (IOException e) {
            // A disk that fails even this call must not get new copies.
            availableBytes = 0;
            LOGGER.warn("can't read the free space of the object root, new assignments are refused: {}", e.toString());
        }
    }

    /** Bytes that may be written; at most {@code INTERVAL} old. */
    public long availableBytes() {
        return availableBytes;
    }
}
