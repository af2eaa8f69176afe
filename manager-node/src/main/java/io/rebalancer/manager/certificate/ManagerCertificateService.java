package io.rebalancer.manager.certificate;

import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.core.certificate.CertificateRefusal;
import io.rebalancer.core.certificate.CertificateRules;
import io.rebalancer.core.certificate.CertificateRules.Facts;
import io.rebalancer.core.certificate.SignedCertificate;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.CertificateService;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.query.JournalReader;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the registry and the job, reads the evidence from the journal, and signs with the key of this manager. */
public final class ManagerCertificateService implements CertificateService {
    private static final Logger LOGGER = LoggerFactory.getLogger(ManagerCertificateService.class);

    private final StorageNodeService nodes;
    private final JobService jobs;
    private final StoredEvidence evidence;
    private final Set<Integer> shards;
    private final CertificateKeys keys;
    private final BlockingExecutor blocking;
    private final String issuer;
    private final Clock clock;

    /**
     * @param shards the numbers of all shards of the metadata tier
     * @param blocking reads the files of the keys
     * @param issuer names this manager in certificates
     */
    public ManagerCertificateService(
            ActorSystem<?> system,
            StorageNodeService nodes,
            JobService jobs,
            JournalReader journal,
            Set<Integer> shards,
            CertificateKeys keys,
            BlockingExecutor blocking,
            String issuer,
            Clock clock) {
        this.nodes = nodes;
        this.jobs = jobs;
        this.evidence = new StoredEvidence(system, journal);
        this.shards = Set.copyOf(shards);
        this.keys = keys;
        this.blocking = blocking;
        this.issuer = issuer;
        this.clock = clock;
    }

    @Override
    public CompletionStage<SignedCertificate> certify(StorageNodeId node) {
        // Taken before the registry is asked, so the node was DRAINED at this time or is refused.
        Instant issuedAt = clock.instant();
        return nodes.outOfService()
                .thenCompose(statuses -> facts(
                        node,
                        statuses.stream()
                                .filter(status -> status.node().equals(node))
                                .findFirst()))
                .thenCompose(facts -> CertificateRules.refusal(facts)
                        .<CompletionStage<SignedCertificate>>map(
                                refusal -> CompletableFuture.failedFuture(new CertificateRefused(refusal)))
                        .orElseGet(() -> withKeys(() -> sign(facts, issuedAt))));
    }

    private CompletionStage<Facts> facts(StorageNodeId node, Optional<NodeStatus> status) {
        if (status.filter(each -> each.state() == ServiceState.DRAINED).isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Facts(node, status, Optional.empty(), Optional.empty(), shards));
        }
        return jobs.get(status.get().jobId())
                .thenCompose(found -> found.filter(view -> view.state().phase() == JobPhase.DONE)
                        .map(view -> evidence.find(view.id(), view.revision()))
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
                        .thenApply(
                                stored -> new Facts(node, status, found.map(JobService.View::state), stored, shards)));
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
