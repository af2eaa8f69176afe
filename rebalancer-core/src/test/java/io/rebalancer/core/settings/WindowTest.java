package io.rebalancer.core.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a window is open, and when that changes. */
class WindowTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static Window window(String... ranges) {
        return new Window(BERLIN, Arrays.stream(ranges).map(WeeklyRange::parse).toList(), Set.of());
    }

    /** 2026-11-27 is a Friday. */
    private static Instant at(String local) {
        return LocalDateTime.parse(local).atZone(BERLIN).toInstant();
    }

    @Test
    void aRangeIncludesItsBeginningAndNotItsEnd() {
        Window window = window("fri 09:00-17:30");
        assertThat(window.isOpen(at("2026-11-27T08:59:59"))).isFalse();
        assertThat(window.isOpen(at("2026-11-27T09:00:00"))).isTrue();
        assertThat(window.isOpen(at("2026-11-27T17:29:59"))).isTrue();
        assertThat(window.isOpen(at("2026-11-27T17:30:00"))).isFalse();
        assertThat(window.isOpen(at("2026-11-28T10:00:00"))).as("Saturday").isFalse();
    }

    @Test
    void aRangeMayEndOnTheNextDay() {
        Window window = window("mon-fri 20:00-06:00");
        assertThat(window.isOpen(at("2026-11-27T23:00:00"))).isTrue();
        assertThat(window.isOpen(at("2026-11-28T05:59:59")))
                .as("the night to Saturday")
                .isTrue();
        assertThat(window.isOpen(at("2026-11-28T06:00:00"))).isFalse();
        assertThat(window.isOpen(at("2026-11-28T21:00:00")))
                .as("Saturday night")
                .isFalse();
        assertThat(window.isOpen(at("2026-11-30T05:00:00")))
                .as("no night to Monday")
                .isFalse();
        assertThat(window.nextChange(at("2026-11-28T00:30:00"))).contains(at("2026-11-28T06:00:00"));
        assertThat(window.nextChange(at("2026-11-28T06:00:00"))).contains(at("2026-11-30T20:00:00"));
    }

    @Test
    void rangesThatMeetAreOne() {
        Window window = window("fri 20:00-24:00", "sat 00:00-02:00");
        assertThat(window.nextChange(at("2026-11-27T21:00:00"))).contains(at("2026-11-28T02:00:00"));
    }

    @Test
    void aBlackoutDayIsClosedFromMidnightToMidnight() {
        Window window = new Window(
                BERLIN, List.of(WeeklyRange.parse("mon-sun 20:00-06:00")), Set.of(LocalDate.of(2026, 11, 28)));
        assertThat(window.isOpen(at("2026-11-27T23:59:59"))).isTrue();
        assertThat(window.isOpen(at("2026-11-28T00:00:00"))).isFalse();
        assertThat(window.isOpen(at("2026-11-28T21:00:00"))).isFalse();
        assertThat(window.isOpen(at("2026-11-29T00:00:00"))).isTrue();
        assertThat(window.nextChange(at("2026-11-27T23:00:00"))).contains(at("2026-11-28T00:00:00"));
        assertThat(window.nextChange(at("2026-11-28T12:00:00"))).contains(at("2026-11-29T00:00:00"));
    }

    @Test
    void aWindowThatIsAlwaysOpenDoesNotChange() {
        assertThat(window("mon-sun 00:00-24:00").nextChange(at("2026-11-27T12:00:00")))
                .isEmpty();
    }

    /** On 2026-03-29 the clock goes from 02:00 to 03:00, on 2026-10-25 from 03:00 to 02:00. */
    @Test
    void timesAreThoseOfTheZoneWhenItsClockChanges() {
        Window window = window("sun 02:30-03:30");
        Instant opens = window.nextChange(at("2026-03-29T01:00:00")).orElseThrow();
        assertThat(window.isOpen(opens)).isTrue();
        assertThat(opens).as("02:30 does not exist").isEqualTo(at("2026-03-29T03:00:00"));
        Instant autumn = at("2026-10-25T01:00:00");
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            autumn = window.nextChange(autumn).orElseThrow();
            changes.add(autumn.toString());
        }
        assertThat(changes)
                .as("02:30 comes twice, and between them it is 02:00 again")
                .containsExactly(
                        "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
    }

    @Test
    void aTextIsReadAndWritten() {
        WeeklyRange range = WeeklyRange.parse(" Mon-Wed,sun 08:15-24:00 ");
        assertThat(range.days())
                .isEqualTo(EnumSet.of(DayOfWeek.MONDAY, DayOfWeek.TUESDAY, DayOfWeek.WEDNESDAY, DayOfWeek.SUNDAY));
        assertThat(range.text()).isEqualTo("mon,tue,wed,sun 08:15-24:00");
        assertThat(WeeklyRange.parse(range.text())).isEqualTo(range);
        assertThat(WeeklyRange.parse("fri-mon 00:00-24:00").days())
                .as("over the week's end")
                .hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mon",
                "mon 8-9",
                "mon 08:00-25:00",
                "mon 08:60-09:00",
                "mon-tue-wed 08:00-09:00",
                "xyz 08:00-09:00",
                "mon 24:00-06:00",
                "mon 06:00-00:00x"
            })
    void whatIsNoRangeIsRefusedWithAnExample(String text) {
        assertThatThrownBy(() -> WeeklyRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weekly range");
    }

    @Test
    void aWindowWithoutARangeIsRefused() {
        assertThatThrownBy(() -> new Window(BERLIN, List.of(), Set.of())).hasMessageContaining("weekly ranges");
    }
}
