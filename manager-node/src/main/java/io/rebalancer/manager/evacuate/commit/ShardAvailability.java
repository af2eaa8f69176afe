package io.rebalancer.manager.evacuate.commit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Whether one metadata shard answers, as its calls show. Thread-safe. */
final class ShardAvailability {
    private final LongSupplier nanoClock;
    private final InstantSource clock;
    private Optional<Outage> outage = Optional.empty();

    /**
     * The time in which every call failed.
     *
     * @param since when the first call failed
     * @param duration between the first and the last failure
     * @param detail why the last call failed
     */
    record Outage(Instant since, Duration duration, String detail, long firstNanos) {}

    ShardAvailability(LongSupplier nanoClock, InstantSource clock) {
        this.nanoClock = nanoClock;
        this.clock = clock;
    }

    /** @return the outage that the answer ended */
    synchronized Optional<Outage> recordAnswer() {
        Optional<Outage> ended = outage;
        outage = Optional.empty();
        return ended;
    }

    /**
     * A call found the shard unavailable.
     *
     * @param detail why, as one line
     * @return the outage so far; its duration is zero after its first failure
     */
    synchronized Outage recordFailure(String detail) {
        long now = nanoClock.getAsLong();
        Outage next = outage.map(known -> new Outage(
                        known.since(), Duration.ofNanos(now - known.firstNanos()), detail, known.firstNanos()))
                .orElseGet(() -> new Outage(clock.instant(), Duration.ZERO, detail, now));
        outage = Optional.of(next);
        return next;
    }

    /** The current outage, or empty if the last call got an answer. */
    synchronized Optional<Outage> outage() {
        return outage;
    }
}
