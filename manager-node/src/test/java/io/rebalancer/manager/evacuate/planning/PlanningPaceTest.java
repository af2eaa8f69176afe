package io.rebalancer.manager.evacuate.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.settings.WeightTotals;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Bytes and rows are limited separately, and a wait for bytes is known. */
class PlanningPaceTest {
    private final SettableClock clock = new SettableClock();
    private PassLimits limits = new PassLimits(24, 1_000, 10, 1);
    private final PlanningPace pace = new PlanningPace(
            new LiveLimits() {
                @Override
                public PassLimits now() {
                    return limits;
                }

                @Override
                public void learnWeights(WeightTotals weights) {
                    throw new AssertionError("no broker here");
                }
            },
            clock);

    @Test
    void bytesAndRowsArePaidForSeparately() {
        assertThat(pace.mayPlan()).isTrue();
        pace.planned(5_000);
        assertThat(pace.mayPlan()).isFalse();
        assertThat(pace.mayScan()).isTrue();
        pace.scanned(1_000);
        assertThat(pace.mayScan()).isFalse();
        clock.pass(Duration.ofSeconds(5));
        assertThat(pace.mayPlan()).isTrue();
        assertThat(pace.mayScan()).isFalse();
        clock.pass(Duration.ofSeconds(95));
        assertThat(pace.mayScan()).isTrue();
    }

    @Test
    void sinceWhenBytesAreAwaitedIsKnown() {
        pace.mayPlan();
        pace.planned(5_000);
        assertThat(pace.heldSince()).isEmpty();
        clock.pass(Duration.ofSeconds(1));
        pace.mayPlan();
        clock.pass(Duration.ofSeconds(1));
        pace.mayPlan();
        assertThat(pace.heldSince()).contains(Instant.EPOCH.plusSeconds(1));
        limits = new PassLimits(24, 0, 0, 1);
        pace.mayPlan();
        assertThat(pace.heldSince()).isEmpty();
    }
}
