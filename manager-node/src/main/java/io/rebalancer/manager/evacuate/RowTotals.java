package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.estimate.RowIds;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.core.text.OneLine;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The lowest and highest row ids of all shards, read once for each pass, one shard after the other. They show how much of the
 * metadata is still to be read. Thread-safe, because shards reply on other threads.
 */
final class RowTotals {
    private final RecordAudit audit;
    private Optional<Map<Integer, RowIds>> known = Optional.empty();
    private String problem = "the number of rows is being read";
    private boolean reading;
    private long generation;

    RowTotals(RecordAudit audit) {
        this.audit = audit;
    }

    /** Forgets what is known: the next pass sees rows that were added since. */
    synchronized void forget() {
        known = Optional.empty();
        problem = "the number of rows is being read";
        reading = false;
        generation++;
    }

    /** Reads the ids, unless they are known or being read. A failed read is repeated with the next call. */
    void read(StorageNodeId leaving) {
        long own;
        synchronized (this) {
            if (reading || known.isPresent()) {
                return;
            }
            reading = true;
            own = generation;
        }
        Map<Integer, RowIds> found = new HashMap<>();
        CompletableFuture.completedStage(null)
                .thenCompose(begin -> next(leaving, audit.shards().iterator(), found))
                .whenComplete((done, failure) -> end(own, found, Optional.ofNullable(failure)));
    }

    private CompletionStage<Void> next(StorageNodeId leaving, Iterator<Integer> shards, Map<Integer, RowIds> found) {
        if (!shards.hasNext()) {
            return CompletableFuture.completedStage(null);
        }
        int shard = shards.next();
        RecordAudit.ShardReader reader = audit.open(shard, leaving);
        return reader.watermark()
                .thenCompose(highest -> first(reader, ScanColumn.ID, highest.highestId())
                        .thenCompose(firstId -> first(reader, ScanColumn.IDX, highest.highestIdx())
                                .thenApply(firstIdx ->
                                        new RowIds(firstId, highest.highestId(), firstIdx, highest.highestIdx()))))
                .thenComposeAsync(rows -> {
                    found.put(shard, rows);
                    return next(leaving, shards, found);
                });
    }

    /** The lowest id of a column. */
    private static CompletionStage<Long> first(RecordAudit.ShardReader reader, ScanColumn column, long highest) {
        return highest < 1
                ? CompletableFuture.completedStage(1L)
                : reader.read(column, 1, highest)
                        .thenApply(rows -> rows.ids().stream().findFirst().orElse(highest));
    }

    private synchronized void end(long own, Map<Integer, RowIds> found, Optional<Throwable> failure) {
        if (own != generation) {
            return;
        }
        reading = false;
        if (failure.isPresent()) {
            problem = "the number of rows can't be read: " + OneLine.of(Failures.rootCause(failure.get()));
        } else {
            known = Optional.of(Map.copyOf(found));
        }
    }

    /** The row ids by shard; empty if they are not known yet. */
    synchronized Optional<Map<Integer, RowIds>> known() {
        return known;
    }

    /** Why they are not known. */
    synchronized String problem() {
        return problem;
    }
}
