package io.rebalancer.core.settings;

import java.time.DayOfWeek;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The same time on some days of each week.
 *
 * @param days the days on which the range begins
 * @param fromMinute minute of the day at which it begins, 0 to 1439
 * @param toMinute minute of the day at which it ends, 1 to 1440; if it is not after {@code fromMinute}, the range ends on the
 *     next day
 */
public record WeeklyRange(Set<DayOfWeek> days, int fromMinute, int toMinute) {
    private static final int MINUTES_OF_DAY = 1440;
    private static final Pattern TEXT =
            Pattern.compile("([a-z]{3}(?:[-,][a-z]{3})*) (\\d{2}):(\\d{2})-(\\d{2}):(\\d{2})");

    /** @throws IllegalArgumentException if there is no day, or a minute is out of range */
    public WeeklyRange {
        days = Collections.unmodifiableSet(new TreeSet<>(days));
        if (days.isEmpty()) {
            throw new IllegalArgumentException("a weekly range needs a day");
        }
        if (fromMinute < 0 || fromMinute >= MINUTES_OF_DAY || toMinute < 1 || toMinute > MINUTES_OF_DAY) {
            throw new IllegalArgumentException(
                    "a weekly range begins at 00:00 to 23:59 and ends at 00:01 to 24:00 of the same or the next day");
        }
    }

    /**
     * Reads a text such as {@code mon-fri 20:00-06:00} or {@code sat,sun 00:00-24:00}.
     *
     * @throws IllegalArgumentException if the text is no range
     */
    public static WeeklyRange parse(String text) {
        Matcher parts = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw notARange(text);
        }
        return new WeeklyRange(
                days(parts.group(1), text),
                minute(parts.group(2), parts.group(3), text),
                minute(parts.group(4), parts.group(5), text));
    }

    private static Set<DayOfWeek> days(String part, String text) {
        Set<DayOfWeek> found = EnumSet.noneOf(DayOfWeek.class);
        for (String group : part.split(",")) {
            List<DayOfWeek> ends =
                    Arrays.stream(group.split("-")).map(word -> day(word, text)).toList();
            if (ends.size() > 2) {
                throw notARange(text);
            }
            DayOfWeek last = ends.get(ends.size() - 1);
            DayOfWeek next = ends.get(0);
            found.add(next);
            while (next != last) {
                next = next.plus(1);
                found.add(next);
            }
        }
        return found;
    }

    private static DayOfWeek day(String word, String text) {
        return Arrays.stream(DayOfWeek.values())
                .filter(each -> shortName(each).equals(word))
                .findFirst()
                .orElseThrow(() -> notARange(text));
    }

    private static int minute(String hours, String minutes, String text) {
        int minute = Integer.parseInt(minutes);
        if (minute >= 60) {
            throw notARange(text);
        }
        return Integer.parseInt(hours) * 60 + minute;
    }

    private static IllegalArgumentException notARange(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is no weekly range; write days and times, such as \"mon-fri 20:00-06:00\" or"
                        + " \"sat,sun 00:00-24:00\"");
    }

    private boolean endsNextDay() {
        return toMinute <= fromMinute;
    }

    boolean coversToday(DayOfWeek today, int minute) {
        return days.contains(today) && minute >= fromMinute && (endsNextDay() || minute < toMinute);
    }

    boolean coversFromYesterday(DayOfWeek yesterday, int minute) {
        return endsNextDay() && days.contains(yesterday) && minute < toMinute;
    }

    Stream<Integer> boundaries() {
        return Stream.of(fromMinute, toMinute % MINUTES_OF_DAY);
    }

    /** The range as {@link #parse} reads it. */
    public String text() {
        return days.stream().map(WeeklyRange::shortName).collect(Collectors.joining(",")) + " " + time(fromMinute) + "-"
                + time(toMinute);
    }

    private static String shortName(DayOfWeek day) {
        return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
    }

    private static String time(int minute) {
        return String.format(Locale.ROOT, "%02d:%02d", minute / 60, minute % 60);
    }
}
