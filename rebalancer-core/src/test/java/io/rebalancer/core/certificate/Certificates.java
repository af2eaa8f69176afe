package io.rebalancer.core.certificate;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobEvent.VerificationFinished;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A drained node with two shards, its facts, and its certificate. */
final class Certificates {
    static final StorageNodeId NODE = new StorageNodeId("1.stor.d");
    static final UUID JOB = new UUID(0, 7);
    static final Instant VERIFIED = Instant.parse("2026-11-27T02:00:00.123456Z");
    static final Instant ISSUED = Instant.parse("2026-11-27T03:00:00Z");
    static final VerifiedRows NOTHING_FOUND = new VerifiedRows(1000, 0, 0, 0, 0);

    private Certificates() {}

    static KeyPair newKey() throws GeneralSecurityException {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    static ShardEvidence shard(int number, boolean complete, VerifiedRows rows) {
        return new ShardEvidence(
                number,
                "moray",
                new RowWatermark(900, 50),
                new RowWatermark(1000, 60),
                complete,
                rows,
                List.of(),
                VERIFIED.minusSeconds(60),
                VERIFIED.minusSeconds(number));
    }

    static VerificationFinished verification(ShardEvidence... shards) {
        return new VerificationFinished(List.of(shards), VERIFIED);
    }

    static VerificationFinished complete() {
        return verification(shard(2, true, NOTHING_FOUND), shard(1, true, NOTHING_FOUND));
    }

    /** The job after its verification, in the given terminal phase. */
    static JobOutline job(StorageNodeId leaving, VerificationFinished verification, JobPhase phase) {
        return JobState.EMPTY
                .apply(new JobEvent.JobCreated(new CopyLocation("döner \"1\"\\", leaving), 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS))
                .apply(new JobEvent.PassFinished(1, Optional.of(Instant.EPOCH)))
                .apply(new JobEvent.VerificationStarted(Instant.EPOCH))
                .apply(verification)
                .apply(new JobEvent.JobEnded(phase, "", VERIFIED))
                .outline();
    }

    static Optional<NodeStatus> status(ServiceState state) {
        return Optional.of(new NodeStatus(NODE, state, JOB, VERIFIED));
    }

    static CertificateRules.Facts facts(VerificationFinished verification) {
        return new CertificateRules.Facts(
                NODE,
                status(ServiceState.DRAINED),
                Optional.of(job(NODE, verification, JobPhase.DONE)),
                Optional.of(verification),
                Set.of(1, 2));
    }

    static SignedCertificate signed(KeyPair key) throws GeneralSecurityException {
        String keyId = new VerificationKey(key.getPublic()).id();
        return SignedCertificate.sign(
                CertificateRules.certificate(facts(complete()), ISSUED, "127.0.0.1:2551", keyId), key.getPrivate());
    }
}
