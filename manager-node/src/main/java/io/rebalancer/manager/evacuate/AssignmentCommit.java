package io.rebalancer.manager.evacuate;

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
 * Switches the metadata of one assignment. All records of an object are switched to the same new copy: a snaplink left
 * behind would point to a node that is about to go.
 *
 * <pre>
 * all records of the objects, as they are NOW ─► those to be switched, by shard ─► batch: all or none
 *                                                                                    none ─► each by itself, read anew
 *                                            ─► the others, each by itself
 * </pre>
 *
 * Running it twice is safe; the second run finds the records moved.
 */
final class AssignmentCommit {
    private final MetadataTier tier;
    private final MetadataCalls calls;
    private final StorageNodeId leaving;
    private final CopyLocation destination;
    private final InFlightAssignment inFlight;
    private final RecordSwap move;
    private final int batchSize;

    AssignmentCommit(JobContext parts, MetadataCalls calls, StorageNodeId leaving, InFlightAssignment inFlight) {
        this.tier = parts.tier();
        this.calls = calls;
        this.leaving = leaving;
        this.inFlight = inFlight;
        this.destination = inFlight.assignment().destination();
        this.batchSize = parts.settings().commitBatch();
        this.move = new RecordSwap(
                tier, calls, leaving, destination, parts.settings().commitAttempts());
    }

    /** One record of an object that was copied. */
    private record Concerned(UUID objectId, RecordRef ref, Optional<MetadataRecord> live) {}

    CompletionStage<CommitResult> run() {
        List<CopyTask> tasks = inFlight.copiedTasks();
        return liveRecords(tasks.stream().map(CopyTask::objectId).toList()).thenCompose(live -> {
            Map<CopyTask, List<Concerned>> concerned = new LinkedHashMap<>();
            tasks.forEach(task -> concerned.put(task, concerned(task, live.getOrDefault(task.objectId(), List.of()))));
            return settle(concerned.values().stream().flatMap(List::stream).toList())
                    .thenApply(outcomes -> result(concerned, outcomes));
        });
    }

    private CompletionStage<Map<UUID, List<MetadataRecord>>> liveRecords(List<UUID> objects) {
        return all(tier.shards(), shard -> calls.untilAvailable(() -> tier.recordsOf(shard, objects)))
                .thenApply(records -> records.stream()
                        .flatMap(List::stream)
                        .collect(Collectors.groupingBy(MetadataRecord::objectId)));
    }

    /** The record that asked for the move comes first, then the others that concern this copy. */
    private List<Concerned> concerned(CopyTask task, List<MetadataRecord> records) {
        Map<RecordRef, MetadataRecord> byRef =
                records.stream().collect(Collectors.toMap(MetadataRecord::ref, Function.identity()));
        return Stream.concat(
                        Stream.of(task.record()),
                        records.stream()
                                .filter(record -> record.lists(leaving) || record.lists(destination.storageNode()))
                                .map(MetadataRecord::ref))
                .distinct()
                .map(ref -> new Concerned(task.objectId(), ref, Optional.ofNullable(byRef.get(ref))))
                .toList();
    }

    private CompletionStage<Map<Concerned, RecordSwap.Outcome>> settle(List<Concerned> concerned) {
        Map<Boolean, List<Concerned>> bySwap = concerned.stream().collect(Collectors.partitioningBy(this::isSwap));
        CompletionStage<Map<Concerned, RecordSwap.Outcome>> single = singly(bySwap.getOrDefault(false, List.of()));
        CompletionStage<Map<Concerned, RecordSwap.Outcome>> batched = all(
                        batches(bySwap.getOrDefault(true, List.of())), this::together)
                .thenApply(AssignmentCommit::merged);
        return single.thenCombine(batched, (one, other) -> merged(List.of(one, other)));
    }

    private boolean isSwap(Concerned each) {
        return each.live().isPresent()
                && CommitRule.judge(each.live(), each.objectId(), leaving, destination.storageNode())
                        == CommitRule.Verdict.SWAP;
    }

    private List<List<Concerned>> batches(List<Concerned> swaps) {
        Map<Integer, List<Concerned>> byShard =
                swaps.stream().collect(Collectors.groupingBy(each -> each.ref().shard()));
        List<List<Concerned>> batches = new ArrayList<>();
        for (List<Concerned> ofShard : byShard.values()) {
            for (int from = 0; from < ofShard.size(); from += batchSize) {
                batches.add(ofShard.subList(from, Math.min(ofShard.size(), from + batchSize)));
            }
        }
        return batches;
    }

    /** One record that changed meanwhile, or can't be switched, spoils the whole batch; then each goes by itself. */
    private CompletionStage<Map<Concerned, RecordSwap.Outcome>> together(List<Concerned> batch) {
        if (batch.size() == 1) {
            return singly(batch);
        }
        List<MetadataRecord> records =
                batch.stream().flatMap(each -> each.live().stream()).toList();
        return calls.whileHeld(() -> tier.moveCopies(records, leaving, destination))
                .exceptionally(failure -> false)
                .thenCompose(replaced -> replaced
                        ? CompletableFuture.completedFuture(batch.stream()
                                .collect(Collectors.toMap(Function.identity(), each -> new RecordSwap.Moved())))
                        : singly(batch));
    }

    private CompletionStage<Map<Concerned, RecordSwap.Outcome>> singly(List<Concerned> each) {
        return all(
                        each,
                        one -> move.move(one.ref(), one.objectId(), one.live())
                                .thenApply(outcome -> Map.of(one, outcome)))
                .thenApply(AssignmentCommit::merged);
    }

    private static Map<Concerned, RecordSwap.Outcome> merged(
            Collection<? extends Map<Concerned, ? extends RecordSwap.Outcome>> parts) {
        Map<Concerned, RecordSwap.Outcome> all = new HashMap<>();
        parts.forEach(all::putAll);
        return all;
    }

    /** All of them at once; how many calls run at a time is up to {@link MetadataCalls}. */
    private static <A, B> CompletionStage<List<B>> all(Collection<A> each, Function<A, CompletionStage<B>> call) {
        List<CompletableFuture<B>> answers =
                each.stream().map(one -> call.apply(one).toCompletableFuture()).toList();
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private CommitResult result(Map<CopyTask, List<Concerned>> concerned, Map<Concerned, RecordSwap.Outcome> outcomes) {
        CommitResult sum = CommitResult.none(inFlight.assignment().id());
        for (Map.Entry<CopyTask, List<Concerned>> each : concerned.entrySet()) {
            List<RecordRef> refs = each.getValue().stream().map(Concerned::ref).toList();
            List<RecordSwap.Outcome> of =
                    each.getValue().stream().map(outcomes::get).toList();
            sum = sum.plus(result(each.getKey(), refs, of));
        }
        return sum;
    }

    private CommitResult result(CopyTask task, List<RecordRef> refs, List<RecordSwap.Outcome> outcomes) {
        long moved = 0;
        List<UnmovedRecord> failures = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof RecordSwap.Moved) {
                moved++;
            } else if (outcomes.get(i) instanceof RecordSwap.NotMoved not) {
                failures.add(new UnmovedRecord(refs.get(i), UnmovedRecord.Kind.FAILED, not.reason(), not.detail()));
            }
        }
        UUID assignmentId = inFlight.assignment().id();
        if (moved > 0) {
            SettledCounts tally = new SettledCounts(1, 0, 0, moved - 1, task.sizeBytes());
            return new CommitResult(assignmentId, tally, failures, List.of());
        }
        if (!failures.isEmpty()) {
            return new CommitResult(assignmentId, SettledCounts.ZERO, failures, List.of());
        }
        boolean gone = outcomes.get(0) instanceof RecordSwap.NotOurs not && not.verdict() == CommitRule.Verdict.GONE;
        SettledCounts tally = gone ? new SettledCounts(0, 0, 1, 0, 0) : new SettledCounts(0, 1, 0, 0, 0);
        return new CommitResult(assignmentId, tally, List.of(), List.of(task.objectId()));
    }
}
