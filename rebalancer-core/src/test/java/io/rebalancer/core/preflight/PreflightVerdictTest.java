package io.rebalancer.core.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PreflightVerdictTest {
    private static final CheckResult PASSED = CheckResult.pass(CheckName.SPACE, "enough");
    private static final CheckResult WARNED = CheckResult.unknown(CheckName.AGENT_VERSIONS, "no answer");
    private static final CheckResult FULL = CheckResult.fail(CheckName.DATACENTERS, "full", "add space");
    private static final CheckResult BUSY = CheckResult.fail(CheckName.NO_OTHER_OPERATION, "a job empties it", "wait");

    @Test
    void warningsAllowAJob() {
        PreflightVerdict verdict = PreflightVerdict.of(List.of(PASSED, WARNED), Set.of());
        assertThat(verdict.allowsJob()).isTrue();
        assertThat(verdict.notPassed()).containsExactly(WARNED);
    }

    @Test
    void oneFailureRefusesTheJobAndIsNamed() {
        PreflightVerdict verdict = PreflightVerdict.of(List.of(PASSED, FULL), Set.of());
        assertThat(verdict.allowsJob()).isFalse();
        assertThat(verdict.refusal()).isEqualTo("datacenters: full");
    }

    @Test
    void aWaiverOfOneFailureLeavesTheOthers() {
        CheckResult shards = CheckResult.fail(CheckName.METADATA_SHARDS, "shard 3 is away", "start it");
        PreflightVerdict verdict = PreflightVerdict.of(List.of(FULL, shards), Set.of(CheckName.DATACENTERS));
        assertThat(verdict.allowsJob()).isFalse();
        assertThat(verdict.failed()).containsExactly(CheckName.METADATA_SHARDS);
        assertThat(verdict.waived()).containsExactly(CheckName.DATACENTERS);
        assertThat(PreflightVerdict.of(List.of(FULL, shards), EnumSet.allOf(CheckName.class))
                        .allowsJob())
                .isTrue();
    }

    @Test
    void aWaiverWithoutAFailureIsNoWaiver() {
        assertThat(PreflightVerdict.of(List.of(PASSED, WARNED), EnumSet.allOf(CheckName.class))
                        .waived())
                .isEmpty();
    }

    @Test
    void aCheckThatCanNotBeWaivedStaysFailed() {
        PreflightVerdict verdict = PreflightVerdict.of(List.of(BUSY), EnumSet.allOf(CheckName.class));
        assertThat(verdict.allowsJob()).isFalse();
        assertThat(verdict.waived()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CheckName.class)
    void everyNameHasAWord(CheckName name) {
        assertThat(CheckName.parse(name.word())).contains(name);
        assertThat(CheckName.parse(name.name())).isEmpty();
        assertThat(CheckName.waivableWords().contains(name.word())).isEqualTo(name.isWaivable());
    }
}
