package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.SpaceGuard;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the space that is left for copies on a thread for this alone, because the call may block on a sick disk. */
public final class FreeSpaceMonitor implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 1000;

    /** A disk that takes longer than this to report its space must not get new copies. */
    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    private static final Logger LOGGER = LoggerFactory.getLogger(FreeSpaceMonitor.class);

    private final SpaceGuard space;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(EngineThreads.named("free-space"));
    private volatile Reading last = new Reading(0, System.nanoTime());

    private record Reading(long availableBytes, long atNanos) {}

    /** Reads the space for the first time before it returns. */
    public FreeSpaceMonitor(SpaceGuard space) {
        this.space = space;
        refresh();
        var unused =
                thread.scheduleWithFixedDelay(this::refresh, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void refresh() {
        long availableBytes;
        try {
            availableBytes = space.availableBytes();
        } catch (IOException e) {
            // A disk that fails even this call must not get new copies.
            availableBytes = 0;
            LOGGER.warn("can't read the free space of the object root, new assignments are refused: {}", e.toString());
        }
        last = new Reading(availableBytes, System.nanoTime());
    }

    /** Bytes that may be written, as of the last second; 0 while the disk does not report its space. */
    public long availableBytes() {
        Reading reading = last;
        return System.nanoTime() - reading.atNanos() > MAX_AGE.toNanos() ? 0 : reading.availableBytes();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
