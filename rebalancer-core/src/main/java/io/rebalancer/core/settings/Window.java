package io.rebalancer.core.settings;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * When work may be done: a weekly calendar in a time zone, without some days.
 *
 * @param timeZone the zone of all times
 * @param weekly ranges of a week; work may be done in each of them; at least one, at most {@link #MAX_RANGES}
 * @param blackoutDays dates on which no work is done, from midnight to midnight; at most {@link #MAX_BLACKOUT_DAYS}
 */
public record Window(ZoneId timeZone, List<WeeklyRange> weekly, Set<LocalDate> blackoutDays) {
    /** The largest number of ranges. */
    public static final int MAX_RANGES = 50;
    /** The largest number of days without work. */
    public static final int MAX_BLACKOUT_DAYS = 366;
    /** Days after which a window without a change is taken for one that does not change any more. */
    private static final int HORIZON_DAYS = MAX_BLACKOUT_DAYS + 8;

    /** @throws IllegalArgumentException if there are no ranges, or too many ranges or days */
    public Window {
        weekly = List.copyOf(weekly);
        blackoutDays = Collections.unmodifiableSet(new TreeSet<>(blackoutDays));
        if (weekly.isEmpty() || weekly.size() > MAX_RANGES) {
            throw new IllegalArgumentException("a window needs 1 to " + MAX_RANGES
                    + " weekly ranges, such as \"mon-fri 20:00-06:00\", not " + weekly.size());
        }
        if (blackoutDays.size() > MAX_BLACKOUT_DAYS) {
            throw new IllegalArgumentException(
                    "a window has at most " + MAX_BLACKOUT_DAYS + " blackout days, not " + blackoutDays.size());
        }
    }

    /** Whether work may be done at {@code now}. */
    public boolean isOpen(Instant now) {
        ZonedDateTime local = now.atZone(timeZone);
        LocalDate today = local.toLocalDate();
        int minute = local.getHour() * 60 + local.getMinute();
        return !blackoutDays.contains(today)
                && weekly.stream()
                        .anyMatch(range -> range.coversToday(today.getDayOfWeek(), minute)
                                || range.coversFromYesterday(today.minusDays(1).getDayOfWeek(), minute));
    }

    /** When {@link #isOpen} changes next after {@code now}; empty if it does not change within more than a year. */
    public Optional<Instant> nextChange(Instant now) {
        boolean open = isOpen(now);
        LocalDate today = now.atZone(timeZone).toLocalDate();
        return IntStream.rangeClosed(0, HORIZON_DAYS)
                .boxed()
                .flatMap(day -> boundaries(today.plusDays(day)))
                .filter(boundary -> boundary.isAfter(now))
                .filter(boundary -> isOpen(boundary) != open)
                .findFirst();
    }

    /** The times of a day at which the window may open or close, in order: also those at which the clock itself is changed. */
    private Stream<Instant> boundaries(LocalDate day) {
        ZoneRules rules = timeZone.getRules();
        Stream<Instant> times = Stream.concat(Stream.of(0), weekly.stream().flatMap(WeeklyRange::boundaries))
                .map(minute -> day.atTime(LocalTime.ofSecondOfDay(minute * 60L)))
                .flatMap(time -> rules.getValidOffsets(time).stream().map(time::toInstant));
        Instant midnight = day.atStartOfDay(timeZone).toInstant();
        Instant nextMidnight = day.plusDays(1).atStartOfDay(timeZone).toInstant();
        Stream<Instant> clockChanges = Stream.ofNullable(rules.nextTransition(midnight))
                .map(ZoneOffsetTransition::getInstant)
                .filter(change -> change.isBefore(nextMidnight));
        return Stream.concat(times, clockChanges).distinct().sorted();
    }

    /** The window as one line of text, for people. */
    public String text() {
        String ranges = weekly.stream().map(WeeklyRange::text).collect(Collectors.joining(", "));
        return ranges + " " + timeZone.getId() + (blackoutDays.isEmpty() ? "" : ", not on " + dates());
    }

    private String dates() {
        return blackoutDays.stream().map(LocalDate::toString).collect(Collectors.joining(", "));
    }
}
