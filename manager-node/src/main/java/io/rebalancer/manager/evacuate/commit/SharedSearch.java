package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.object.MetadataRecord;
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
import java.util.stream.Collectors;

/**
 * The search for all records of the objects of some assignments, one call for each shard. A snaplink may be on any shard, so
 * each commit has to ask all of them; together the assignments ask once. Only the thread that starts the commits may use it.
 */
final class SharedSearch {
    /** Objects for which one call to a shard asks, so that statements stay short. */
    static final int MAX_OBJECTS = 1_000;

    private final MetadataCalls calls;
    private final List<UUID> objects;
    private final Map<Integer, CompletableFuture<Answer>> byShard = new HashMap<>();
    private Optional<CompletionStage<Answers>> all = Optional.empty();

    /**
     * What a shard answered.
     *
     * @param records by object; empty if the search failed
     * @param failure why the records are unknown
     */
    record Answer(int shard, Map<UUID, List<MetadataRecord>> records, Optional<Throwable> failure) {

        /** The records of these objects. */
        List<MetadataRecord> of(Collection<UUID> some) {
            return some.stream()
                    .flatMap(object -> records.getOrDefault(object, List.of()).stream())
                    .toList();
        }
    }

    /**
     * The answers of all shards.
     *
     * @param failed the shards that may hold records of any object
     * @param byObject the shards with records of an object
     */
    private record Answers(List<Answer> failed, Map<UUID, List<Answer>> byObject) {

        static Answers of(List<Answer> all) {
            Map<UUID, List<Answer>> byObject = new HashMap<>();
            for (Answer each : all) {
                each.records()
                        .keySet()
                        .forEach(object -> byObject.computeIfAbsent(object, id -> new ArrayList<>(1))
                                .add(each));
            }
            return new Answers(
                    all.stream().filter(each -> each.failure().isPresent()).toList(), byObject);
        }

        Collection<Answer> concerning(Collection<UUID> some) {
            Map<Integer, Answer> byShard = new LinkedHashMap<>();
            failed.forEach(each -> byShard.put(each.shard(), each));
            for (UUID object : some) {
                byObject.getOrDefault(object, List.of()).forEach(each -> byShard.put(each.shard(), each));
            }
            return byShard.values();
        }
    }

    private SharedSearch(MetadataCalls calls, List<UUID> objects) {
        this.calls = calls;
        this.objects = objects;
    }

    /** A search that starts when the first answer is asked for. */
    static SharedSearch over(MetadataCalls calls, Collection<InFlightAssignment> assignments) {
        return new SharedSearch(
                calls,
                assignments.stream()
                        .flatMap(each -> each.copiedTasks().stream())
                        .map(CopyTask::objectId)
                        .collect(Collectors.toUnmodifiableList()));
    }

    /** The answer of one shard. Never fails. */
    CompletionStage<Answer> on(int shard) {
        return answer(shard);
    }

    private CompletableFuture<Answer> answer(int shard) {
        return byShard.computeIfAbsent(
                shard,
                number -> calls.recordsOf(number, objects)
                        .handle((records, failure) -> failure == null
                                ? new Answer(number, byObject(records), Optional.empty())
                                : new Answer(number, Map.of(), Optional.of(Failures.rootCause(failure))))
                        .toCompletableFuture());
    }

    private static Map<UUID, List<MetadataRecord>> byObject(List<MetadataRecord> records) {
        return records.isEmpty()
                ? Map.of()
                : records.stream().collect(Collectors.groupingBy(MetadataRecord::objectId, Collectors.toList()));
    }

    /** The answers that have a record of one of these objects, or are failures, of all shards. Never fails. */
    CompletionStage<Collection<Answer>> concerning(Collection<UUID> some) {
        return all().thenApply(answers -> answers.concerning(some));
    }

    private CompletionStage<Answers> all() {
        if (all.isEmpty()) {
            List<CompletableFuture<Answer>> answers =
                    calls.shards().stream().map(this::answer).toList();
            all = Optional.of(CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                    .thenApply(done -> Answers.of(
                            answers.stream().map(CompletableFuture::join).toList())));
        }
        return all.get();
    }
}
