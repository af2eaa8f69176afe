package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.settings.EvacuateSettings.CommitSettings;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.CommitRule;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.text.OneLine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the metadata of one assignment. All records of an object are updated to the same new copy: a snaplink that is
 * left behind would name a node that is about to go. Each shard's part is independent of the others.
 *
 * <pre>
 * for each shard: find all records of the objects ─► records to swap ─► batch write, all or none
 *                   │                                               └none─► one by one, each read again if in doubt
 *                   ├─► other records ─► one by one
 *                   └─► shard away: its records stay unmoved
 * all shards ─► objects that no record is known to name, but a write was sent for ─► search all shards again
 * </pre>
 *
 * A commit may be repeated: the second one finds the records relocated.
 */
final class AssignmentCommit {
    private static final Logger LOGGER = LoggerFactory.getLogger(AssignmentCommit.class);

    private final MetadataCalls calls;
    private final StorageNodeId leaving;
    private final CopyLocation destination;
    private final InFlightAssignment inFlight;
    private final boolean resumed;
    private final RecordSwap recordSwap;
    private final int batchSize;

    /** @param resumed whether an earlier incarnation of the job may have sent writes for this assignment */
    AssignmentCommit(
            MetadataCalls calls,
            CommitSettings settings,
            StorageNodeId leaving,
            InFlightAssignment inFlight,
            boolean resumed) {
        this.calls = calls;
        this.leaving = leaving;
        this.inFlight = inFlight;
        this.resumed = resumed;
        this.destination = inFlight.assignment().destination();
        this.batchSize = settings.batchSize();
        this.recordSwap = new RecordSwap(calls, leaving, destination, settings.maxAttempts(), settings.shardTimeout());
    }

    /** A record of a copied object, with its current content; empty content if it is deleted or was not found. */
    private record AffectedRecord(UUID objectId, RecordRef ref, Optional<MetadataRecord> current) {}

    /** @param searched whether the shard was asked for all records of the objects, and answered */
    private record ShardPart(boolean searched, Map<AffectedRecord, RecordSwap.Ended> ended) {}

    /** Fails only if the job has stopped, or because of a bug. */
    CompletionStage<CommitResult> run() {
        List<CopyTask> tasks = inFlight.copiedTasks();
        return inParallel(shards(tasks), shard -> commitShard(shard, tasks)).thenCompose(parts -> settle(tasks, parts));
    }

    /** A record may be on a shard that is no longer configured; it must end all the same. */
    private Set<Integer> shards(List<CopyTask> tasks) {
        Set<Integer> all = new TreeSet<>(calls.shards());
        tasks.forEach(task -> all.add(task.record().shard()));
        return all;
    }

    private CompletionStage<ShardPart> commitShard(int shard, List<CopyTask> tasks) {
        return calls.recordsOf(shard, objectsOf(tasks))
                .handle((records, failure) -> failure == null
                        ? swap(affected(shard, tasks, records)).thenApply(ended -> new ShardPart(true, ended))
                        : withoutSearch(affected(shard, tasks, List.of()), Failures.rootCause(failure)))
                .thenCompose(Function.identity());
    }

    private static List<UUID> objectsOf(List<CopyTask> tasks) {
        return tasks.stream().map(CopyTask::objectId).toList();
    }

    /** The scanned records are known without a search, and may be reached by their keys if only the search is refused. */
    private CompletionStage<ShardPart> withoutSearch(List<AffectedRecord> scanned, Throwable failure) {
        logFailedSearch(failure);
        CompletionStage<Map<AffectedRecord, RecordSwap.Ended>> ended = failure instanceof ShardAway
                ? CompletableFuture.completedFuture(all(scanned, recordSwap.unmoved(failure)))
                : swapOneByOne(scanned, RecordSwap.Known.UNTOUCHED);
        return ended.thenApply(each -> new ShardPart(false, each));
    }

    private void logFailedSearch(Throwable failure) {
        if (failure instanceof ShardAway) {
            return; // MetadataShards logs each outage once.
        }
        LOGGER.warn(
                "assignment={} snaplinks of its objects may be unknown, so copies that no record names are kept: {}",
                inFlight.assignment().id(),
                OneLine.of(failure));
    }

    /** For each task its scanned record, then the other records that name the leaving node or the destination. */
    private List<AffectedRecord> affected(int shard, List<CopyTask> tasks, List<MetadataRecord> records) {
        Map<RecordRef, MetadataRecord> byRef = records.stream()
                .collect(Collectors.toMap(MetadataRecord::ref, Function.identity(), (one, same) -> one));
        Map<UUID, List<MetadataRecord>> byObject =
                records.stream().collect(Collectors.groupingBy(MetadataRecord::objectId));
        return tasks.stream()
                .flatMap(task -> Stream.concat(
                                Stream.of(task.record()).filter(ref -> ref.shard() == shard),
                                byObject.getOrDefault(task.objectId(), List.of()).stream()
                                        .filter(record ->
                                                record.names(leaving) || record.names(destination.storageNode()))
                                        .map(MetadataRecord::ref))
                        .distinct()
                        .map(ref -> new AffectedRecord(task.objectId(), ref, Optional.ofNullable(byRef.get(ref)))))
                .toList();
    }

    private CompletionStage<Map<AffectedRecord, RecordSwap.Ended>> swap(List<AffectedRecord> affected) {
        Map<Boolean, List<AffectedRecord>> bySwap = affected.stream().collect(Collectors.partitioningBy(this::isSwap));
        CompletionStage<Map<AffectedRecord, RecordSwap.Ended>> single =
                swapOneByOne(bySwap.getOrDefault(false, List.of()), RecordSwap.Known.UNTOUCHED);
        CompletionStage<Map<AffectedRecord, RecordSwap.Ended>> batched = inParallel(
                        batches(bySwap.getOrDefault(true, List.of())), this::swapBatch)
                .thenApply(AssignmentCommit::merged);
        return single.thenCombine(batched, (one, other) -> merged(List.of(one, other)));
    }

    private boolean isSwap(AffectedRecord each) {
        return each.current().isPresent()
                && CommitRule.judge(each.current(), each.objectId(), leaving, destination.storageNode())
                        == CommitRule.Verdict.SWAP;
    }

    private List<List<AffectedRecord>> batches(List<AffectedRecord> swaps) {
        List<List<AffectedRecord>> batches = new ArrayList<>();
        for (int from = 0; from < swaps.size(); from += batchSize) {
            batches.add(swaps.subList(from, Math.min(swaps.size(), from + batchSize)));
        }
        return batches;
    }

    private CompletionStage<Map<AffectedRecord, RecordSwap.Ended>> swapBatch(List<AffectedRecord> batch) {
        if (batch.size() == 1) {
            return swapOneByOne(batch, RecordSwap.Known.UNTOUCHED);
        }
        List<MetadataRecord> records =
                batch.stream().flatMap(each -> each.current().stream()).toList();
        return calls.moveCopies(records, leaving, destination)
                .handle((replaced, failure) -> {
                    if (failure != null) {
                        return afterFailedBatch(batch, Failures.rootCause(failure));
                    }
                    return replaced
                            ? CompletableFuture.completedFuture(relocated(batch))
                            : swapOneByOne(batch, RecordSwap.Known.REJECTED);
                })
                .thenCompose(Function.identity());
    }

    /** A batch fails as a whole if one record has changed or can't be updated; its records are then swapped one by one. */
    private CompletionStage<Map<AffectedRecord, RecordSwap.Ended>> afterFailedBatch(
            List<AffectedRecord> batch, Throwable cause) {
        if (cause instanceof CancellationException) {
            return CompletableFuture.failedFuture(cause);
        }
        if (cause instanceof ShardAway || cause instanceof DestinationRefused) {
            return CompletableFuture.completedFuture(all(batch, recordSwap.unmoved(cause)));
        }
        return swapOneByOne(
                batch, cause instanceof TierUnavailable ? RecordSwap.Known.IN_DOUBT : RecordSwap.Known.REJECTED);
    }

    private static Map<AffectedRecord, RecordSwap.Ended> relocated(List<AffectedRecord> batch) {
        RecordSwap.Ended ended = new RecordSwap.Ended(new RecordSwap.Relocated(true), true);
        return batch.stream().collect(Collectors.toMap(Function.identity(), each -> ended));
    }

    /** The outcome of records for which nothing was sent. */
    private static Map<AffectedRecord, RecordSwap.Ended> all(List<AffectedRecord> records, RecordSwap.Outcome outcome) {
        return records.stream()
                .collect(Collectors.toMap(Function.identity(), each -> new RecordSwap.Ended(outcome, false)));
    }

    private CompletionStage<Map<AffectedRecord, RecordSwap.Ended>> swapOneByOne(
            List<AffectedRecord> records, RecordSwap.Known known) {
        return inParallel(
                        records,
                        each -> recordSwap
                                .swap(each.ref(), each.objectId(), each.current(), known)
                                .thenApply(ended -> Map.of(each, ended)))
                .thenApply(AssignmentCommit::merged);
    }

    private static Map<AffectedRecord, RecordSwap.Ended> merged(
            Collection<? extends Map<AffectedRecord, RecordSwap.Ended>> parts) {
        Map<AffectedRecord, RecordSwap.Ended> all = new HashMap<>();
        parts.forEach(all::putAll);
        return all;
    }

    /** Makes all calls at once; {@link CallSlots} limits how many are in progress. */
    private static <A, B> CompletionStage<List<B>> inParallel(
            Collection<A> inputs, Function<A, CompletionStage<B>> call) {
        List<CompletableFuture<B>> answers = inputs.stream()
                .map(each -> call.apply(each).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private CompletionStage<CommitResult> settle(List<CopyTask> tasks, List<ShardPart> parts) {
        boolean allSearched = parts.stream().allMatch(ShardPart::searched);
        Map<UUID, Map<RecordRef, RecordSwap.Ended>> byObject = new HashMap<>();
        parts.forEach(part -> part.ended()
                .forEach((record, ended) -> byObject.computeIfAbsent(record.objectId(), id -> new LinkedHashMap<>())
                        .put(record.ref(), ended)));
        List<ObjectOutcome> outcomes = tasks.stream()
                .map(task -> new ObjectOutcome(task, byObject.getOrDefault(task.objectId(), Map.of()), resumed))
                .toList();
        Map<UUID, ObjectOutcome.Copy> copies = outcomes.stream()
                .collect(Collectors.toMap(ObjectOutcome::objectId, each -> each.copy(allSearched), (one, same) -> one));
        return unnamed(copies).thenApply(decided -> {
            CommitResult none = CommitResult.none(inFlight.assignment().id());
            return outcomes.stream()
                    .map(each -> each.result(
                            inFlight.assignment().id(),
                            decided.getOrDefault(each.objectId(), ObjectOutcome.Copy.DOUBTFUL)))
                    .reduce(none, CommitResult::plus);
        });
    }

    /**
     * Decides on the copies for which a write was sent, and which no record is known to name. A user may have made a
     * snaplink of a record between its write and its removal, on a shard that had been searched before. So all shards are
     * searched again.
     */
    private CompletionStage<Map<UUID, ObjectOutcome.Copy>> unnamed(Map<UUID, ObjectOutcome.Copy> copies) {
        List<UUID> uncertain = copies.entrySet().stream()
                .filter(each -> each.getValue() == ObjectOutcome.Copy.TO_BE_SEARCHED)
                .map(Map.Entry::getKey)
                .toList();
        if (uncertain.isEmpty()) {
            return CompletableFuture.completedFuture(copies);
        }
        return inParallel(calls.shards(), shard -> namedOn(shard, uncertain)).thenApply(found -> {
            boolean allAnswered = found.stream().allMatch(Optional::isPresent);
            Set<UUID> named = found.stream()
                    .flatMap(Optional::stream)
                    .flatMap(Set::stream)
                    .collect(Collectors.toSet());
            Map<UUID, ObjectOutcome.Copy> decided = new HashMap<>(copies);
            for (UUID object : uncertain) {
                ObjectOutcome.Copy unnamed = allAnswered ? ObjectOutcome.Copy.UNWANTED : ObjectOutcome.Copy.DOUBTFUL;
                decided.put(object, named.contains(object) ? ObjectOutcome.Copy.NAMED : unnamed);
            }
            return decided;
        });
    }

    /** The objects that a record of the shard names at the destination; empty if the shard can't tell. */
    private CompletionStage<Optional<Set<UUID>>> namedOn(int shard, List<UUID> objects) {
        return calls.recordsOf(shard, objects).handle((records, failure) -> {
            if (failure != null) {
                if (Failures.rootCause(failure) instanceof CancellationException stopped) {
                    throw new CompletionException(stopped);
                }
                logFailedSearch(Failures.rootCause(failure));
                return Optional.empty();
            }
            return Optional.of(records.stream()
                    .filter(record -> record.names(destination.storageNode()))
                    .map(MetadataRecord::objectId)
                    .collect(Collectors.toCollection(HashSet::new)));
        });
    }
}
