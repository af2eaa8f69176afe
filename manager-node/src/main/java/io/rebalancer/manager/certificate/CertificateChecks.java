package io.rebalancer.manager.certificate;

import io.rebalancer.core.certificate.CertificateCheck;
import io.rebalancer.core.certificate.CertificateCheck.Scope;
import io.rebalancer.core.certificate.CertificateRules;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.CertificateService.CertificateRefused;
import io.rebalancer.core.port.CertificateService.CheckRefused;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/**
 * The checks of certificates on this manager. A check belongs to no request: a caller waits for a while, and otherwise gets
 * how far it is. The result is given to the next caller, and then forgotten, so that a later call looks again. Thread-safe.
 */
final class CertificateChecks {
    /** A complete reading may take as long as the verification did. */
    static final Limits DEFAULT_LIMITS = new Limits(2, Duration.ofSeconds(10), Duration.ofHours(12));
    /** A result that nothing has asked for is forgotten after this time. */
    private static final Duration KEEP_RESULT = Duration.ofMinutes(10);

    private final ActorSystem<?> system;
    private final NodeFacts facts;
    private final VerificationResources resources;
    private final Clock clock;
    private final Limits limits;
    private final Map<Subject, RunningCheck> checks = new HashMap<>();

    /**
     * The bounds of checks.
     *
     * @param running checks at a time
     * @param answerTime how long a request waits; shorter than the time limit of requests
     * @param readTime how long a check reads
     */
    record Limits(int running, Duration answerTime, Duration readTime) {}

    private record Subject(StorageNodeId node, Scope scope) {}

    CertificateChecks(
            ActorSystem<?> system, NodeFacts facts, VerificationResources resources, Clock clock, Limits limits) {
        this.system = system;
        this.facts = facts;
        this.resources = resources;
        this.clock = clock;
        this.limits = limits;
        Kamon.gauge("rebalancer.certificate.checks").withoutTags().autoUpdate((Gauge gauge) -> gauge.update(running()));
    }

    /** Starts a check, or joins the one that runs. */
    CompletionStage<CertificateCheck> check(StorageNodeId node, Scope scope) {
        Subject subject = new Subject(node, scope);
        RunningCheck check;
        boolean starts;
        synchronized (this) {
            forgetOld();
            RunningCheck running = checks.get(subject);
            starts = running == null;
            if (running == null) {
                if (running() >= limits.running()) {
                    return CompletableFuture.failedFuture(new CheckRefused(limits.running()));
                }
                running = new RunningCheck(node, scope, clock.instant());
                checks.put(subject, running);
            }
            check = running;
        }
        if (starts) {
            start(check);
        }
        return answer(subject, check);
    }

    private synchronized int running() {
        return (int)
                checks.values().stream().filter(each -> !each.result().isDone()).count();
    }

    private void forgetOld() {
        Instant oldest = clock.instant().minus(KEEP_RESULT);
        checks.values().removeIf(each -> each.endedBefore(oldest));
    }

    private void start(RunningCheck check) {
        facts.of(check.node())
                .thenAccept(found -> {
                    CertificateRules.refusal(found).ifPresent(refusal -> {
                        throw new CertificateRefused(refusal);
                    });
                    check.begin(found);
                    system.systemActorOf(
                            CertificateCheckRun.create(resources, check, facts, clock, limits.readTime()),
                            "certificate-check-" + UUID.randomUUID(),
                            Props.empty());
                })
                .whenComplete((started, failure) -> {
                    if (failure != null) {
                        check.fail(clock.instant(), failure);
                    }
                });
    }

    private CompletionStage<CertificateCheck> answer(Subject subject, RunningCheck check) {
        return check.result()
                .copy()
                .completeOnTimeout(Optional.empty(), limits.answerTime().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((result, failure) -> {
                    if (check.result().isDone()) {
                        synchronized (this) {
                            checks.remove(subject, check);
                        }
                    }
                })
                .thenApply(result -> result.isEmpty() ? check.progress(clock.instant()) : result.get());
    }
}
