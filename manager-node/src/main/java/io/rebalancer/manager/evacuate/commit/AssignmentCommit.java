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

    /** Not a map: the content of a record takes long to hash. */
    private record EndedRecord(AffectedRecord record, RecordSwap.Ended ended) {}

    /** @param searched whether the shard was asked for all records of the objects, and answered */
    private record ShardPart(int shard, boolean searched, List<EndedRecord> ended) {}

    /**
     * Starts the commit. A shard with scanned records is committed as soon as it has answered. The other shards follow when
     * all have answered: most have no record of the objects, so an assignment must not pay for each of them.
     *
     * @param search includes this assignment
     * @return fails only if the job has stopped, or because of a bug
     */
    CompletionStage<CommitResult> run(SharedSearch search) {
        List<CopyTask> tasks = inFlight.copiedTasks();
        List<UUID> objects = tasks.stream().map(CopyTask::objectId).toList();
        Map<Integer, List<CopyTask>> byShard = tasks.stream()
                .collect(Collectors.groupingBy(task -> task.record().shard()));
        // A record may be on a shard that is no longer configured; it must end all the same.
        CompletionStage<List<ShardPart>> scanned = inParallel(
                byShard.keySet(),
                shard -> search.on(shard)
                        .thenCompose(answer -> commitShard(answer, byShard.getOrDefault(shard, List.of()), objects)));
        CompletionStage<List<ShardPart>> further = search.concerning(objects)
                .thenCompose(answers -> inParallel(
                        answers.stream()
                                .filter(each -> !byShard.containsKey(each.shard()))
                                .toList(),
                        answer -> commitShard(answer, List.of(), objects)));
        return scanned.thenCombine(
                        further,
                        (some, more) ->
                                Stream.concat(some.stream(), more.stream()).toList())
                .thenCompose(parts -> settle(tasks, parts))
                .thenCombine(LossCheck.of(calls, inFlight), CommitResult::withFailures);
    }

    /** @param scanned the tasks whose own record is on the shard */
    private CompletionStage<ShardPart> commitShard(
            SharedSearch.Answer answer, List<CopyTask> scanned, List<UUID> objects) {
        return answer.failure().isPresent()
                ? withoutSearch(
                        answer.shard(),
                        affected(scanned, List.of()),
                        answer.failure().get())
                : swap(affected(scanned, answer.of(objects)))
                        .thenApply(ended -> new ShardPart(answer.shard(), true, ended));
    }

    /** The scanned records are known without a search, and may be reached by their keys if only the search is refused. */
    private CompletionStage<ShardPart> withoutSearch(int shard, List<AffectedRecord> scanned, Throwable failure) {
        logFailedSearch(failure);
        CompletionStage<List<EndedRecord>> ended = failure instanceof ShardAway
                ? CompletableFuture.completedFuture(all(scanned, recordSwap.unmoved(failure)))
                : swapOneByOne(scanned, RecordSwap.Known.UNTOUCHED);
        return ended.thenApply(each -> new ShardPart(shard, false, each));
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

    /** The scanned records, then the other records that name the leaving node or the destination. */
    private List<AffectedRecord> affected(List<CopyTask> scanned, List<MetadataRecord> records) {
        if (scanned.isEmpty() && records.isEmpty()) {
            return List.of();
        }
        Map<RecordRef, MetadataRecord> byRef = new LinkedHashMap<>();
        records.forEach(record -> byRef.putIfAbsent(record.ref(), record));
        List<AffectedRecord> affected = new ArrayList<>();
        Map<RecordRef, UUID> own = new HashMap<>();
        for (CopyTask task : scanned) {
            own.put(task.record(), task.objectId());
            affected.add(
                    new AffectedRecord(task.objectId(), task.record(), Optional.ofNullable(byRef.get(task.record()))));
        }
        for (MetadataRecord record : byRef.values()) {
            boolean further = !record.objectId().equals(own.get(record.ref()));
            if (further && (record.names(leaving) || record.names(destination.storageNode()))) {
                affected.add(new AffectedRecord(record.objectId(), record.ref(), Optional.of(record)));
            }
        }
        return affected;
    }

    private CompletionStage<List<EndedRecord>> swap(List<AffectedRecord> affected) {
        if (affected.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        Map<Boolean, List<AffectedRecord>> bySwap = affected.stream().collect(Collectors.partitioningBy(this::isSwap));
        CompletionStage<List<EndedRecord>> single =
                swapOneByOne(bySwap.getOrDefault(false, List.of()), RecordSwap.Known.UNTOUCHED);
        CompletionStage<List<EndedRecord>> batched = inParallel(
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

    private CompletionStage<List<EndedRecord>> swapBatch(List<AffectedRecord> batch) {
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
    private CompletionStage<List<EndedRecord>> afterFailedBatch(List<AffectedRecord> batch, Throwable cause) {
        if (cause instanceof CancellationException) {
            return CompletableFuture.failedFuture(cause);
        }
        if (cause instanceof ShardAway || cause instanceof DestinationRefused) {
            return CompletableFuture.completedFuture(all(batch, recordSwap.unmoved(cause)));
        }
        return swapOneByOne(
                batch, cause instanceof TierUnavailable ? RecordSwap.Known.IN_DOUBT : RecordSwap.Known.REJECTED);
    }

    private static List<EndedRecord> relocated(List<AffectedRecord> batch) {
        RecordSwap.Ended ended = new RecordSwap.Ended(new RecordSwap.Relocated(true), true);
        return batch.stream().map(each -> new EndedRecord(each, ended)).toList();
    }

    /** The outcome of records for which nothing was sent. */
    private static List<EndedRecord> all(List<AffectedRecord> records, RecordSwap.Outcome outcome) {
        RecordSwap.Ended ended = new RecordSwap.Ended(outcome, false);
        return records.stream().map(each -> new EndedRecord(each, ended)).toList();
    }

    private CompletionStage<List<EndedRecord>> swapOneByOne(List<AffectedRecord> records, RecordSwap.Known known) {
        return inParallel(
                records,
                each -> recordSwap
                        .swap(each.ref(), each.objectId(), each.current(), known)
                        .thenApply(ended -> new EndedRecord(each, ended)));
    }

    private static List<EndedRecord> merged(Collection<List<EndedRecord>> parts) {
        return parts.size() == 1
                ? parts.iterator().next()
                : parts.stream().flatMap(List::stream).toList();
    }

    /** Makes all calls at once; {@link CallSlots} limits how many are in progress. */
    private static <A, B> CompletionStage<List<B>> inParallel(
            Collection<A> inputs, Function<A, CompletionStage<B>> call) {
        if (inputs.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<CompletableFuture<B>> answers = inputs.stream()
                .map(each -> call.apply(each).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private CompletionStage<CommitResult> settle(List<CopyTask> tasks, List<ShardPart> parts) {
        Set<Integer> unsearched = parts.stream()
                .filter(part -> !part.searched())
                .map(ShardPart::shard)
                .collect(Collectors.toSet());
        Map<UUID, Map<RecordRef, RecordSwap.Ended>> byObject = new HashMap<>();
        for (ShardPart part : parts) {
            for (EndedRecord each : part.ended()) {
                byObject.computeIfAbsent(each.record().objectId(), id -> new LinkedHashMap<>(2))
                        .put(each.record().ref(), each.ended());
            }
        }
        List<ObjectOutcome> outcomes = tasks.stream()
                .map(task -> new ObjectOutcome(task, byObject.getOrDefault(task.objectId(), Map.of()), resumed))
                .toList();
        Map<UUID, ObjectOutcome.Copy> copies = outcomes.stream()
                .collect(Collectors.toMap(
                        ObjectOutcome::objectId, each -> each.copy(unsearched.isEmpty()), (one, same) -> one));
        UUID id = inFlight.assignment().id();
        return unnamed(copies)
                .thenApply(decided -> CommitResult.sum(
                        id,
                        outcomes.stream()
                                .map(each -> each.result(
                                        id, decided.getOrDefault(each.objectId(), ObjectOutcome.Copy.DOUBTFUL)))
                                .toList(),
                        unsearched));
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
