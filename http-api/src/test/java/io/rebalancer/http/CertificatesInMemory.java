package io.rebalancer.http;

import io.rebalancer.core.certificate.Certificate;
import io.rebalancer.core.certificate.CertificateCheck;
import io.rebalancer.core.certificate.CertificateRefusal;
import io.rebalancer.core.certificate.SignedCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.CertificateService;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Certifies every storage node, unless a test chose a refusal. */
final class CertificatesInMemory implements CertificateService {
    final KeyPair pair = newKey();
    final KeyPair earlier = newKey();
    volatile Optional<CertificateRefusal> refusal = Optional.empty();
    /** What a check finds; too many checks run if it is UNKNOWN. */
    volatile CertificateCheck.Verdict verdict = CertificateCheck.Verdict.PASS;

    private static KeyPair newKey() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public CompletionStage<SignedCertificate> certify(StorageNodeId node) {
        ApiServer.performed.incrementAndGet();
        return refusal.<CompletionStage<SignedCertificate>>map(
                        each -> CompletableFuture.failedFuture(new CertificateRefused(each)))
                .orElseGet(() -> CompletableFuture.completedFuture(sign(node)));
    }

    private SignedCertificate sign(StorageNodeId node) {
        ShardEvidence shard = new ShardEvidence(
                1,
                "moray",
                RowWatermark.NONE,
                new RowWatermark(9, 0),
                true,
                new VerifiedRows(9, 0, 0, 0, 0),
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH);
        Certificate certificate = new Certificate(
                node,
                "dc1",
                new UUID(0, 7),
                1,
                Instant.EPOCH,
                List.of(shard),
                SettledCounts.ZERO,
                0,
                0,
                Instant.EPOCH,
                "127.0.0.1:1",
                new VerificationKey(pair.getPublic()).id());
        try {
            return SignedCertificate.sign(certificate, pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public CompletionStage<CertificateCheck> check(StorageNodeId node, CertificateCheck.Scope scope) {
        if (verdict == CertificateCheck.Verdict.UNKNOWN) {
            return CompletableFuture.failedFuture(new CheckRefused(2));
        }
        return CompletableFuture.completedFuture(new CertificateCheck(
                node,
                new UUID(0, 7),
                Instant.EPOCH,
                scope,
                Instant.EPOCH,
                Instant.EPOCH,
                verdict,
                "because",
                List.of(new CertificateCheck.Shard(
                        1, new RowWatermark(9, 0), 20, 1, true, List.of(new RecordRef(1, "/o/stor/a")), ""))));
    }

    @Override
    public CompletionStage<Keys> keys() {
        return CompletableFuture.completedFuture(
                new Keys(new VerificationKey(pair.getPublic()), List.of(new VerificationKey(earlier.getPublic()))));
    }
}
