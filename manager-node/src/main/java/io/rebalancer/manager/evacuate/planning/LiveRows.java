package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordScan.Row;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.text.OneLine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Replaces rows of a replica or a clone by the live records of the same keys. A row whose live record is gone or no longer
 * names the leaving node is dropped, so no object is copied because of an outdated row.
 */
final class LiveRows {
    private static final int PARALLEL_READS = 8;

    private final MetadataTier tier;
    private final StorageNodeId leaving;

    LiveRows(MetadataTier tier, StorageNodeId leaving) {
        this.tier = tier;
        this.leaving = leaving;
    }

    /**
     * The rows that still name the leaving node, each with its live record. One call finds the records of all objects. A key
     * where that call found nothing (deleted, overwritten or unreadable) costs one more call.
     *
     * @param rows rows of one shard, few enough for one call
     * @return fails with {@link TierUnavailable} if the shard can't reply now
     */
    CompletionStage<List<Row>> of(int shard, List<Row> rows) {
        List<UUID> objects = rows.stream()
                .flatMap(row -> row.record().stream())
                .map(MetadataRecord::objectId)
                .distinct()
                .toList();
        return tier.recordsOf(shard, objects).thenCompose(found -> {
            Map<RecordRef, MetadataRecord> byRef = found.stream()
                    .collect(Collectors.toMap(MetadataRecord::ref, Function.identity(), (one, same) -> one));
            ConcurrencyLimiter limiter = new ConcurrencyLimiter(() -> PARALLEL_READS);
            return present(rows.stream()
                    .map(row -> Optional.ofNullable(byRef.get(row.ref()))
                            .map(record -> CompletableFuture.completedFuture(rowOf(record)))
                            .orElseGet(() -> limiter.run(() -> read(row.ref())).toCompletableFuture()))
                    .toList());
        });
    }

    /**
     * The rows of given records that name the leaving node. Each record costs one call.
     *
     * @return fails with {@link TierUnavailable} if the shard can't reply now
     */
    CompletionStage<List<Row>> at(List<RecordRef> refs) {
        ConcurrencyLimiter limiter = new ConcurrencyLimiter(() -> PARALLEL_READS);
        return present(refs.stream()
                .map(ref -> limiter.run(() -> read(ref)).toCompletableFuture())
                .toList());
    }

    private static CompletionStage<List<Row>> present(List<CompletableFuture<Optional<Row>>> rows) {
        return CompletableFuture.allOf(rows.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> rows.stream()
                        .map(CompletableFuture::join)
                        .flatMap(Optional::stream)
                        .toList());
    }

    /** The tier fails permanently for a row that is no record of an object; an operator must inspect it. */
    private CompletionStage<Optional<Row>> read(RecordRef ref) {
        return tier.read(ref).handle((record, failure) -> {
            if (failure == null) {
                return record.flatMap(this::rowOf);
            }
            Throwable cause = Failures.rootCause(failure);
            if (cause instanceof TierUnavailable) {
                throw new CompletionException(cause);
            }
            return Optional.of(new Row(ref, Optional.empty(), OneLine.of(cause)));
        });
    }

    private Optional<Row> rowOf(MetadataRecord record) {
        return Stream.of(record)
                .filter(each -> each.names(leaving))
                .map(each -> new Row(each.ref(), Optional.of(each), ""))
                .findFirst();
    }
}
