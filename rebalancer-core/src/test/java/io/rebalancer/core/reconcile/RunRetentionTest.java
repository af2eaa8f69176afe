package io.rebalancer.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RunRetentionTest {
    private static final Instant NOW = Instant.parse("2026-11-28T03:00:00Z");

    @Test
    void aPlanThatMayBeCarriedOutIsKeptWhateverTheRetentionIs() {
        Instant usable = NOW.minus(PlanUsability.PLAN_AGE);
        assertThat(RunRetention.of(Duration.ofHours(1), NOW).runsBefore()).isBefore(usable);
        assertThat(RunRetention.of(Duration.ofDays(1), NOW).runsBefore()).isBefore(usable);
    }

    @Test
    void runsAndSuspectsAreKeptForTheRetention() {
        RunRetention kept = RunRetention.of(Duration.ofDays(90), NOW);
        assertThat(kept.runsBefore()).isEqualTo("2026-08-30T02:00:00Z");
        assertThat(kept.suspectsBefore()).isEqualTo(kept.runsBefore());
        assertThat(kept.failuresBefore()).isEqualTo(kept.runsBefore());
    }

    /** Otherwise a repair that always fails would be tried again and again. */
    @Test
    void aRepairThatWaitsIsNotForgotten() {
        RunRetention kept = RunRetention.of(Duration.ofDays(1), NOW);
        ParkingRule.Failures oldest = new ParkingRule.Failures(100, kept.failuresBefore());
        assertThat(ParkingRule.isParked(oldest, NOW)).isFalse();
        assertThat(ParkingRule.isParked(
                        oldest, NOW.minus(ParkingRule.LONGEST_PAUSE).minusMillis(1)))
                .isTrue();
    }

    @Test
    void aRunThatIsNeededIsKept() {
        UUID one = new UUID(0, 1);
        UUID two = new UUID(0, 2);
        assertThat(RunRetention.deletable(List.of(one, two), Set.of(two))).containsExactly(one);
    }
}
