package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.port.MetadataTier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records of objects on one shard, with one call at a time. Requests that arrive during a call share the next
 * one, so the number of calls does not grow with the number of assignments. A request never joins a call that has
 * started: its answer is newer than the request. Thread-safe.
 *
 * <p>Waiting requests are bounded by the assignments that all jobs of the manager have in flight.
 */
final class RecordSearch {
    private final Function<List<UUID>, CompletionStage<List<MetadataRecord>>> call;
    private final Deque<Request> waiting = new ArrayDeque<>();
    private boolean running;

    /** @param objects the requested ones */
    private record Request(List<UUID> objects, CompletableFuture<List<MetadataRecord>> answer) {

        /** @param shared whether the call was made for other requests too */
        void complete(@Nullable List<MetadataRecord> found, @Nullable Throwable failure, boolean shared) {
            if (found == null) {
                answer.completeExceptionally(failure == null ? new IllegalStateException("no answer") : failure);
            } else {
                answer.complete(shared && !found.isEmpty() ? ownOf(found) : found);
            }
        }

        private List<MetadataRecord> ownOf(List<MetadataRecord> found) {
            Set<UUID> own = new HashSet<>(objects);
            return found.stream()
                    .filter(record -> own.contains(record.objectId()))
                    .toList();
        }
    }

    /** @param call finds the records of at most {@link MetadataTier#MAX_OBJECT_IDS} objects */
    RecordSearch(Function<List<UUID>, CompletionStage<List<MetadataRecord>>> call) {
        this.call = call;
    }

    /** All records of the shard that name one of {@code objects}; fails as the shared call fails. */
    CompletionStage<List<MetadataRecord>> recordsOf(Collection<UUID> objects) {
        List<UUID> all = List.copyOf(objects);
        if (all.size() <= MetadataTier.MAX_OBJECT_IDS) {
            Request request = new Request(all, new CompletableFuture<>());
            synchronized (this) {
                waiting.addLast(request);
            }
            startNext();
            return request.answer;
        }
        CompletionStage<List<MetadataRecord>> found = CompletableFuture.completedFuture(List.of());
        for (int from = 0; from < all.size(); from += MetadataTier.MAX_OBJECT_IDS) {
            List<UUID> part = all.subList(from, Math.min(all.size(), from + MetadataTier.MAX_OBJECT_IDS));
            Request request = new Request(part, new CompletableFuture<>());
            synchronized (this) {
                waiting.addLast(request);
            }
            found = found.thenCombine(request.answer, RecordSearch::joined);
        }
        startNext();
        return found;
    }

    private static List<MetadataRecord> joined(List<MetadataRecord> some, List<MetadataRecord> more) {
        List<MetadataRecord> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private void startNext() {
        List<Request> requests = new ArrayList<>();
        synchronized (this) {
            if (running) {
                return;
            }
            int objects = 0;
            while (!waiting.isEmpty() && objects + waiting.getFirst().objects().size() <= MetadataTier.MAX_OBJECT_IDS) {
                Request next = waiting.removeFirst();
                requests.add(next);
                objects += next.objects().size();
            }
            if (requests.isEmpty()) {
                return;
            }
            running = true;
        }
        call.apply(objectsOf(requests)).whenComplete((found, failure) -> {
            synchronized (this) {
                running = false;
            }
            startNext();
            requests.forEach(each -> each.complete(found, failure, requests.size() > 1));
        });
    }

    private static List<UUID> objectsOf(List<Request> requests) {
        return requests.size() == 1
                ? requests.get(0).objects()
                : requests.stream()
                        .flatMap(each -> each.objects().stream())
                        .distinct()
                        .toList();
    }
}
