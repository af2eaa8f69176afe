package io.rebalancer.http;

import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.core.port.ExplainService;
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

    @Override
    public CompletionStage<ObjectExplanation> whyObject(UUID jobId, UUID objectId) {
        return why(jobId, objectId.toString());
    }

    @Override
    public CompletionStage<ObjectExplanation> whyKey(UUID jobId, String key) {
        return why(jobId, key);
    }

    private CompletionStage<ObjectExplanation> why(UUID jobId, String subject) {
        return CompletableFuture.completedFuture(subject).thenApply(text -> explanation.apply(jobId, text));
    }
}
