package io.rebalancer.core.certificate;

import static io.rebalancer.core.certificate.Certificates.NODE;
import static io.rebalancer.core.certificate.Certificates.NOTHING_FOUND;
import static io.rebalancer.core.certificate.Certificates.complete;
import static io.rebalancer.core.certificate.Certificates.facts;
import static io.rebalancer.core.certificate.Certificates.job;
import static io.rebalancer.core.certificate.Certificates.shard;
import static io.rebalancer.core.certificate.Certificates.status;
import static io.rebalancer.core.certificate.Certificates.verification;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.certificate.CertificateRefusal.Code;
import io.rebalancer.core.certificate.CertificateRules.Facts;
import io.rebalancer.core.evacuate.JobEvent.VerificationFinished;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which verification may be certified. */
class CertificateRulesTest {

    private static void assertRefused(Facts facts, Code code, String... details) {
        assertThat(CertificateRules.refusal(facts)).hasValueSatisfying(refusal -> {
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.detail()).doesNotContain("\n");
            List.of(details).forEach(each -> assertThat(refusal.detail()).contains(each));
        });
        if (code.compareTo(Code.SHARD_INCOMPLETE) >= 0) {
            assertThatThrownBy(() -> CertificateRules.certificate(facts, Certificates.ISSUED, "m", "k"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Facts with(Optional<NodeStatus> status) {
        Facts facts = facts(complete());
        return new Facts(NODE, status, facts.job(), facts.verification(), facts.shards());
    }

    private static Facts with(
            Optional<JobOutline> job, Optional<VerificationFinished> verification, Set<Integer> shards) {
        return new Facts(NODE, status(ServiceState.DRAINED), job, verification, shards);
    }

    @Test
    void aCompleteVerificationOfADrainedNodeIsCertified() {
        assertThat(CertificateRules.refusal(facts(complete()))).isEmpty();
        Certificate certificate =
                CertificateRules.certificate(facts(complete()), Certificates.ISSUED, "127.0.0.1:2551", "key");
        assertThat(certificate.node()).isEqualTo(NODE);
        assertThat(certificate.jobId()).isEqualTo(Certificates.JOB);
        assertThat(certificate.verifiedAt()).isEqualTo(Certificates.VERIFIED);
        assertThat(certificate.shards()).containsExactly(shard(1, true, NOTHING_FOUND), shard(2, true, NOTHING_FOUND));
    }

    /** Also a node that was recommissioned and fenced again: whatever landed on it is not covered. */
    @ParameterizedTest
    @EnumSource(
            value = ServiceState.class,
            names = {"DRAINED", "IN_SERVICE"},
            mode = EnumSource.Mode.EXCLUDE)
    void aNodeInAnotherStateIsRefused(ServiceState state) {
        assertRefused(with(status(state)), Code.NODE_NOT_DRAINED, "1.stor.d is " + state);
    }

    @Test
    void aNodeInServiceIsRefused() {
        assertRefused(with(Optional.empty()), Code.NODE_NOT_DRAINED, "1.stor.d is IN_SERVICE", "job create 1.stor.d");
    }

    @ParameterizedTest
    @EnumSource(
            value = JobPhase.class,
            names = {"DONE_WITH_EXCEPTIONS", "LIMIT_REACHED", "FAILED"})
    void aJobThatIsNotDoneIsRefused(JobPhase phase) {
        assertRefused(
                with(Optional.of(job(NODE, complete(), phase)), Optional.of(complete()), Set.of(1, 2)),
                Code.JOB_NOT_DONE,
                "is " + phase);
    }

    @Test
    void aJobThatIsNotKnownOrEmptiesAnotherNodeIsRefused() {
        assertRefused(with(Optional.empty(), Optional.of(complete()), Set.of(1, 2)), Code.JOB_NOT_DONE);
        JobOutline other = job(new StorageNodeId("2.stor.d"), complete(), JobPhase.DONE);
        assertRefused(with(Optional.of(other), Optional.of(complete()), Set.of(1, 2)), Code.JOB_NOT_DONE);
    }

    @Test
    void missingEvidenceIsRefused() {
        Optional<JobOutline> job = facts(complete()).job();
        assertRefused(with(job, Optional.empty(), Set.of(1, 2)), Code.EVIDENCE_MISSING);
        VerificationFinished earlier =
                new VerificationFinished(complete().evidence(), Certificates.VERIFIED.minusSeconds(1));
        assertRefused(with(job, Optional.of(earlier), Set.of(1, 2)), Code.EVIDENCE_MISSING);
    }

    @Test
    void aShardThatWasNotReadIsRefused() {
        Facts facts = facts(complete());
        assertRefused(
                with(facts.job(), facts.verification(), Set.of(1, 2, 3, 9)), Code.SHARD_NOT_VERIFIED, "shards 3, 9 ");
        VerificationFinished nothing = verification();
        assertRefused(
                with(Optional.of(job(NODE, nothing, JobPhase.DONE)), Optional.of(nothing), Set.of()),
                Code.SHARD_NOT_VERIFIED);
    }

    @Test
    void aShardThatWasReadIncompletelyIsRefused() {
        assertRefused(
                facts(verification(shard(1, true, NOTHING_FOUND), shard(2, false, NOTHING_FOUND))),
                Code.SHARD_INCOMPLETE,
                "in shards 2 ",
                "When users write less");
    }

    @Test
    void rowsOfTheNodeAreRefusedWhateverTheyAre() {
        for (VerifiedRows rows : new VerifiedRows[] {
            new VerifiedRows(9, 1, 0, 0, 0),
            new VerifiedRows(9, 0, 1, 0, 0),
            new VerifiedRows(9, 0, 0, 1, 0),
            new VerifiedRows(9, 0, 0, 0, 1)
        }) {
            assertRefused(
                    facts(verification(shard(1, true, rows), shard(2, true, NOTHING_FOUND))),
                    Code.RECORDS_LEFT,
                    "in shards 1");
        }
    }
}
