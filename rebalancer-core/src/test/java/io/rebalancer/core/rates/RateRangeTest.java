package io.rebalancer.core.rates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateRangeTest {
    private static final Instant BEGIN = Instant.parse("2026-11-28T10:07:30Z");
    private static final Instant END = Instant.parse("2026-11-28T16:07:10Z");

    private static RateQuery query(Optional<Instant> from, Optional<Instant> to, int points) {
        return new RateQuery(from, to, Optional.empty(), points);
    }

    private static RateQuery last(Duration window, int points) {
        return new RateQuery(Optional.empty(), Optional.empty(), Optional.of(window), points);
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-28T" + time + "Z");
    }

    @Test
    void theShortestStepOfWhichNoMoreAreNeededIsChosen() {
        assertThat(List.of(1000, 361, 240, 73, 72, 25, 7, 3, 2))
                .extracting(points -> RateRange.of(query(Optional.empty(), Optional.empty(), points), BEGIN, END)
                        .step()
                        .toMinutes())
                .containsExactly(1L, 1L, 5L, 5L, 15L, 15L, 60L, 360L, 360L);
        Instant yearsLater = END.plus(Duration.ofDays(3000));
        RateRange years = RateRange.of(RateQuery.ALL, BEGIN, yearsLater);
        assertThat(years.step()).isEqualTo(Duration.ofDays(16));
        assertThat(years.steps()).isLessThanOrEqualTo(RateQuery.DEFAULT_POINTS);
    }

    @Test
    void stepsAreAlignedAndTheirLengthsAreThoseOfTheKnownTime() {
        RateRange range = RateRange.of(query(Optional.empty(), Optional.empty(), 10), BEGIN, END);
        assertThat(range.steps()).isEqualTo(7);
        assertThat(range.begin(0)).isEqualTo(BEGIN);
        assertThat(range.length(0)).isEqualTo(Duration.ofSeconds(52 * 60 + 30));
        assertThat(range.begin(1)).isEqualTo(at("11:00:00"));
        assertThat(range.length(1)).isEqualTo(Duration.ofHours(1));
        assertThat(range.begin(6)).isEqualTo(at("16:00:00"));
        assertThat(range.length(6)).isEqualTo(Duration.ofSeconds(430));
        assertThat(range.firstMinute()).isEqualTo(RateRange.minute(at("10:00:00")));
        assertThat(range.endMinute()).isEqualTo(RateRange.minute(at("16:08:00")));
    }

    @Test
    void aPartBeginsWithAWholeStepAndEndsWithAWholeMinute() {
        RateRange range = RateRange.of(query(Optional.of(at("12:01:40")), Optional.of(at("13:00:20")), 20), BEGIN, END);
        assertThat(range).isEqualTo(new RateRange(at("12:00:00"), at("13:01:00"), Duration.ofMinutes(5)));
        assertThat(range.steps()).isEqualTo(13);
        assertThat(range.length(12)).isEqualTo(Duration.ofMinutes(1));
        RateRange whole = RateRange.of(query(Optional.of(at("12:00:00")), Optional.of(at("13:00:00")), 12), BEGIN, END);
        assertThat(whole.steps()).as("the end is not part of the range").isEqualTo(12);
    }

    @Test
    void aWindowIsCountedBackFromTheEnd() {
        assertThat(RateRange.of(last(Duration.ofMinutes(15), 240), BEGIN, END).from())
                .isEqualTo(at("15:52:00"));
        assertThat(RateRange.of(last(Duration.ofDays(3650), 240), BEGIN, END).from())
                .isEqualTo(BEGIN);
    }

    @Test
    void aPartOutsideTheHistoryIsEmpty() {
        for (RateQuery outside : List.of(
                query(Optional.of(END), Optional.empty(), 240),
                query(Optional.of(Instant.MAX), Optional.empty(), 240),
                query(Optional.empty(), Optional.of(BEGIN), 240),
                query(Optional.of(Instant.MIN), Optional.of(Instant.MIN.plusSeconds(1)), 240))) {
            assertThat(RateRange.of(outside, BEGIN, END).steps()).isZero();
        }
        RateQuery ofAllTime = query(Optional.of(Instant.MIN), Optional.of(Instant.MAX), 240);
        assertThat(RateRange.of(ofAllTime, BEGIN, END)).isEqualTo(RateRange.of(RateQuery.ALL, BEGIN, END));
    }

    @Test
    void noRangeHasMoreStepsThanPointsAndTheirLengthsAddUp() {
        Random random = new Random(9);
        for (int i = 0; i < 2000; i++) {
            Instant begin = Instant.ofEpochMilli(random.nextLong(2_000_000_000_000L));
            Instant end = begin.plusMillis(1 + random.nextLong(1L << (5 + random.nextInt(33))));
            int points = 2 + random.nextInt(999);
            RateRange range = RateRange.of(query(Optional.empty(), Optional.empty(), points), begin, end);
            assertThat(range.steps()).as(range + " in " + points).isBetween(1, points);
            Duration sum = Duration.ZERO;
            for (int step = 0; step < range.steps(); step++) {
                assertThat(range.length(step)).isPositive();
                sum = sum.plus(range.length(step));
            }
            assertThat(sum).isEqualTo(Duration.between(range.from(), end));
        }
    }

    @Test
    void aQueryThatContradictsItselfIsRefusedWithWhatToChange() {
        assertThatThrownBy(() -> last(Duration.ofHours(1), 1)).hasMessage("points must be 2 to 1000, not 1");
        assertThatThrownBy(() -> last(Duration.ofHours(1), 1001)).hasMessageContaining("not 1001");
        assertThatThrownBy(() -> last(Duration.ofSeconds(59), 2))
                .hasMessage("window must be 60 to 315360000 seconds, not 59");
        assertThatThrownBy(() -> query(Optional.of(END), Optional.of(END), 2))
                .hasMessageStartingWith("from must be before to");
        assertThatThrownBy(
                        () -> new RateQuery(Optional.of(BEGIN), Optional.empty(), Optional.of(Duration.ofHours(1)), 2))
                .hasMessage("give from or window, not both");
    }
}
