package io.rebalancer.core.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.EndEstimate;
import io.rebalancer.core.settings.WeeklyRange;
import io.rebalancer.core.settings.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An estimate is right as often as it claims, and states why there is none. */
class EstimateRulesTest {
    /** A Thursday. */
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    private static final Duration SLICE = Duration.ofSeconds(5);
    private static final MeasuredRate STEADY =
            MeasuredRate.of(SLICE, List.of(50L, 50L, 50L, 50L, 50L, 50L), 300 * 1000);

    private static PassMeasure pass(long done, long inFlight, long rows, MeasuredRate rate, EndEstimate... earlier) {
        return new PassMeasure(
                done,
                inFlight,
                inFlight,
                inFlight * 1000,
                Long.MAX_VALUE,
                new ScannedShare(rows, 1000),
                rate,
                List.of(earlier));
    }

    private static PassEstimate estimate(PassMeasure pass) {
        return EstimateRules.of(pass, List.of(), NOW);
    }

    @Test
    void theLikelyEndIsTheWorkThatIsLeftAtThePresentRate() {
        PassEstimate found = estimate(pass(500, 0, 250, STEADY));
        assertThat(found.likely()).contains(NOW.plusSeconds(150));
        assertThat(found.percent()).contains(25);
        assertThat(found.late().orElseThrow()).isAfter(NOW.plusSeconds(160)).isBefore(NOW.plusSeconds(200));
        assertThat(found.basis())
                .contains("1500 records are left at 10.0 records/s", "25.0 % of the rows", "verification follows");
    }

    @Test
    void recordsThatAreReadCountWithThoseThatAreNot() {
        PassMeasure waiting =
                new PassMeasure(400, 100, 40, 40_000, Long.MAX_VALUE, new ScannedShare(250, 1000), STEADY, List.of());
        assertThat(estimate(waiting).likely()).contains(NOW.plusSeconds(160));
        assertThat(estimate(waiting).percent()).contains(20);
    }

    @Test
    void whenAllRowsAreReadOnlyTheAssignmentsInFlightAreLeft() {
        assertThat(estimate(pass(5, 40, 1000, STEADY)).likely()).contains(NOW.plusSeconds(4));
        assertThat(estimate(pass(5, 0, 1000, STEADY)).percent()).contains(100);
    }

    @Test
    void largeObjectsInFlightTakeTheTimeOfTheirBytes() {
        PassMeasure large = new PassMeasure(
                500, 40, 40, 4_000_000, Long.MAX_VALUE, new ScannedShare(1000, 1000), STEADY, List.of());
        assertThat(estimate(large).likely()).contains(NOW.plusSeconds(400));
    }

    @Test
    void theOrdersLimitBoundsWhatIsLeft() {
        PassMeasure limited = new PassMeasure(500, 40, 40, 40_000, 100, new ScannedShare(250, 1000), STEADY, List.of());
        assertThat(estimate(limited).likely()).contains(NOW.plusSeconds(10));
    }

    @ParameterizedTest
    @CsvSource({
        "59, 500, 6, 50, too little is read: 99 records in 50.0 % of the rows",
        "500, 9, 6, 50, 0.9 % of the rows; it needs 100 records in 1.0 %",
        "500, 500, 3, 50, the rate is measured after 20 s of work",
        "500, 500, 6, 0, no record was done in the last 30 s",
    })
    void thereIsAReasonIfThereIsNoEstimate(long done, long rows, int slices, long perSlice, String reason) {
        MeasuredRate rate = MeasuredRate.of(SLICE, new ArrayList<>(java.util.Collections.nCopies(slices, perSlice)), 0);
        PassEstimate found = estimate(pass(done, 40, rows, rate));
        assertThat(found.likely()).isEmpty();
        assertThat(found.late()).isEmpty();
        assertThat(found.basis()).startsWith("unknown, because ").contains(reason);
    }

    @Test
    void timeOutsideTheWindowIsAdded() {
        Window nights = new Window(ZoneOffset.UTC, List.of(WeeklyRange.parse("mon-sun 12:00-12:01")), Set.of());
        PassEstimate found = EstimateRules.of(pass(500, 0, 250, STEADY), List.of(nights), NOW);
        assertThat(found.likely()).contains(NOW.plus(Duration.ofDays(2)).plusSeconds(30));
        assertThat(found.basis()).contains("only while the window is open");
    }

    @Test
    void anEarlierErrorMakesTheBandWider() {
        EndEstimate wrong = new EndEstimate(NOW, 25, NOW.plusSeconds(100), NOW.plusSeconds(110), Optional.empty())
                .endingAt(NOW.plusSeconds(300));
        assertThat(wrong.error()).contains(3.0);
        PassEstimate careful = estimate(pass(500, 0, 250, STEADY, wrong));
        assertThat(careful.likely()).contains(NOW.plusSeconds(150));
        assertThat(careful.late().orElseThrow()).isAfter(NOW.plusSeconds(500));
    }

    @Test
    void anEstimateIsKeptOnceForEachQuarter() {
        PassEstimate first = estimate(pass(600, 0, 300, STEADY));
        EndEstimate kept = EstimateRules.due(first, List.of(), NOW).orElseThrow();
        assertThat(kept.percent()).isEqualTo(30);
        assertThat(EstimateRules.due(first, List.of(kept), NOW)).isEmpty();
        PassEstimate second = estimate(pass(1000, 0, 500, STEADY));
        assertThat(EstimateRules.due(second, List.of(kept), NOW)).isPresent();
        assertThat(EstimateRules.due(first, List.of(kept.endingAt(NOW)), NOW))
                .as("the first of the next pass")
                .isPresent();
        assertThat(EstimateRules.due(estimate(pass(400, 0, 200, STEADY)), List.of(), NOW))
                .isEmpty();
        assertThat(EstimateRules.due(PassEstimate.unknown("of a test"), List.of(), NOW))
                .isEmpty();
    }

    /** Passes whose rate wavers and whose records lie unevenly in the rows, each estimated when a third of the rows is read. */
    @Test
    void theBandHoldsAsOftenAsItClaims() {
        int passes = 400;
        int early = 0;
        int late = 0;
        for (int seed = 0; seed < passes; seed++) {
            SimulatedPass simulated = new SimulatedPass(seed);
            PassEstimate found = estimate(simulated.untilAThird());
            Instant end = NOW.plus(simulated.rest());
            early += end.isBefore(found.likely().orElseThrow()) ? 1 : 0;
            late += end.isAfter(found.late().orElseThrow()) ? 1 : 0;
        }
        assertThat(early).as("passes before their likely end").isBetween(passes * 35 / 100, passes * 65 / 100);
        assertThat(late).as("passes after their late end").isBetween(passes * 2 / 100, passes * 18 / 100);
    }

    /** In slices of five seconds, at a rate that changes every minute. */
    private static final class SimulatedPass {
        private final Random random;
        private final List<Integer> recordsOfRows = new ArrayList<>();
        private double rate = 60;
        private int row;
        private long slices;

        SimulatedPass(int seed) {
            random = new Random(seed);
            for (int each = 0; each < 1000; each++) {
                recordsOfRows.add(random.nextInt(100));
            }
        }

        /** Records of one slice. */
        private long slice() {
            if (slices++ % 12 == 0) {
                rate = 60 * Math.exp(0.4 * random.nextGaussian());
            }
            long done = 0;
            while (row < 1000 && done < rate * 5) {
                done += recordsOfRows.get(row++);
            }
            return done;
        }

        PassMeasure untilAThird() {
            List<Long> measured = new ArrayList<>();
            long done = 0;
            while (row < 333) {
                long records = slice();
                done += records;
                measured.add(records);
            }
            return pass(done, 0, row, MeasuredRate.of(SLICE, measured, 0));
        }

        Duration rest() {
            long before = slices;
            while (row < 1000) {
                slice();
            }
            return SLICE.multipliedBy(slices - before);
        }
    }
}
