package io.rebalancer.core.reconcile;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Local times at a fixed distance, from midnight on; without a library for cron expressions. */
record RegularTimes(Duration distance, Duration first) implements CronTimes.LocalTimes {

    static RegularTimes daily(int hour, int minute) {
        return new RegularTimes(Duration.ofDays(1), Duration.ofMinutes(60L * hour + minute));
    }

    static RegularTimes every(Duration distance) {
        return new RegularTimes(distance, Duration.ZERO);
    }

    private long before(LocalDateTime time) {
        long since = ChronoUnit.SECONDS.between(start(), time);
        return Math.floorDiv(since, distance.toSeconds());
    }

    private LocalDateTime start() {
        return LocalDateTime.of(2026, 1, 1, 0, 0).plus(first);
    }

    private LocalDateTime at(long number) {
        return start().plusSeconds(number * distance.toSeconds());
    }

    @Override
    public Optional<LocalDateTime> next(LocalDateTime time) {
        return Optional.of(at(before(time) + 1));
    }

    @Override
    public Optional<LocalDateTime> previous(LocalDateTime time) {
        LocalDateTime last = at(before(time));
        return Optional.of(last.isBefore(time) ? last : at(before(time) - 1));
    }
}
