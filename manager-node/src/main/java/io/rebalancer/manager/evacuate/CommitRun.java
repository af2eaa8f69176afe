package io.rebalancer.manager.evacuate;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.ObjectException;
import io.rebalancer.core.evacuate.CommitRule;
import io.rebalancer.core.evacuate.InFlight;
import io.rebalancer.core.evacuate.Tally;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Switches the metadata of one assignment. All records of an object are switched to the same new copy: a snaplink left
 * behind would point to a node that is about to go. Running it twice is safe; the second run finds the records moved.
 */
final class CommitRun {
    private final ActorSystem<?> system;
    private final MetadataTier tier;
    private final Backoff backoff;
    private final StorageNodeId leaving;
    private final InFlight inFlight;
    private final RecordMove move;
    private final int parallelism;

    CommitRun(
            ActorSystem<?> system,
            JobParts parts,
            Backoff backoff,
            StorageNodeId leaving,
            InFlight inFlight,
            int parallelism) {
        this.system = system;
        this.tier = parts.tier();
        this.backoff = backoff;
        this.leaving = leaving;
        this.inFlight = inFlight;
        this.parallelism = parallelism;
        this.move = new RecordMove(
                tier,
                backoff,
                leaving,
                inFlight.assignment().destination(),
                parts.settings().commitAttempts());
    }

    CompletionStage<CommitResult> run() {
        CommitResult none = CommitResult.none(inFlight.assignment().id());
        List<CopyTask> tasks = inFlight.copiedTasks();
        List<UUID> objects = tasks.stream().map(CopyTask::objectId).toList();
        return recordsOf(objects)
                .thenCompose(records -> Source.from(tasks)
                        .mapAsync(parallelism, task -> settle(task, records.getOrDefault(task.objectId(), List.of())))
                        .runFold(none, CommitResult::plus, system));
    }

    private CompletionStage<Map<UUID, List<MetadataRecord>>> recordsOf(List<UUID> objects) {
        Source<MetadataRecord, NotUsed> all = Source.from(tier.shards())
                .mapAsync(4, shard -> backoff.untilAvailable(() -> tier.recordsOf(shard, objects)))
                .mapConcat(records -> records);
        return all.runWith(Sink.seq(), system)
                .thenApply(records -> records.stream().collect(Collectors.groupingBy(MetadataRecord::objectId)));
    }

    /** The record that asked for the move comes first, then the others that concern this copy. */
    private CompletionStage<CommitResult> settle(CopyTask task, List<MetadataRecord> records) {
        StorageNodeId destination = inFlight.assignment().destination().storageNode();
        Map<RecordRef, MetadataRecord> byRef =
                records.stream().collect(Collectors.toMap(MetadataRecord::ref, Function.identity()));
        List<RecordRef> refs = Stream.concat(
                        Stream.of(task.record()),
                        records.stream()
                                .filter(record -> record.lists(leaving) || record.lists(destination))
                                .map(MetadataRecord::ref))
                .distinct()
                .toList();
        CompletionStage<List<RecordMove.Outcome>> outcomes = CompletableFuture.completedFuture(new ArrayList<>());
        for (RecordRef ref : refs) {
            outcomes = outcomes.thenCompose(done -> move.move(ref, task.objectId(), Optional.ofNullable(byRef.get(ref)))
                    .thenApply(outcome -> {
                        done.add(outcome);
                        return done;
                    }));
        }
        return outcomes.thenApply(done -> result(task, refs, done));
    }

    private CommitResult result(CopyTask task, List<RecordRef> refs, List<RecordMove.Outcome> outcomes) {
        long moved = 0;
        List<ObjectException> failures = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof RecordMove.Moved) {
                moved++;
            } else if (outcomes.get(i) instanceof RecordMove.NotMoved not) {
                failures.add(new ObjectException(refs.get(i), ObjectException.Kind.FAILED, not.reason(), not.detail()));
            }
        }
        UUID assignmentId = inFlight.assignment().id();
        if (moved > 0) {
            Tally tally = new Tally(1, 0, 0, moved - 1, task.sizeBytes());
            return new CommitResult(assignmentId, tally, failures, List.of());
        }
        if (!failures.isEmpty()) {
            return new CommitResult(assignmentId, Tally.ZERO, failures, List.of());
        }
        boolean gone = outcomes.get(0) instanceof RecordMove.NotOurs not && not.verdict() == CommitRule.Verdict.GONE;
        Tally tally = gone ? new Tally(0, 0, 1, 0, 0) : new Tally(0, 1, 0, 0, 0);
        return new CommitResult(assignmentId, tally, List.of(), List.of(task.objectId()));
    }
}
