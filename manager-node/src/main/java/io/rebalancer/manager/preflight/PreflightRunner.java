package io.rebalancer.manager.preflight;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.PreflightService;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Runs all checks at the same time, each with the same deadline. A check without an answer until then is a warning. */
public final class PreflightRunner implements PreflightService {
    private final MetadataTier tier;
    private final List<PreflightCheck> checks;
    private final Duration deadline;

    /**
     * @param tier finds the storage node in the fleet's register
     * @param deadline how long a check may take
     */
    PreflightRunner(MetadataTier tier, List<PreflightCheck> checks, Duration deadline) {
        this.tier = tier;
        this.checks = checks.stream()
                .sorted(Comparator.comparing(PreflightCheck::name))
                .toList();
        this.deadline = deadline;
    }

    @Override
    public CompletionStage<List<CheckResult>> check(String leavingNode) {
        PreflightSubject subject = new PreflightSubject(leavingNode, started(() -> tier.findStorageNode(leavingNode)));
        List<CompletableFuture<CheckResult>> results =
                checks.stream().map(each -> result(each, subject)).toList();
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> results.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<CheckResult> result(PreflightCheck check, PreflightSubject subject) {
        return started(() -> check.run(subject))
                .toCompletableFuture()
                .copy()
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> CheckResult.unknown(check.name(), reason(failure)));
    }

    /** A call that throws counts as one that fails. */
    private static <T> CompletionStage<T> started(Supplier<CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private String reason(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return cause instanceof TimeoutException
                ? "no answer within " + deadline.toMillis() + " ms"
                : OneLine.of(cause);
    }
}
