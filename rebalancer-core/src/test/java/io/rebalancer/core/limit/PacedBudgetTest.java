package io.rebalancer.core.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The rate of pieces over a while is the rate that was asked for. */
class PacedBudgetTest {
    private static final long SECOND = 1_000_000_000;

    private final PacedBudget budget = new PacedBudget(0);

    @Test
    void withoutALimitEverythingPasses() {
        for (int i = 0; i < 100; i++) {
            assertThat(budget.isFree(0, 0)).isTrue();
            budget.charge(1_000_000);
        }
    }

    @Test
    void aPieceIsPaidForBeforeTheNextOnePasses() {
        assertThat(budget.isFree(100, 0)).isTrue();
        budget.charge(300);
        assertThat(budget.secondsUntilFree()).isEqualTo(3.0, within(1e-9));
        assertThat(budget.isFree(100, 2 * SECOND)).isFalse();
        assertThat(budget.isFree(100, 3 * SECOND)).isTrue();
    }

    @Test
    void aNewRateAppliesToWhatIsNotPaidYet() {
        budget.isFree(100, 0);
        budget.charge(1_000);
        assertThat(budget.isFree(1_000, SECOND)).as("a tenth is paid").isFalse();
        assertThat(budget.secondsUntilFree()).isEqualTo(0.9, within(1e-9));
        assertThat(budget.isFree(0, SECOND)).as("no limit any more").isTrue();
    }

    /** Asked twice a second, as the planner does. */
    @Test
    void theRateOverAWhileIsTheOneAskedFor() {
        long passed = 0;
        for (long now = 0; now <= 1_000 * SECOND; now += SECOND / 2) {
            while (budget.isFree(1_000, now)) {
                budget.charge(70);
                passed += 70;
            }
        }
        assertThat(passed / 1_000.0).isEqualTo(1_000, within(10.0));
    }

    @Test
    void anIdlePeriodIsNotFollowedByABurst() {
        budget.isFree(1_000, 0);
        long passed = 0;
        while (budget.isFree(1_000, 3_600 * SECOND)) {
            budget.charge(100);
            passed += 100;
        }
        assertThat(passed).isLessThanOrEqualTo(600);
    }
}
