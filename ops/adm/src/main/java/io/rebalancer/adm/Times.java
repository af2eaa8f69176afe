package io.rebalancer.adm;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** Times of the API as people read them: in UTC, and how far away they are. */
final class Times {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Times() {}

    /** The exact and the relative time, such as {@code 2026-11-27 12:00:03Z (3 h ago)}. Another text stays as it is. */
    static String both(String text, Instant now) {
        return parse(text)
                .map(at -> SECOND.format(at) + " (" + distance(at, now) + ")")
                .orElse(text);
    }

    /** The exact time, to the second. */
    static String second(Instant at) {
        return SECOND.format(at);
    }

    /** The time to the minute. Another text stays as it is. */
    static String minute(String text) {
        return parse(text).map(MINUTE::format).orElse(text);
    }

    /** The hour and minute if the time is within a day of {@code now}, and the date too if not. */
    static String brief(String text, Instant now) {
        return parse(text)
                .map(at -> Duration.between(now, at).abs().toHours() < 24 ? TIME.format(at) : MINUTE.format(at))
                .orElse(text);
    }

    /** How far away the time is, such as {@code 3 h}. A text that is no time gives a dash. */
    static String age(String text, Instant now) {
        return parse(text).map(at -> length(Duration.between(at, now).abs())).orElse("-");
    }

    private static String distance(Instant at, Instant now) {
        Duration length = Duration.between(at, now);
        return length.isNegative() ? "in " + length(length.negated()) : length(length) + " ago";
    }

    /** A duration in its largest unit, such as {@code 90 s} or {@code 3 h}. */
    static String length(Duration length) {
        long seconds = length.toSeconds();
        if (seconds < 120) {
            return seconds + " s";
        }
        if (length.toMinutes() < 120) {
            return length.toMinutes() + " min";
        }
        return length.toHours() < 48 ? length.toHours() + " h" : length.toDays() + " d";
    }

    private static Optional<Instant> parse(String text) {
        try {
            return Optional.of(Instant.parse(text).truncatedTo(ChronoUnit.SECONDS));
        } catch (DateTimeParseException e) {
            // The API may have a dash or an own word here, which is shown as it is.
            return Optional.empty();
        }
    }
}
