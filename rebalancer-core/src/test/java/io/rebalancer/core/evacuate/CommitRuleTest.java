package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.MetadataRecord;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommitRuleTest {

    @Test
    void aRecordThatStillNamesTheLeavingNodeIsSwapped() {
        assertThat(judge(Optional.of(Samples.record(Samples.uuid(1), 1, 2)))).isEqualTo(CommitRule.Verdict.SWAP);
    }

    @Test
    void aDeletedRecordIsGone() {
        assertThat(judge(Optional.empty())).isEqualTo(CommitRule.Verdict.GONE);
    }

    @Test
    void anOverwrittenRecordIsSupersededEvenWithTheSameNodes() {
        assertThat(judge(Optional.of(Samples.record(Samples.uuid(9), 1, 2)))).isEqualTo(CommitRule.Verdict.SUPERSEDED);
    }

    @Test
    void aRecordThatAlreadyNamesTheNewCopyIsRelocated() {
        assertThat(judge(Optional.of(Samples.record(Samples.uuid(1), 3, 2)))).isEqualTo(CommitRule.Verdict.RELOCATED);
    }

    @Test
    void aRecordThatNoLongerNamesTheLeavingNodeIsSuperseded() {
        assertThat(judge(Optional.of(Samples.record(Samples.uuid(1), 4, 2)))).isEqualTo(CommitRule.Verdict.SUPERSEDED);
    }

    @Test
    void aRecordNeverNamesOneNodeTwice() {
        assertThat(judge(Optional.of(Samples.record(Samples.uuid(1), 1, 3))))
                .isEqualTo(CommitRule.Verdict.DESTINATION_LISTED);
    }

    private static CommitRule.Verdict judge(Optional<MetadataRecord> live) {
        return CommitRule.judge(
                live,
                Samples.uuid(1),
                Samples.LEAVING.storageNode(),
                Samples.location(3).storageNode());
    }
}
