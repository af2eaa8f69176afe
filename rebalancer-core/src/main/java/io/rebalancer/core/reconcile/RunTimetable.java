package io.rebalancer.core.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * When scheduled runs begin: at a time of the cron expression, and up to {@code jitter} later, so that the clusters of a site do
 * not all begin at once. The delay and the id of a run depend only on its time and on the seed, so a manager that takes over
 * begins the same run at the same time.
 *
 * @param times the cron times
 * @param jitter longest delay, at least zero
 * @param seed differs between clusters, and never changes in one
 */
public record RunTimetable(CronTimes times, Duration jitter, UUID seed) {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte DELAY = 1;
    private static final byte RUN = 2;

    /** When the run of a cron time begins. */
    public Instant start(Instant time) {
        long random = id(DELAY, time).getMostSignificantBits();
        return time.plusSeconds(Math.floorMod(random, jitter.toSeconds() + 1));
    }

    /** The id of the run of a cron time. */
    public UUID runId(Instant time) {
        return id(RUN, time);
    }

    /** A hash of the seed, the time and the use. */
    private UUID id(byte use, Instant time) {
        String text = HEX.toHexDigits(seed.getMostSignificantBits())
                + HEX.toHexDigits(seed.getLeastSignificantBits())
                + HEX.toHexDigits(time.getEpochSecond())
                + HEX.toHexDigits(use);
        return UUID.nameUUIDFromBytes(HEX.parseHex(text));
    }

    /**
     * The last cron time whose run should have begun.
     *
     * @param after the cron time is after this one
     */
    Optional<Instant> due(Instant after, Instant now) {
        Optional<Instant> time = times.previous(now.plusNanos(1));
        while (time.filter(each -> each.isAfter(after) && start(each).isAfter(now))
                .isPresent()) {
            time = times.previous(time.get());
        }
        return time.filter(each -> each.isAfter(after));
    }

    /** The number of cron times between two times, at most {@code limit}. */
    int between(Instant after, Instant before, int limit) {
        int count = 0;
        Optional<Instant> time = times.next(after);
        while (count < limit && time.filter(each -> each.isBefore(before)).isPresent()) {
            count++;
            time = times.next(time.get());
        }
        return count;
    }

    /**
     * When the next run begins; empty if there is no further cron time.
     *
     * @param after its cron time is after this one
     */
    public Optional<Instant> nextStart(Instant after, Instant now) {
        Instant from = now.minus(jitter);
        Optional<Instant> time = times.next(after.isAfter(from) ? after : from);
        Optional<Instant> first = Optional.empty();
        // A later cron time may have a shorter delay.
        while (time.isPresent() && (first.isEmpty() || time.get().isBefore(first.get()))) {
            Instant start = start(time.get());
            if (start.isAfter(now) && (first.isEmpty() || start.isBefore(first.get()))) {
                first = Optional.of(start);
            }
            time = times.next(time.get());
        }
        return first;
    }
}
