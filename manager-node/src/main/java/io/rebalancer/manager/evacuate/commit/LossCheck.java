package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.LossRule;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.text.OneLine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads the record of each object that an agent reports as lost, and lets {@link LossRule} decide. */
final class LossCheck {

    private LossCheck() {}

    /**
     * Returns the reports that are not confirmed, with the reason that holds instead.
     *
     * @return fails only if the job has stopped
     */
    static CompletionStage<List<UnmovedRecord>> of(MetadataCalls calls, InFlightAssignment inFlight) {
        Map<RecordRef, UnmovedRecord> reported = inFlight.copyFailures().stream()
                .filter(LossRule::appliesTo)
                .collect(Collectors.toMap(UnmovedRecord::record, Function.identity(), (one, same) -> one));
        if (reported.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<CompletableFuture<UnmovedRecord>> judged = inFlight.assignment().tasks().stream()
                .flatMap(task -> Optional.ofNullable(reported.get(task.record())).stream()
                        .map(each -> judge(calls, task, each)))
                .toList();
        return CompletableFuture.allOf(judged.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> judged.stream()
                        .map(CompletableFuture::join)
                        .filter(each -> !LossRule.appliesTo(each))
                        .toList());
    }

    private static CompletableFuture<UnmovedRecord> judge(MetadataCalls calls, CopyTask task, UnmovedRecord reported) {
        return calls.read(task.record())
                .handle((live, failure) -> {
                    if (failure == null) {
                        return LossRule.judge(task, reported, live);
                    }
                    Throwable cause = Failures.rootCause(failure);
                    if (cause instanceof CancellationException) {
                        throw new CompletionException(cause);
                    }
                    return LossRule.unread(reported, OneLine.of(cause));
                })
                .toCompletableFuture();
    }
}
