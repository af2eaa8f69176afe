package io.rebalancer.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.plan.DurationBand.EarlierJob;
import io.rebalancer.core.settings.WeeklyRange;
import io.rebalancer.core.settings.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The band is as wide as earlier jobs are few, and holds as often as it claims. */
class DurationBandTest {
    private static final EarlierJob JOB = new EarlierJob(1000, 10_000, Duration.ofSeconds(100));

    private static double width(DurationBand band) {
        return (double) band.longest().orElseThrow().toMillis()
                / band.shortest().orElseThrow().toMillis();
    }

    @Test
    void theDurationIsThatOfAnEqualJob() {
        DurationBand band = DurationBand.of(1000, 10_000, List.of(JOB));
        assertThat(band.shortest().orElseThrow()).isBetween(Duration.ofSeconds(35), Duration.ofSeconds(45));
        assertThat(band.longest().orElseThrow()).isBetween(Duration.ofSeconds(230), Duration.ofSeconds(260));
        assertThat(band.basis()).startsWith("the rate of the last job").contains("half of them less than 100 s");
    }

    @Test
    void objectsOrBytesLimitAJob() {
        assertThat(DurationBand.of(2000, 10_000, List.of(JOB)).basis()).contains("less than 200 s");
        assertThat(DurationBand.of(1000, 50_000, List.of(JOB)).basis()).contains("less than 500 s");
    }

    @Test
    void manyEqualJobsMakeTheBandNarrow() {
        DurationBand one = DurationBand.of(1000, 10_000, List.of(JOB));
        DurationBand many = DurationBand.of(1000, 10_000, Collections.nCopies(50, JOB));
        assertThat(width(many)).isLessThan(1.7).isLessThan(width(one));
        assertThat(many.basis()).contains("the last 50 jobs");
    }

    @Test
    void theLastJobsCountMost() {
        EarlierJob slow = new EarlierJob(1000, 10_000, Duration.ofSeconds(400));
        List<EarlierJob> faster = List.of(JOB, JOB, slow, slow);
        List<EarlierJob> slower = List.of(slow, slow, JOB, JOB);
        assertThat(DurationBand.of(1000, 10_000, faster).longest().orElseThrow())
                .isLessThan(DurationBand.of(1000, 10_000, slower).longest().orElseThrow());
    }

    @Test
    void jobsOfAnotherSizeMakeItWide() {
        List<EarlierJob> many = Collections.nCopies(50, JOB);
        assertThat(width(DurationBand.of(100_000, 1_000_000, many)))
                .isGreaterThan(width(DurationBand.of(1000, 10_000, many)) * 2);
    }

    @Test
    void smallJobsShowNoRate() {
        assertThat(DurationBand.of(5, 5, List.of()).shortest()).isEmpty();
        DurationBand small = DurationBand.of(5, 5, List.of(new EarlierJob(99, 1, Duration.ofSeconds(1))));
        assertThat(small.shortest()).isEmpty();
        assertThat(small.basis()).startsWith("unknown, because no job");
    }

    /** Jobs whose rates differ by a factor of 1.5 as a rule: eight out of ten lie in the band of the jobs before them. */
    @Test
    void theBandHoldsAsOftenAsItClaims() {
        int within = 0;
        int trials = 500;
        for (int seed = 0; seed < trials; seed++) {
            Random random = new Random(seed);
            List<EarlierJob> earlier = IntStream.range(0, 1 + random.nextInt(8))
                    .mapToObj(each -> new EarlierJob(1000, 10_000, duration(random)))
                    .toList();
            DurationBand band = DurationBand.of(1000, 10_000, earlier);
            Duration took = duration(random);
            within += took.compareTo(band.shortest().orElseThrow()) >= 0
                            && took.compareTo(band.longest().orElseThrow()) <= 0
                    ? 1
                    : 0;
        }
        assertThat(within).isBetween(trials * 75 / 100, trials * 92 / 100);
    }

    private static Duration duration(Random random) {
        return Duration.ofMillis((long) (100_000 * Math.exp(0.45 * random.nextGaussian())));
    }

    @Test
    void aWindowAddsTheTimeInWhichItIsClosed() {
        Window hour = new Window(ZoneOffset.UTC, List.of(WeeklyRange.parse("mon-sun 12:00-12:01")), Set.of());
        DurationBand band =
                DurationBand.of(1000, 10_000, List.of(JOB)).within(hour, Instant.parse("2026-11-26T12:00:00Z"));
        assertThat(band.shortest().orElseThrow()).isLessThan(Duration.ofMinutes(1));
        assertThat(band.longest().orElseThrow()).isBetween(Duration.ofDays(3), Duration.ofDays(5));
        assertThat(band.basis()).contains("only in the window");

        DurationBand never = DurationBand.of(1_000_000, 10_000_000, List.of(JOB))
                .within(hour, Instant.parse("2026-11-26T12:00:00Z"));
        assertThat(never.longest()).isEmpty();
        assertThat(never.basis()).startsWith("unknown, because the window");
        assertThat(DurationBand.unknown("unknown, because of a test")
                        .within(hour, Instant.EPOCH)
                        .basis())
                .isEqualTo("unknown, because of a test");
    }
}
