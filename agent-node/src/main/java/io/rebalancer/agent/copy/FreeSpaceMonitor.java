package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.SpaceGuard;
import java.io.IOException;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much may still be written, looked up again and again in the background: a look may block on a sick disk. */
public final class FreeSpaceMonitor {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Logger LOGGER = LoggerFactory.getLogger(FreeSpaceMonitor.class);

    private final SpaceGuard space;
    private volatile long availableBytes;

    /** Looks for the first time before it returns. */
    public FreeSpaceMonitor(ActorSystem<?> system, SpaceGuard space) {
        this.space = space;
        look();
        system.scheduler()
                .scheduleWithFixedDelay(
                        INTERVAL,
                        INTERVAL,
                        this::look,
                        system.dispatchers().lookup(DispatcherSelector.fromConfig(DiskExecutor.DISPATCHER)));
    }

    private void look() {
        try {
            availableBytes = space.availableBytes();
        } catch (IOException e) {
            // A disk that can't even tell has no room for anything.
            availableBytes = 0;
            LOGGER.warn("free space can't be determined: {}", e.toString());
        }
    }

    /** Bytes that may be written, as of the last second. */
    public long availableBytes() {
        return availableBytes;
    }
}
