package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.UnmovedRecords;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A fixed list of unmoved records, whose first reads may fail. */
final class ListedRecords implements UnmovedRecords {
    private final List<RecordRef> listed;
    private final AtomicInteger failures;

    ListedRecords(List<RecordRef> listed, int failures) {
        this.listed =
                listed.stream().sorted(Comparator.comparing(RecordRef::key)).toList();
        this.failures = new AtomicInteger(failures);
    }

    @Override
    public CompletionStage<Boolean> includes(UUID jobId, long revision) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletionStage<Page> withReasons(
            UUID jobId, int shard, Set<Reason> reasons, int pass, String after, int limit) {
        return page(jobId, shard, 0, after, limit);
    }

    @Override
    public CompletionStage<Page> page(UUID jobId, int shard, int pass, String after, int limit) {
        if (failures.getAndDecrement() > 0) {
            return CompletableFuture.failedFuture(new IOException("the database restarts"));
        }
        List<RecordRef> page = listed.stream()
                .filter(ref -> ref.shard() == shard && ref.key().compareTo(after) > 0)
                .limit(limit)
                .toList();
        String end = page.isEmpty() ? after : page.get(page.size() - 1).key();
        return CompletableFuture.completedFuture(new Page(page, end, page.size() < limit));
    }
}
