package io.rebalancer.http.server;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.port.AuditTrail.AuditUnavailable;
import io.rebalancer.core.text.OneLine;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import kamon.Kamon;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sender of a request. Each action has two entries in the audit log: the order, stored before the action is carried out,
 * and its outcome, which names the order. An order without an outcome was refused because it could not be stored in time, or
 * its manager ended meanwhile.
 */
public final class Operator {
    /** The answer waits so long for the outcome to be stored; after that the outcome is stored in the background. */
    private static final long OUTCOME_WAIT_MILLIS = 1000;
    /** Each of them takes some seconds. */
    private static final int MAX_OUTCOME_ATTEMPTS = 20;

    private static final Logger LOGGER = LoggerFactory.getLogger(Operator.class);

    private final AuditTrail trail;
    private final Semaphore slots;
    private final AuditActor who;
    private final AtomicBoolean recorded;

    /** @param recorded set when an action begins */
    Operator(AuditTrail trail, Semaphore slots, AuditActor who, AtomicBoolean recorded) {
        this.trail = trail;
        this.slots = slots;
        this.who = who;
        this.recorded = recorded;
    }

    /**
     * How an action ended that did not fail.
     *
     * @param refusal the code of the refusal; empty if the action was carried out
     * @param results what it created or changed, by name
     */
    public record Outcome(Optional<String> refusal, Map<String, String> results) {
        /** The action was carried out. */
        public static Outcome accepted(Map<String, String> results) {
            return new Outcome(Optional.empty(), results);
        }

        /** The action created a job. */
        public static Outcome created(UUID jobId) {
            return accepted(Map.of("job", jobId.toString()));
        }

        /** The action was refused, for a reason with this stable code. */
        public static Outcome refused(String code) {
            return new Outcome(Optional.of(code), Map.of());
        }
    }

    /** Who the operator is, for what is stored with a change; at most some hundred characters. */
    public String name() {
        return who.user().isEmpty() ? who.source() : who.user();
    }

    /** Carries an action out that has no results to record. See {@link #perform(Action, Supplier, Function)}. */
    public <T> CompletionStage<T> perform(Action action, Supplier<CompletionStage<T>> work) {
        return perform(action, work, done -> Outcome.accepted(Map.of()));
    }

    /**
     * Records an action, carries it out, and records its outcome.
     *
     * @param outcome how the action ended, by its result
     * @return the result of the action, also if the outcome can't be stored; fails with {@link AuditUnavailable} if the order
     *     can't be stored: then nothing is carried out
     */
    public <T> CompletionStage<T> perform(
            Action action, Supplier<CompletionStage<T>> work, Function<T, Outcome> outcome) {
        return inSlot(() -> {
            AuditFact order = order(action);
            return trail.append(order)
                    .exceptionallyCompose(failure -> CompletableFuture.failedFuture(refuse(order, failure)))
                    .thenCompose(number -> carryOut(order, number, work, outcome));
        });
    }

    /**
     * As {@link #perform(Action, Supplier, Function)}, but carries the action out even if the order can't be stored, because
     * the action may be what lets the audit log work again. The outcome then names no order.
     */
    public <T> CompletionStage<T> performAlways(
            Action action, Supplier<CompletionStage<T>> work, Function<T, Outcome> outcome) {
        return inSlot(() -> {
            AuditFact order = order(action);
            return trail.append(order)
                    .exceptionally(failure -> {
                        reportUnrecorded(order, failure);
                        return 0L;
                    })
                    .thenCompose(number -> carryOut(order, number, work, outcome));
        });
    }

    private AuditFact order(Action action) {
        recorded.set(true);
        return AuditFact.requested(UUID.randomUUID(), who, action.word(), action.subject(), action.parameters());
    }

    /** Holds a slot until the outcome is stored, or given up. */
    private <T> CompletionStage<T> inSlot(Supplier<CompletionStage<Recorded<T>>> action) {
        if (!slots.tryAcquire()) {
            countRefusal();
            return CompletableFuture.failedFuture(new AuditUnavailable(
                    "the action is not carried out: this manager carries out " + AuditedActions.MAX_AT_A_TIME
                            + " actions at a time, and no further one now",
                    null));
        }
        CompletionStage<Recorded<T>> ended =
                CompletableFuture.completedStage(null).thenCompose(now -> action.get());
        ended.thenCompose(Recorded::outcomeStored).whenComplete((stored, failure) -> slots.release());
        return ended.thenCompose(Recorded::answer);
    }

    /**
     * An action that has ended.
     *
     * @param result of the action, or its failure
     * @param outcomeStored completes when its outcome is stored, and fails when that is given up
     */
    private record Recorded<T>(CompletionStage<T> result, CompletableFuture<Long> outcomeStored) {
        CompletionStage<T> answer() {
            return outcomeStored
                    .copy()
                    .completeOnTimeout(0L, OUTCOME_WAIT_MILLIS, TimeUnit.MILLISECONDS)
                    .handle((stored, failure) -> result)
                    .thenCompose(same -> same);
        }
    }

    private <T> CompletionStage<Recorded<T>> carryOut(
            AuditFact order, long number, Supplier<CompletionStage<T>> work, Function<T, Outcome> outcome) {
        CompletionStage<T> result = CompletableFuture.completedStage(null).thenCompose(now -> work.get());
        return result.handle((value, failure) -> {
            AuditFact fact = failure == null
                    ? outcome(order, number, outcome.apply(value))
                    : failed(order, number, Failures.rootCause(failure));
            return new Recorded<>(result, storeOutcome(fact, 1).toCompletableFuture());
        });
    }

    private static AuditFact outcome(AuditFact order, long number, Outcome outcome) {
        UUID id = UUID.randomUUID();
        return outcome.refusal()
                .map(code -> order.refused(id, number, code))
                .orElseGet(() -> order.accepted(id, number, outcome.results()));
    }

    private static AuditFact failed(AuditFact order, long number, Throwable cause) {
        UUID id = UUID.randomUUID();
        return Problems.refusalCode(cause)
                .map(code -> order.refused(id, number, code))
                .orElseGet(() -> order.failed(id, number, OneLine.of(cause)));
    }

    private CompletionStage<Long> storeOutcome(AuditFact outcome, int attempt) {
        return trail.append(outcome).exceptionallyCompose(failure -> {
            if (attempt < MAX_OUTCOME_ATTEMPTS) {
                return storeOutcome(outcome, attempt + 1);
            }
            reportUnrecorded(outcome, failure);
            return CompletableFuture.failedFuture(failure);
        });
    }

    private static AuditUnavailable refuse(AuditFact order, Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        LOGGER.warn(
                "audit action={} subject={} from {} is not carried out, because it can't be recorded: {}",
                order.action(),
                order.subject(),
                order.who().source(),
                OneLine.of(cause));
        countRefusal();
        return new AuditUnavailable(
                "the action is not carried out, because it can't be recorded in the audit log: " + OneLine.of(cause),
                cause);
    }

    private static void countRefusal() {
        Kamon.counter("rebalancer.audit.refused").withoutTags().increment();
    }

    /** The log of the process is then the only record. */
    private static void reportUnrecorded(AuditFact fact, Throwable failure) {
        Kamon.counter("rebalancer.audit.unrecorded").withoutTags().increment();
        LOGGER.error(
                "audit action={} subject={} from {} result={} order={} is not in the audit log: {}",
                fact.action(),
                fact.subject(),
                fact.who().source(),
                fact.result(),
                fact.request(),
                OneLine.of(Failures.rootCause(failure)));
    }
}
