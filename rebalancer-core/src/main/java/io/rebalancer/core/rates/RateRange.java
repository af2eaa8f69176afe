package io.rebalancer.core.rates;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A part of a history in steps of equal length. The steps begin at multiples of their length since 1970 in UTC, so the steps of
 * two queries with the same length are the same.
 *
 * @param from the begin of the first step, or a later time before which nothing is known
 * @param to the end; the last step ends there or later
 * @param step the length of a step: whole minutes
 */
public record RateRange(Instant from, Instant to, Duration step) {
    private static final long MINUTE = 60;
    private static final long DAY = 24 * 60 * MINUTE;
    /** From one day on, the length doubles. */
    private static final List<Long> STEPS = List.of(MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 6 * 60 * MINUTE, DAY);

    /**
     * The part of a history that a query chooses, in the shortest steps of which no more are needed than the query permits.
     *
     * @param begin when the history begins
     * @param end when it ends, after {@code begin}
     * @return an empty range, with {@code from} equal to {@code to}, if the query chooses nothing of the history
     */
    public static RateRange of(RateQuery query, Instant begin, Instant end) {
        Instant to = query.to()
                .filter(end::isAfter)
                .map(each -> each.isAfter(begin) ? minuteAfter(each) : begin)
                .filter(end::isAfter)
                .orElse(end);
        Instant from = query.window()
                .map(to::minus)
                .or(query::from)
                .filter(begin::isBefore)
                .orElse(begin);
        if (!from.isBefore(to)) {
            return new RateRange(to, to, Duration.ofSeconds(MINUTE));
        }
        long step = STEPS.stream()
                .filter(each -> steps(from, to, each) <= query.points())
                .findFirst()
                .orElse(2 * DAY);
        while (steps(from, to, step) > query.points()) {
            step *= 2;
        }
        Instant first = floor(from, step);
        return new RateRange(first.isAfter(begin) ? first : begin, to, Duration.ofSeconds(step));
    }

    private static long steps(Instant from, Instant to, long step) {
        // The end is not part of the range.
        return Math.floorDiv(to.minusNanos(1).getEpochSecond(), step) - Math.floorDiv(from.getEpochSecond(), step) + 1;
    }

    private static Instant floor(Instant time, long step) {
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), step) * step);
    }

    /** Events are counted by minute, so a part ends with a whole one. */
    private static Instant minuteAfter(Instant time) {
        Instant floor = floor(time, MINUTE);
        return floor.equals(time) ? time : floor.plusSeconds(MINUTE);
    }

    /** The number of the minute since 1970 in which the time lies. */
    public static long minute(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), MINUTE);
    }

    /** The minutes of a step. */
    public long minutes() {
        return step.toMinutes();
    }

    /** The minute in which the first step begins. */
    public long firstMinute() {
        return minute(floor(from, step.toSeconds()));
    }

    /** The first minute behind the range. */
    public long endMinute() {
        return minute(minuteAfter(to));
    }

    /** The number of steps. */
    public int steps() {
        return from.isBefore(to) ? Math.toIntExact(steps(from, to, step.toSeconds())) : 0;
    }

    /** The begin of a step, from 0 on; of the first one no earlier than {@code from}. */
    public Instant begin(int index) {
        Instant aligned = floor(from, step.toSeconds()).plus(step.multipliedBy(index));
        return aligned.isBefore(from) ? from : aligned;
    }

    /** The time that a step covers: less than its length if the history begins or ends in it. */
    public Duration length(int index) {
        Instant end = floor(from, step.toSeconds()).plus(step.multipliedBy(index + 1L));
        return Duration.between(begin(index), end.isBefore(to) ? end : to);
    }
}
