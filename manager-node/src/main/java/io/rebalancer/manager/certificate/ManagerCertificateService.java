package io.rebalancer.manager.certificate;

import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.core.certificate.CertificateCheck;
import io.rebalancer.core.certificate.CertificateRefusal;
import io.rebalancer.core.certificate.CertificateRules;
import io.rebalancer.core.certificate.CertificateRules.Facts;
import io.rebalancer.core.certificate.SignedCertificate;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.CertificateService;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import io.rebalancer.persistence.query.JournalReader;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs with the key of this manager what {@link NodeFacts} prove, and checks it again. */
public final class ManagerCertificateService implements CertificateService {
    private static final Logger LOGGER = LoggerFactory.getLogger(ManagerCertificateService.class);

    private final NodeFacts facts;
    private final CertificateChecks checks;
    private final CertificateKeys keys;
    private final BlockingExecutor blocking;
    private final String issuer;
    private final Clock clock;

    /**
     * @param shards the numbers of all shards of the metadata tier
     * @param verification reads the shards again for a check
     * @param blocking reads the files of the keys
     * @param issuer names this manager in certificates
     */
    public ManagerCertificateService(
            ActorSystem<?> system,
            StorageNodeService nodes,
            JobService jobs,
            JournalReader journal,
            Set<Integer> shards,
            VerificationResources verification,
            CertificateKeys keys,
            BlockingExecutor blocking,
            String issuer,
            Clock clock) {
        this.facts = new NodeFacts(nodes, jobs, new StoredEvidence(system, journal)::find, shards);
        this.checks = new CertificateChecks(system, facts, verification, clock, CertificateChecks.DEFAULT_LIMITS);
        this.keys = keys;
        this.blocking = blocking;
        this.issuer = issuer;
        this.clock = clock;
    }

    @Override
    public CompletionStage<SignedCertificate> certify(StorageNodeId node) {
        // Taken before the registry is asked, so the node was DRAINED at this time or is refused.
        Instant issuedAt = clock.instant();
        return facts.of(node)
                .thenCompose(found -> CertificateRules.refusal(found)
                        .<CompletionStage<SignedCertificate>>map(
                                refusal -> CompletableFuture.failedFuture(new CertificateRefused(refusal)))
                        .orElseGet(() -> withKeys(() -> sign(found, issuedAt))));
    }

    @Override
    public CompletionStage<CertificateCheck> check(StorageNodeId node, CertificateCheck.Scope scope) {
        return checks.check(node, scope);
    }

    private SignedCertificate sign(Facts facts, Instant issuedAt) throws IOException, GeneralSecurityException {
        SigningKey key = keys.current();
        SignedCertificate signed = SignedCertificate.sign(
                CertificateRules.certificate(
                        facts, issuedAt, issuer, key.verification().id()),
                key.key());
        LOGGER.info(
                "signed the certificate of storage node {} with key {}; job={}",
                facts.node(),
                key.verification().id(),
                signed.certificate().jobId());
        return signed;
    }

    @Override
    public CompletionStage<Keys> keys() {
        return withKeys(keys::all);
    }

    private <T> CompletionStage<T> withKeys(Callable<T> work) {
        return blocking.run(() -> {
            try {
                return work.call();
            } catch (IOException | GeneralSecurityException | CertificateKeyFault e) {
                String reason = e instanceof CertificateKeyFault
                        ? OneLine.of(e)
                        : "the keys of certificates can't be read: " + OneLine.of(e.toString());
                LOGGER.warn("no certificate can be signed or verified: {}", reason);
                throw new CertificateRefused(
                        new CertificateRefusal(CertificateRefusal.Code.SIGNING_KEY_UNUSABLE, reason));
            }
        });
    }
}
