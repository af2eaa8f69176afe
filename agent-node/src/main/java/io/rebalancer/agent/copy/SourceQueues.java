package io.rebalancer.agent.copy;

import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The copies that wait for a source, by source. The sources take turns, and a source without a free slot or in backoff
 * misses its turn, so it delays only its own copies. Not thread-safe.
 */
final class SourceQueues {
    private final Sources sources;
    /** In the order of the turns. No queue is empty. */
    private final Map<StorageNodeId, Deque<PendingCopy>> bySource = new LinkedHashMap<>();

    private int size;

    SourceQueues(Sources sources) {
        this.sources = sources;
    }

    /** The copies that wait. */
    int size() {
        return size;
    }

    /** Adds a copy to the queue of its first candidate. */
    void add(PendingCopy copy) {
        queue(copy).addLast(copy);
        size++;
    }

    /** Adds a copy that was interrupted before the copies that have not started. */
    void addFirst(PendingCopy copy) {
        queue(copy).addFirst(copy);
        size++;
    }

    private Deque<PendingCopy> queue(PendingCopy copy) {
        return bySource.computeIfAbsent(copy.progress().candidates().get(0), id -> new ArrayDeque<>());
    }

    void remove(PendingCopy copy) {
        StorageNodeId id = copy.progress().candidates().get(0);
        Deque<PendingCopy> queue = bySource.get(id);
        if (queue != null && queue.remove(copy)) {
            size--;
            if (queue.isEmpty()) {
                bySource.remove(id);
            }
        }
    }

    /** Takes the next copy whose source may be called now. The attempt at an unknown source fails at once. */
    Optional<PendingCopy> take() {
        Iterator<Map.Entry<StorageNodeId, Deque<PendingCopy>>> turns =
                bySource.entrySet().iterator();
        while (turns.hasNext()) {
            Map.Entry<StorageNodeId, Deque<PendingCopy>> turn = turns.next();
            StorageNodeId id = turn.getKey();
            if (sources.find(id).map(SourceNode::canStart).orElse(true)) {
                Deque<PendingCopy> queue = turn.getValue();
                PendingCopy next = queue.removeFirst();
                size--;
                turns.remove();
                if (!queue.isEmpty()) {
                    bySource.put(id, queue);
                }
                return Optional.of(next);
            }
        }
        return Optional.empty();
    }

    /** Moves the copies of a source in backoff that another source has too. */
    void moveToHealthySources(StorageNodeId failing) {
        Deque<PendingCopy> queue = bySource.get(failing);
        if (queue == null) {
            return;
        }
        Deque<PendingCopy> stay = new ArrayDeque<>();
        Deque<PendingCopy> move = new ArrayDeque<>();
        for (PendingCopy copy : queue) {
            copy.progress()
                    .setCandidates(sources.healthiestFirst(copy.progress().candidates()));
            (copy.progress().candidates().get(0).equals(failing) ? stay : move).addLast(copy);
        }
        size -= queue.size();
        bySource.remove(failing);
        stay.forEach(this::add);
        move.forEach(this::add);
    }

    /** The copies that wait for a source. */
    int waitingFor(StorageNodeId id) {
        Deque<PendingCopy> queue = bySource.get(id);
        return queue == null ? 0 : queue.size();
    }
}
