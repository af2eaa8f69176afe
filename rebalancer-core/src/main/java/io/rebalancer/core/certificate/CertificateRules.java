package io.rebalancer.core.certificate;

import io.rebalancer.core.evacuate.JobEvent.VerificationFinished;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.Verification;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which verification may be certified. Pure functions of their arguments.
 *
 * <p>A shard that was read incompletely is always refused, though the statement "no row up to the watermark names the node"
 * would still be true of it: rows were inserted behind that watermark while the verification ran, and nothing was read of
 * them. There is no option to certify it nevertheless. A busy shard can be read completely when users write less.
 */
public final class CertificateRules {

    private CertificateRules() {}

    /**
     * What is known of a storage node.
     *
     * @param status empty if the node is in service
     * @param job the job that fenced the node last; empty if it is not known
     * @param verification the last verification of the job; empty if it is not stored
     * @param shards the numbers of all shards of the metadata tier
     */
    public record Facts(
            StorageNodeId node,
            Optional<NodeStatus> status,
            Optional<JobOutline> job,
            Optional<VerificationFinished> verification,
            Set<Integer> shards) {
        public Facts {
            shards = Set.copyOf(shards);
        }
    }

    /** Why the node gets no certificate; empty if it gets one. The first reason in the order of the codes counts. */
    public static Optional<CertificateRefusal> refusal(Facts facts) {
        return refusedNode(facts).or(() -> refusedJob(facts)).or(() -> refusedEvidence(facts));
    }

    /**
     * The certificate of a node that {@link #refusal} does not refuse.
     *
     * @param issuedAt a time before {@code facts} were asked for
     * @param issuer the manager that signs
     * @param keyId the key that signs
     */
    public static Certificate certificate(Facts facts, Instant issuedAt, String issuer, String keyId) {
        JobOutline job = facts.job().orElseThrow();
        VerificationFinished verification = facts.verification().orElseThrow();
        return new Certificate(
                facts.node(),
                job.leaving().map(CopyLocation::datacenter).orElseThrow(),
                facts.status().flatMap(NodeStatus::jobId).orElseThrow(),
                job.epoch(),
                verification.at(),
                verification.evidence(),
                job.settled(),
                job.unmoved().total(),
                verification.evidence().stream()
                        .mapToLong(shard -> shard.rows().excluded())
                        .sum(),
                issuedAt,
                issuer,
                keyId);
    }

    private static Optional<CertificateRefusal> refusedNode(Facts facts) {
        ServiceState state = facts.status().map(NodeStatus::state).orElse(ServiceState.IN_SERVICE);
        String node = facts.node().text();
        return switch (state) {
            case DRAINED -> Optional.empty();
            case REMOVED ->
                refuse(
                        CertificateRefusal.Code.NODE_NOT_DRAINED,
                        node + " is REMOVED: a certificate is issued while the node is DRAINED, before its removal is"
                                + " recorded");
            case IN_SERVICE, EXCLUDED, FENCED ->
                refuse(
                        CertificateRefusal.Code.NODE_NOT_DRAINED,
                        node + " is " + state + ", not DRAINED: nothing proves that it is empty now. "
                                + verifyAgain(node));
        };
    }

    private static Optional<CertificateRefusal> refusedJob(Facts facts) {
        String id =
                facts.status().flatMap(NodeStatus::jobId).map(UUID::toString).orElse("");
        boolean aboutNode = facts.job()
                .flatMap(JobOutline::leaving)
                .filter(leaving -> leaving.storageNode().equals(facts.node()))
                .isPresent();
        if (!aboutNode) {
            return refuse(
                    CertificateRefusal.Code.JOB_NOT_DONE,
                    "job " + id + " is not known as a job that empties " + facts.node() + ". "
                            + verifyAgain(facts.node().text()));
        }
        JobPhase phase = facts.job().orElseThrow().phase();
        return phase == JobPhase.DONE
                ? Optional.empty()
                : refuse(
                        CertificateRefusal.Code.JOB_NOT_DONE,
                        "job " + id + " is " + phase + ", not DONE. "
                                + verifyAgain(facts.node().text()));
    }

    private static Optional<CertificateRefusal> refusedEvidence(Facts facts) {
        String again = verifyAgain(facts.node().text());
        Optional<Instant> at = facts.job().flatMap(JobOutline::verification).map(Verification::at);
        if (facts.verification().isEmpty() || !at.equals(facts.verification().map(VerificationFinished::at))) {
            return refuse(
                    CertificateRefusal.Code.EVIDENCE_MISSING,
                    "the journal does not hold the evidence of the job's last verification. " + again);
        }
        List<ShardEvidence> evidence = facts.verification().get().evidence();
        Set<Integer> unread = new TreeSet<>(facts.shards());
        evidence.forEach(shard -> unread.remove(shard.shard()));
        if (!unread.isEmpty() || evidence.isEmpty()) {
            return refuse(
                    CertificateRefusal.Code.SHARD_NOT_VERIFIED,
                    "the verification did not read shards " + list(unread) + " of the metadata tier. " + again);
        }
        Set<Integer> incomplete = numbers(evidence, shard -> !shard.complete());
        if (!incomplete.isEmpty()) {
            return refuse(
                    CertificateRefusal.Code.SHARD_INCOMPLETE,
                    "users inserted rows in shards " + list(incomplete)
                            + " as fast as they were read, so their last rows were not. When users write less: "
                            + again);
        }
        Set<Integer> named = numbers(evidence, shard -> shard.rows().ofNode() > 0);
        return named.isEmpty() && facts.job().orElseThrow().unmoved().total() == 0
                ? Optional.empty()
                : refuse(
                        CertificateRefusal.Code.RECORDS_LEFT,
                        "records are left on the node, or may be: rows of it in shards " + list(named) + ". " + again);
    }

    private static Set<Integer> numbers(List<ShardEvidence> evidence, Predicate<ShardEvidence> filter) {
        return evidence.stream()
                .filter(filter)
                .map(ShardEvidence::shard)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String list(Collection<Integer> shards) {
        return shards.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String verifyAgain(String node) {
        return "A job for the node ends with a verification, also if nothing is left to move:"
                + " rebalancer-adm job create " + node;
    }

    private static Optional<CertificateRefusal> refuse(CertificateRefusal.Code code, String detail) {
        return Optional.of(new CertificateRefusal(code, detail));
    }
}
