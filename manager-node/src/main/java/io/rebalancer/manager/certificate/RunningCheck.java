package io.rebalancer.manager.certificate;

import io.rebalancer.core.certificate.CertificateCheck;
import io.rebalancer.core.certificate.CertificateCheck.Scope;
import io.rebalancer.core.certificate.CertificateCheck.Shard;
import io.rebalancer.core.certificate.CertificateCheck.Verdict;
import io.rebalancer.core.certificate.CertificateCheckRules;
import io.rebalancer.core.certificate.CertificateRules.Facts;
import io.rebalancer.core.evacuate.JobEvent.VerificationFinished;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** A check of one node: what it is about, how far it is, and its result. Thread-safe. */
final class RunningCheck {
    private final StorageNodeId node;
    private final Scope scope;
    private final Instant startedAt;
    private final CompletableFuture<Optional<CertificateCheck>> result = new CompletableFuture<>();
    private volatile UUID jobId = new UUID(0, 0);
    private volatile Instant verifiedAt = Instant.EPOCH;
    private volatile Map<Integer, RowWatermark> from = Map.of();
    private volatile List<Shard> shards = List.of();
    /** A check of all rows may take longer than its result is kept. */
    private volatile Instant endedAt = Instant.MAX;

    RunningCheck(StorageNodeId node, Scope scope, Instant startedAt) {
        this.node = node;
        this.scope = scope;
        this.startedAt = startedAt;
    }

    StorageNodeId node() {
        return node;
    }

    UUID jobId() {
        return jobId;
    }

    /** Completes with the result when the check has ended. */
    CompletableFuture<Optional<CertificateCheck>> result() {
        return result;
    }

    boolean endedBefore(Instant time) {
        return endedAt.isBefore(time);
    }

    /** The evidence is there, so that the shards can be read again. */
    void begin(Facts facts) {
        VerificationFinished verification = facts.verification().orElseThrow();
        jobId = facts.status().flatMap(NodeStatus::jobId).orElseThrow();
        verifiedAt = verification.at();
        from = switch (scope) {
            case ALL_ROWS -> Map.of();
            case NEW_ROWS ->
                verification.evidence().stream().collect(Collectors.toMap(ShardEvidence::shard, ShardEvidence::after));
        };
    }

    /** The watermarks from which the shards are read; a shard without one is read from the start. */
    Map<Integer, RowWatermark> from() {
        return from;
    }

    void follow(List<Shard> current) {
        shards = List.copyOf(current);
    }

    /** The check while it runs. */
    CertificateCheck progress(Instant now) {
        long rows = shards.stream().mapToLong(Shard::rowsRead).sum();
        return check(now, Verdict.RUNNING, rows + " rows are read; ask again");
    }

    /** Ends the check. */
    void end(Instant now, Optional<String> leftDrained) {
        CertificateCheckRules.Decision decision = CertificateCheckRules.decide(node, scope, leftDrained, shards);
        endedAt = now;
        result.complete(Optional.of(check(now, decision.verdict(), decision.detail())));
    }

    /** Ends the check without a result. */
    void fail(Instant now, Throwable failure) {
        if (result.completeExceptionally(failure)) {
            endedAt = now;
        }
    }

    private CertificateCheck check(Instant now, Verdict verdict, String detail) {
        return new CertificateCheck(node, jobId, verifiedAt, scope, startedAt, now, verdict, detail, shards);
    }
}
