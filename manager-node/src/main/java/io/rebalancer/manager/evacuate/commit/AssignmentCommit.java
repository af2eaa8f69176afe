package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.settings.EvacuateSettings.CommitSettings;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.CommitRule;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Commits the metadata of one assignment. All records of an object are updated to the same new copy: a snaplink that is
 * left behind would name a node that is about to go.
 *
 * <pre>
 * read all records of the objects ─► records to swap, by shard ─► batch write, all or none
 *                                │                                    └none─► one by one, each read again
 *                                └─► other records ─► one by one
 * </pre>
 *
 * A commit may be repeated: the second one finds the records relocated.
 */
final class AssignmentCommit {
    private final MetadataTier tier;
    private final MetadataCalls calls;
    private final StorageNodeId leaving;
    private final CopyLocation destination;
    private final InFlightAssignment inFlight;
    private final RecordSwap recordSwap;
    private final int batchSize;

    AssignmentCommit(
            MetadataTier tier,
            MetadataCalls calls,
            CommitSettings settings,
            StorageNodeId leaving,
            InFlightAssignment inFlight) {
        this.tier = tier;
        this.calls = calls;
        this.leaving = leaving;
        this.inFlight = inFlight;
        this.destination = inFlight.assignment().destination();
        this.batchSize = settings.batchSize();
        this.recordSwap = new RecordSwap(tier, calls, leaving, destination, settings.maxAttempts());
    }

    /** A record of a copied object, with its current content; empty content if it is deleted. */
    private record AffectedRecord(UUID objectId, RecordRef ref, Optional<MetadataRecord> current) {}

    CompletionStage<CommitResult> run() {
        List<CopyTask> tasks = inFlight.copiedTasks();
        return currentRecords(tasks.stream().map(CopyTask::objectId).toList()).thenCompose(current -> {
            Map<CopyTask, List<AffectedRecord>> affected = new LinkedHashMap<>();
            tasks.forEach(task -> affected.put(task, affected(task, current.getOrDefault(task.objectId(), List.of()))));
            return settle(affected.values().stream().flatMap(List::stream).toList())
                    .thenApply(outcomes -> result(affected, outcomes));
        });
    }

    private CompletionStage<Map<UUID, List<MetadataRecord>>> currentRecords(List<UUID> objects) {
        return inParallel(tier.shards(), shard -> calls.untilAvailable(() -> tier.recordsOf(shard, objects)))
                .thenApply(records -> records.stream()
                        .flatMap(List::stream)
                        .collect(Collectors.groupingBy(MetadataRecord::objectId)));
    }

    /** The scanned record comes first, then the other records that name the leaving node or the destination. */
    private List<AffectedRecord> affected(CopyTask task, List<MetadataRecord> records) {
        Map<RecordRef, MetadataRecord> byRef =
                records.stream().collect(Collectors.toMap(MetadataRecord::ref, Function.identity()));
        return Stream.concat(
                        Stream.of(task.record()),
                        records.stream()
                                .filter(record -> record.names(leaving) || record.names(destination.storageNode()))
                                .map(MetadataRecord::ref))
                .distinct()
                .map(ref -> new AffectedRecord(task.objectId(), ref, Optional.ofNullable(byRef.get(ref))))
                .toList();
    }

    private CompletionStage<Map<AffectedRecord, RecordSwap.Outcome>> settle(List<AffectedRecord> affected) {
        Map<Boolean, List<AffectedRecord>> bySwap = affected.stream().collect(Collectors.partitioningBy(this::isSwap));
        CompletionStage<Map<AffectedRecord, RecordSwap.Outcome>> single =
                swapOneByOne(bySwap.getOrDefault(false, List.of()));
        CompletionStage<Map<AffectedRecord, RecordSwap.Outcome>> batched = inParallel(
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
        Map<Integer, List<AffectedRecord>> byShard =
                swaps.stream().collect(Collectors.groupingBy(each -> each.ref().shard()));
        List<List<AffectedRecord>> batches = new ArrayList<>();
        for (List<AffectedRecord> ofShard : byShard.values()) {
            for (int from = 0; from < ofShard.size(); from += batchSize) {
                batches.add(ofShard.subList(from, Math.min(ofShard.size(), from + batchSize)));
            }
        }
        return batches;
    }

    /** A batch fails as a whole if one record has changed or can't be updated; its records are then swapped one by one. */
    private CompletionStage<Map<AffectedRecord, RecordSwap.Outcome>> swapBatch(List<AffectedRecord> batch) {
        if (batch.size() == 1) {
            return swapOneByOne(batch);
        }
        List<MetadataRecord> records =
                batch.stream().flatMap(each -> each.current().stream()).toList();
        return calls.whileHeld(() -> tier.moveCopies(records, leaving, destination))
                .exceptionally(failure -> false)
                .thenCompose(replaced -> replaced
                        ? CompletableFuture.completedFuture(batch.stream()
                                .collect(Collectors.toMap(Function.identity(), each -> new RecordSwap.Relocated())))
                        : swapOneByOne(batch));
    }

    private CompletionStage<Map<AffectedRecord, RecordSwap.Outcome>> swapOneByOne(List<AffectedRecord> records) {
        return inParallel(
                        records,
                        each -> recordSwap
                                .swap(each.ref(), each.objectId(), each.current())
                                .thenApply(outcome -> Map.of(each, outcome)))
                .thenApply(AssignmentCommit::merged);
    }

    private static Map<AffectedRecord, RecordSwap.Outcome> merged(
            Collection<? extends Map<AffectedRecord, ? extends RecordSwap.Outcome>> parts) {
        Map<AffectedRecord, RecordSwap.Outcome> all = new HashMap<>();
        parts.forEach(all::putAll);
        return all;
    }

    /** Makes all calls at once; {@link MetadataCalls} limits how many are in progress. */
    private static <A, B> CompletionStage<List<B>> inParallel(
            Collection<A> inputs, Function<A, CompletionStage<B>> call) {
        List<CompletableFuture<B>> answers = inputs.stream()
                .map(each -> call.apply(each).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private CommitResult result(
            Map<CopyTask, List<AffectedRecord>> affected, Map<AffectedRecord, RecordSwap.Outcome> outcomes) {
        CommitResult sum = CommitResult.none(inFlight.assignment().id());
        for (Map.Entry<CopyTask, List<AffectedRecord>> each : affected.entrySet()) {
            List<RecordRef> refs =
                    each.getValue().stream().map(AffectedRecord::ref).toList();
            List<RecordSwap.Outcome> ofTask =
                    each.getValue().stream().map(outcomes::get).toList();
            sum = sum.plus(result(each.getKey(), refs, ofTask));
        }
        return sum;
    }

    private CommitResult result(CopyTask task, List<RecordRef> refs, List<RecordSwap.Outcome> outcomes) {
        long relocated = 0;
        List<UnmovedRecord> failures = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof RecordSwap.Relocated) {
                relocated++;
            } else if (outcomes.get(i) instanceof RecordSwap.Unmoved unmoved) {
                failures.add(
                        new UnmovedRecord(refs.get(i), UnmovedRecord.Kind.FAILED, unmoved.reason(), unmoved.detail()));
            }
        }
        UUID assignmentId = inFlight.assignment().id();
        if (relocated > 0) {
            SettledCounts tally = new SettledCounts(1, 0, 0, relocated - 1, task.sizeBytes());
            return new CommitResult(assignmentId, tally, failures, List.of());
        }
        if (!failures.isEmpty()) {
            return new CommitResult(assignmentId, SettledCounts.ZERO, failures, List.of());
        }
        boolean gone = outcomes.get(0) instanceof RecordSwap.ChangedByUser changed
                && changed.verdict() == CommitRule.Verdict.GONE;
        SettledCounts tally = gone ? new SettledCounts(0, 0, 1, 0, 0) : new SettledCounts(0, 1, 0, 0, 0);
        return new CommitResult(assignmentId, tally, List.of(), List.of(task.objectId()));
    }
}
