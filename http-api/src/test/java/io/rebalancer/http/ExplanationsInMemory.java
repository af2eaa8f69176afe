package io.rebalancer.http;

import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.explain.Blocker;
import io.rebalancer.core.explain.Bottleneck;
import io.rebalancer.core.explain.JobBlockers;
import io.rebalancer.core.explain.JobFigures;
import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.core.explain.StageRates;
import io.rebalancer.core.port.ExplainService;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** Explanations that a test orders. */
public final class ExplanationsInMemory implements ExplainService {
    /** Explains a subject of a job. */
    public volatile BiFunction<UUID, String, ObjectExplanation> explanation = (job, subject) -> {
        throw new LookupRefused(4);
    };

    /** How far each job is. */
    public volatile JobFigures figures = new JobFigures(JobState.EMPTY.outline(), Optional.empty());

    @Override
    public CompletionStage<ObjectExplanation> whyObject(UUID jobId, UUID objectId) {
        return why(jobId, objectId.toString());
    }

    @Override
    public CompletionStage<ObjectExplanation> whyKey(UUID jobId, String key) {
        return why(jobId, key);
    }

    @Override
    public CompletionStage<JobBlockers> blockers(UUID jobId) {
        return CompletableFuture.completedFuture(new JobBlockers(
                JobPhase.RUNNING,
                Bottleneck.AGENTS,
                "9 records wait for copies",
                "Raise a limit.",
                new StageRates(60, 5, 4, 3, 2),
                List.of(new Blocker(
                        Bottleneck.AGENTS, "agent_busy", Optional.empty(), Optional.empty(), 0, "busy", "Wait."))));
    }

    @Override
    public CompletionStage<JobFigures> progress(UUID jobId) {
        return CompletableFuture.completedFuture(figures);
    }

    private CompletionStage<ObjectExplanation> why(UUID jobId, String subject) {
        return CompletableFuture.completedFuture(subject).thenApply(text -> explanation.apply(jobId, text));
    }
}
