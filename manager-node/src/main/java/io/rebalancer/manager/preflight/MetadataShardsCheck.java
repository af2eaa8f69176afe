package io.rebalancer.manager.preflight;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fails if a metadata shard does not reply. */
final class MetadataShardsCheck implements PreflightCheck {
    private static final int MAX_NAMED = 5;

    private final MetadataTier tier;
    private final Duration timeout;

    /** @param timeout how long a shard may take to reply; shorter than the deadline of the check */
    MetadataShardsCheck(MetadataTier tier, Duration timeout) {
        this.tier = tier;
        this.timeout = timeout;
    }

    @Override
    public CheckName name() {
        return CheckName.METADATA_SHARDS;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        List<Integer> shards = tier.shards();
        CompletionStage<List<String>> faults = CompletableFuture.completedFuture(List.of());
        for (int shard : shards) {
            faults = faults.thenCombine(fault(shard), MetadataShardsCheck::plus);
        }
        return faults.thenApply(found -> found.isEmpty()
                ? CheckResult.pass(name(), "all " + shards.size() + " metadata shards reply")
                : CheckResult.fail(
                        name(),
                        found.size() + " of " + shards.size() + " metadata shards do not reply: "
                                + String.join("; ", found.subList(0, Math.min(MAX_NAMED, found.size())))
                                + (found.size() > MAX_NAMED ? "; ..." : ""),
                        "start these shards, or correct moray-shards; a job waits for each of them"));
    }

    private CompletionStage<Optional<String>> fault(int shard) {
        return tier.ping(shard)
                .toCompletableFuture()
                .copy()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .handle((pong, failure) ->
                        failure == null ? Optional.empty() : Optional.of("shard " + shard + ": " + reason(failure)));
    }

    private String reason(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return cause instanceof TimeoutException ? "no reply within " + timeout.toMillis() + " ms" : OneLine.of(cause);
    }

    private static List<String> plus(List<String> found, Optional<String> more) {
        List<String> all = new ArrayList<>(found);
        more.ifPresent(all::add);
        return all;
    }
}
