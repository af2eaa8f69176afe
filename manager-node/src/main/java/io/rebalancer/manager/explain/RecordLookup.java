package io.rebalancer.manager.explain;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.explain.FoundRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/**
 * Finds records on all metadata shards, with one call to each. Which shard holds a key is known only to the tier. A shard
 * without an answer at the deadline is reported, and does not hold up the others.
 */
final class RecordLookup {
    private final MetadataTier tier;
    private final Duration deadline;

    /** @param deadline how long a shard may take */
    RecordLookup(MetadataTier tier, Duration deadline) {
        this.tier = tier;
        this.deadline = deadline;
    }

    /**
     * What the shards answered.
     *
     * @param records in the order of their shards
     * @param unknown the shards without an answer, with the cause
     */
    record Result(List<FoundRecord> records, Map<Integer, String> unknown) {}

    private record Answer(int shard, List<FoundRecord> records, Optional<String> failure) {}

    List<Integer> shards() {
        return tier.shards();
    }

    /** All records that name an object. Rows that can't be read are not found by the object's id. Never fails. */
    CompletionStage<Result> ofObject(UUID objectId) {
        return onAll(shard -> tier.recordsOf(shard, Set.of(objectId))
                .thenApply(found -> found.stream()
                        .map(record -> new FoundRecord(record.ref(), Optional.of(record), ""))
                        .toList()));
    }

    /** The records with a key. Never fails. */
    CompletionStage<Result> withKey(String key) {
        return onAll(shard -> read(new RecordRef(shard, key)));
    }

    /** The tier fails permanently for a row that is no record of an object. */
    private CompletionStage<List<FoundRecord>> read(RecordRef ref) {
        return tier.read(ref).handle((record, failure) -> {
            if (failure == null) {
                return record.map(found -> new FoundRecord(ref, record, "")).stream()
                        .toList();
            }
            Throwable cause = Failures.rootCause(failure);
            if (cause instanceof TierUnavailable) {
                throw new CompletionException(cause);
            }
            return List.of(new FoundRecord(ref, Optional.empty(), OneLine.of(cause)));
        });
    }

    private CompletionStage<Result> onAll(IntFunction<CompletionStage<List<FoundRecord>>> call) {
        List<CompletableFuture<Answer>> answers =
                tier.shards().stream().map(shard -> answer(shard, call)).toList();
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done ->
                        result(answers.stream().map(CompletableFuture::join).toList()));
    }

    private CompletableFuture<Answer> answer(int shard, IntFunction<CompletionStage<List<FoundRecord>>> call) {
        return started(shard, call)
                .toCompletableFuture()
                .copy()
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .handle((records, failure) -> failure == null
                        ? new Answer(shard, records, Optional.empty())
                        : new Answer(shard, List.of(), Optional.of(reason(failure))));
    }

    /** A call that throws counts as one that fails. */
    private static CompletionStage<List<FoundRecord>> started(
            int shard, IntFunction<CompletionStage<List<FoundRecord>>> call) {
        try {
            return call.apply(shard);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private String reason(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return cause instanceof TimeoutException
                ? "no answer within " + deadline.toSeconds() + " s"
                : OneLine.of(cause);
    }

    private static Result result(List<Answer> answers) {
        Map<Integer, String> unknown = new TreeMap<>();
        answers.forEach(each -> each.failure().ifPresent(reason -> unknown.put(each.shard(), reason)));
        return new Result(
                answers.stream().flatMap(each -> each.records().stream()).toList(), unknown);
    }
}
