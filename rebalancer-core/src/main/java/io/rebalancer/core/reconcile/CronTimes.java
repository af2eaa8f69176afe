package io.rebalancer.core.reconcile;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;

/**
 * The points in time of a cron expression in a time zone. A local time that the change to summer time leaves out takes place
 * when the clocks are set forward; one that occurs twice in autumn takes place the first time only.
 */
public final class CronTimes {
    private final LocalTimes times;
    private final ZoneId zone;

    /** The local times of a cron expression. */
    public interface LocalTimes {
        /** The first one after {@code time}; empty if there is none. */
        Optional<LocalDateTime> next(LocalDateTime time);

        /** The last one before {@code time}; empty if there is none. */
        Optional<LocalDateTime> previous(LocalDateTime time);
    }

    /** @param zone where the local times are those of the clocks */
    public CronTimes(LocalTimes times, ZoneId zone) {
        this.times = times;
        this.zone = zone;
    }

    /** The first point in time after {@code time}; empty if there is none. */
    public Optional<Instant> next(Instant time) {
        Optional<LocalDateTime> local = times.next(LocalDateTime.ofInstant(time, zone));
        // While the clocks show a local hour for the second time, its points in time have passed.
        while (local.isPresent() && !instant(local.get()).isAfter(time)) {
            local = times.next(local.get());
        }
        return local.map(this::instant);
    }

    /** The last point in time before {@code time}; empty if there is none. */
    public Optional<Instant> previous(Instant time) {
        // Local times of an hour that occurs twice may be later by the clock than a time after them.
        Optional<LocalDateTime> local = times.previous(latestLocal(time));
        while (local.isPresent() && !instant(local.get()).isBefore(time)) {
            local = times.previous(local.get());
        }
        return local.map(this::instant);
    }

    /** No local time at or after this one is before {@code time}. */
    private LocalDateTime latestLocal(Instant time) {
        LocalDateTime local = LocalDateTime.ofInstant(time, zone);
        ZoneOffsetTransition last = zone.getRules().previousTransition(time.plusNanos(1));
        return last == null || last.isGap() || local.isAfter(last.getDateTimeBefore())
                ? local
                : last.getDateTimeBefore();
    }

    private Instant instant(LocalDateTime local) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(local);
        return transition != null && transition.isGap()
                ? transition.getInstant()
                : ZonedDateTime.ofLocal(local, zone, null).toInstant();
    }
}
