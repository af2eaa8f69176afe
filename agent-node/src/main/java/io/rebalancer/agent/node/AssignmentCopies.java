package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyClient;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyOrder;
import io.rebalancer.agent.copy.CopyOutcome;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.HeldAssignment;
import io.rebalancer.core.agent.KnownEpoch;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What an agent orders from the copy engine for the assignments that it holds. */
final class AssignmentCopies {
    private final CopyClient engine;
    private final CopyMetrics metrics;

    AssignmentCopies(CopyClient engine, CopyMetrics metrics) {
        this.engine = engine;
        this.metrics = metrics;
    }

    CopyGate gate() {
        return engine.gate();
    }

    /** As {@link CopyClient#deliverTo}. */
    void deliverTo(Consumer<List<CopyOutcome>> listener) {
        engine.deliverTo(listener);
    }

    void markStored(List<CopyOutcome> outcomes) {
        engine.markStored(outcomes);
    }

    /** Orders the copies of an assignment that have no result, unless its job is paused. */
    void start(AgentState state, HeldAssignment held) {
        if (state.isPaused(held.jobId())) {
            return;
        }
        Assignment assignment = held.assignment();
        metrics.recordAssignmentStart(assignment.id());
        KnownEpoch known = state.epochs().get(held.jobId());
        long epoch = known == null ? 0 : known.epoch();
        for (int i = 0; i < assignment.tasks().size(); i++) {
            CopyTask task = assignment.tasks().get(i);
            if (!held.results().containsKey(task.objectId())) {
                engine.submit(CopyOrder.of(assignment.id(), epoch, i, task));
            }
        }
    }

    /** As {@link #start}, for all assignments of a job. */
    void startAll(AgentState state, UUID jobId) {
        heldFor(state, jobId).forEach(held -> start(state, held));
    }

    /**
     * Withdraws the copies of a job.
     *
     * @return completes when nothing is written for the job
     */
    CompletionStage<Void> suspend(AgentState state, UUID jobId) {
        return CompletableFuture.allOf(heldFor(state, jobId).stream()
                .map(held -> engine.suspend(held.assignment().id()).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    private static List<HeldAssignment> heldFor(AgentState state, UUID jobId) {
        return state.held().values().stream()
                .filter(held -> held.jobId().equals(jobId))
                .toList();
    }

    /** Ends the copies of an assignment that is given up. */
    void cancel(UUID assignmentId) {
        engine.cancel(assignmentId);
    }

    /** Whether a release changes the disk: copies are in progress, or have to be removed. */
    static boolean needsDiscard(AgentState state, HeldAssignment held, Collection<UUID> unwanted) {
        return !held.finished() || !UnwantedCopies.of(state, held, unwanted).isEmpty();
    }

    /**
     * Ends the copies of an assignment, and removes what its job does not want.
     *
     * @return completes when nothing of the copies is in progress, or left
     */
    CompletionStage<Void> discard(AgentState state, HeldAssignment held, Collection<UUID> unwanted) {
        UUID id = held.assignment().id();
        return engine.cancel(id)
                .thenCompose(cancelled -> engine.remove(id, UnwantedCopies.of(state, held, unwanted)))
                .thenCompose(removed -> engine.removeUnfinished(id, UnwantedCopies.unfinished(state, held, unwanted)));
    }

    /** Removes a copy that ended after the release of its assignment, if no assignment needs it. */
    void discardLate(AgentState state, CopyOutcome outcome) {
        UnwantedCopies.ofReleased(state, outcome)
                .ifPresent(key -> engine.remove(outcome.order().assignmentId(), List.of(key)));
    }
}
