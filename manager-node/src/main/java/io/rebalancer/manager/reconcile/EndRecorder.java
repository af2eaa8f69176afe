package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleState;
import io.rebalancer.core.text.OneLine;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * Appends the ends of runs to the audit log for the schedule, one after the other, oldest first. What could not be stored is
 * appended again by the next review. The audit log knows the entries that it stored last, so none is stored twice.
 */
final class EndRecorder {
    private final ActorContext<ScheduleMessage> context;
    private final AuditTrail audit;
    private final Clock clock;
    private final Duration reviewInterval;
    private final Function<UUID, CompletionStage<ReconcileMessage.RunReply>> runs;
    private final RareWarning warning = new RareWarning();
    private boolean appends;

    /** What became of an entry. */
    record EndAppended(UUID runId, Optional<String> failure) implements ScheduleMessage {}

    /** @param runs the state of a run */
    EndRecorder(
            ActorContext<ScheduleMessage> context,
            AuditTrail audit,
            Clock clock,
            Duration reviewInterval,
            Function<UUID, CompletionStage<ReconcileMessage.RunReply>> runs) {
        this.context = context;
        this.audit = audit;
        this.clock = clock;
        this.reviewInterval = reviewInterval;
        this.runs = runs;
    }

    /** The schedule has recovered, so no reply to an earlier message arrives. */
    void reset() {
        appends = false;
    }

    /** Appends the oldest end that the audit log does not have yet. The schedule gets {@link EndAppended}. */
    void append(ScheduleState schedule) {
        if (appends || schedule.unrecorded().isEmpty()) {
            return;
        }
        appends = true;
        UUID runId = schedule.unrecorded().get(0);
        context.pipeToSelf(
                runs.apply(runId).thenCompose(reply -> append(runId, ((ReconcileMessage.RunFound) reply).state())),
                (number, failure) -> new EndAppended(
                        runId, Optional.ofNullable(failure).map(cause -> OneLine.of(Failures.rootCause(cause)))));
    }

    /** A run that does not exist has lost its events. Its end must not keep those of later runs from the log. */
    private CompletionStage<Long> append(UUID runId, RunState run) {
        if (run.phase() == RunPhase.NONE) {
            context.getSystem().log().error("run={} has no events, so the audit log gets no entry of its end", runId);
            return CompletableFuture.completedStage(0L);
        }
        return audit.append(RunEndAudit.fact(run));
    }

    /** Whether the entry is stored. */
    boolean isStored(EndAppended appended, ScheduleState schedule) {
        appends = false;
        if (appended.failure().isEmpty()) {
            warning.reset();
        } else if (warning.isDue(clock.instant())) {
            context.getLog()
                    .warn(
                            "the audit log has no entry of the end of run={} yet; {} wait; retrying every {}: {}",
                            appended.runId(),
                            schedule.unrecorded().size(),
                            reviewInterval,
                            appended.failure().get());
        }
        return appended.failure().isEmpty();
    }
}
