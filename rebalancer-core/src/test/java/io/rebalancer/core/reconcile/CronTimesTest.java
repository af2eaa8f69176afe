package io.rebalancer.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CronTimesTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static List<String> times(CronTimes cron, String from, int count) {
        List<String> found = new ArrayList<>();
        Instant time = Instant.parse(from);
        for (int i = 0; i < count; i++) {
            time = cron.next(time).orElseThrow();
            found.add(time.toString());
        }
        return found;
    }

    @Test
    void aLocalTimeThatDoesNotExistTakesPlaceWhenTheClocksAreSetForward() {
        CronTimes night = new CronTimes(RegularTimes.daily(2, 30), BERLIN);
        assertThat(times(night, "2026-03-27T12:00:00Z", 3))
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    }

    @Test
    void aLocalTimeThatOccursTwiceTakesPlaceTheFirstTime() {
        CronTimes night = new CronTimes(RegularTimes.daily(2, 30), BERLIN);
        assertThat(times(night, "2026-10-23T12:00:00Z", 3))
                .containsExactly("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        // 02:40 for the second time.
        assertThat(night.next(Instant.parse("2026-10-25T01:40:00Z"))).contains(Instant.parse("2026-10-26T01:30:00Z"));
        assertThat(night.previous(Instant.parse("2026-10-25T01:10:00Z")))
                .as("02:10 for the second time")
                .contains(Instant.parse("2026-10-25T00:30:00Z"));
    }

    @Test
    void aTimeItselfIsNeitherTheNextNorThePreviousOne() {
        CronTimes noon = new CronTimes(RegularTimes.daily(12, 0), ZoneId.of("UTC"));
        Instant today = Instant.parse("2026-06-10T12:00:00Z");
        assertThat(noon.next(today)).contains(today.plus(Duration.ofDays(1)));
        assertThat(noon.previous(today)).contains(today.minus(Duration.ofDays(1)));
        assertThat(noon.previous(today.plusNanos(1))).contains(today);
    }

    @Test
    void anExpressionMayHaveNoFurtherTime() {
        CronTimes none = new CronTimes(
                new CronTimes.LocalTimes() {
                    @Override
                    public Optional<LocalDateTime> next(LocalDateTime time) {
                        return Optional.empty();
                    }

                    @Override
                    public Optional<LocalDateTime> previous(LocalDateTime time) {
                        return Optional.empty();
                    }
                },
                BERLIN);
        assertThat(none.next(Instant.EPOCH)).isEmpty();
        assertThat(none.previous(Instant.EPOCH)).isEmpty();
    }

    /** Compared with all local minutes of a year, each at the first instant at which the clocks show it or a later minute. */
    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "UTC", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"})
    void forwardAndBackwardAgreeWithTheClocks(String zone) {
        ZoneId id = ZoneId.of(zone);
        Duration distance = Duration.ofMinutes(20);
        CronTimes cron = new CronTimes(RegularTimes.every(distance), id);
        Instant from = Instant.parse("2026-01-05T00:00:00Z");
        Instant to = Instant.parse("2026-12-20T00:00:00Z");
        TreeSet<Instant> expected = new TreeSet<>();
        LocalDateTime shown = LocalDateTime.ofInstant(from, id).minusDays(1);
        for (Instant at = from.minus(Duration.ofDays(1));
                at.isBefore(to.plus(Duration.ofDays(1)));
                at = at.plusSeconds(600)) {
            LocalDateTime now = LocalDateTime.ofInstant(at, id);
            if (now.isAfter(shown)) {
                boolean passed =
                        RegularTimes.every(distance).next(shown).orElseThrow().isAfter(now);
                if (!passed) {
                    expected.add(at);
                }
                shown = now;
            }
        }
        List<Instant> wanted = new ArrayList<>(expected.subSet(from, false, to, false));
        List<Instant> forward = new ArrayList<>();
        for (Instant at = cron.next(from).orElseThrow();
                at.isBefore(to);
                at = cron.next(at).orElseThrow()) {
            forward.add(at);
        }
        assertThat(forward).isEqualTo(wanted);
        List<Instant> backward = new ArrayList<>();
        for (Instant at = cron.previous(to).orElseThrow();
                at.isAfter(from);
                at = cron.previous(at).orElseThrow()) {
            backward.add(at);
        }
        Collections.reverse(backward);
        assertThat(backward).isEqualTo(wanted);
    }
}
