package io.rebalancer.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Work takes longer by the time in which a window is closed. */
class OpenTimeTest {
    /** A Thursday. */
    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

    private static Window window(String range, LocalDate... blackout) {
        return new Window(ZoneOffset.UTC, List.of(WeeklyRange.parse(range)), Set.of(blackout));
    }

    @Test
    void withoutAWindowWorkIsNotHeldUp() {
        assertThat(OpenTime.end(List.of(), NOON, Duration.ofHours(5))).contains(NOON.plus(Duration.ofHours(5)));
    }

    @Test
    void workWaitsForTheNextOpening() {
        Window nights = window("mon-sun 20:00-06:00");
        assertThat(OpenTime.end(List.of(nights), NOON, Duration.ofHours(1)))
                .contains(Instant.parse("2026-11-26T21:00:00Z"));
        assertThat(OpenTime.end(List.of(nights), NOON, Duration.ofHours(12)))
                .contains(Instant.parse("2026-11-27T22:00:00Z"));
    }

    @Test
    void workThatFitsEndsWhenTheWindowCloses() {
        Window days = window("mon-sun 08:00-14:00");
        assertThat(OpenTime.end(List.of(days), NOON, Duration.ofHours(2))).contains(NOON.plus(Duration.ofHours(2)));
    }

    @Test
    void allWindowsHaveToBeOpen() {
        List<Window> both = List.of(window("mon-sun 13:00-15:00"), window("thu 14:00-18:00"));
        assertThat(OpenTime.end(both, NOON, Duration.ofMinutes(30))).contains(Instant.parse("2026-11-26T14:30:00Z"));
        assertThat(OpenTime.end(both, NOON, Duration.ofMinutes(90))).contains(Instant.parse("2026-12-03T14:30:00Z"));
    }

    @Test
    void blackoutDaysAndClockChangesCount() {
        Window days = window("mon-sun 08:00-14:00", LocalDate.of(2026, 11, 27));
        assertThat(OpenTime.end(List.of(days), NOON, Duration.ofHours(3)))
                .contains(Instant.parse("2026-11-28T09:00:00Z"));
        Window berlin = new Window(ZoneId.of("Europe/Berlin"), List.of(WeeklyRange.parse("sun 00:00-12:00")), Set.of());
        assertThat(OpenTime.end(List.of(berlin), Instant.parse("2026-10-24T22:00:00Z"), Duration.ofHours(12)))
                .as("the day on which the clock is set back has an hour more")
                .contains(Instant.parse("2026-10-25T10:00:00Z"));
    }

    @Test
    void windowsThatNeverMeetHaveNoEnd() {
        List<Window> apart = List.of(window("mon 08:00-09:00"), window("tue 08:00-09:00"));
        assertThat(OpenTime.end(apart, NOON, Duration.ofMinutes(1))).isEmpty();
    }
}
