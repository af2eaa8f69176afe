package io.rebalancer.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs random interleavings of users, evacuations and reconciliation on a model of a region: no file that a record claims gets
 * into the quarantine, and every orphan is found in the end. Without one of the guards, the same check fails.
 */
class InterleavingTest {
    /** {@code make test-interleavings} checks 1,000,000. */
    private static final int INTERLEAVINGS = Integer.getInteger("rebalancer.interleavings", 50_000);

    private static final int FIRST_INTERLEAVINGS = 2_000;
    private static final int BATCH = 1_000;
    private static final int MAX_SEEDS_OF_A_FAULT = 400_000;
    /**
     * Links to an object that users make. A link is read in one shard and written to another later; meanwhile the object may
     * have no record. Runs look three times before they move a file, at least two of these further apart than a link may
     * take, so one link can't deceive all three. An object that has no record at two of these moments can't be recognized.
     */
    private static final int LINKS = 1;

    /** The lowest seed whose interleaving is wrong. */
    private static OptionalLong firstWrong(long first, long end, ModelFault fault) {
        OptionalLong wrong = OptionalLong.empty();
        for (long from = first; from < end && wrong.isEmpty(); from += BATCH) {
            wrong = LongStream.range(from, Math.min(end, from + BATCH))
                    .parallel()
                    .filter(seed -> Interleaving.check(seed, fault, LINKS).isPresent())
                    .findFirst();
        }
        return wrong;
    }

    private static void assertNothingIsWrong(long first, long end) {
        OptionalLong wrong = firstWrong(first, end, ModelFault.NONE);
        assertThat(wrong)
                .as(() -> Interleaving.story(wrong.orElse(first), ModelFault.NONE, LINKS))
                .isEmpty();
    }

    @Test
    void noReferencedFileIsInQuarantineAndEveryOrphanIsFound() {
        assertNothingIsWrong(0, FIRST_INTERLEAVINGS);
    }

    @Tag("slow")
    @Test
    void noReferencedFileIsInQuarantineAndEveryOrphanIsFoundInManyInterleavings() {
        assertNothingIsWrong(FIRST_INTERLEAVINGS, INTERLEAVINGS);
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void withoutAGuardTheCheckFails(ModelFault fault) {
        OptionalLong seed = firstWrong(0, MAX_SEEDS_OF_A_FAULT, fault);
        assertThat(seed).as("a seed that finds " + fault).isPresent();
        System.out.println(fault + " is found by seed " + seed.getAsLong());
    }
}
