package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.object.RecordRef;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Objects that were settled while a chunk of rows was being read. Such a chunk may still show them on the leaving node. An
 * object is dropped once every shard has requested a chunk after that, so the size is bounded by the objects that end during
 * one read. Rows of a replica or a clone are replaced by live records as part of the read.
 */
final class RecentlySettledObjects {
    private final Map<Integer, Long> requestedAt = new HashMap<>();
    private final Deque<Settlement> order = new ArrayDeque<>();
    private final Set<UUID> objects = new HashSet<>();
    private final Set<RecordRef> unmoved = new HashSet<>();
    private long settlements;

    private record Settlement(long number, Collection<UUID> objects, Set<RecordRef> unmoved) {}

    /** @param shards the shards that are scanned */
    RecentlySettledObjects(Collection<Integer> shards) {
        shards.forEach(shard -> requestedAt.put(shard, 0L));
    }

    /** @param left records that stay on the leaving node, though their objects may be settled */
    void add(Collection<UUID> settled, Set<RecordRef> left) {
        settlements++;
        if (requestedAt.isEmpty() || settled.isEmpty()) {
            return;
        }
        objects.addAll(settled);
        unmoved.addAll(left);
        order.addLast(new Settlement(settlements, settled, left));
    }

    /** Whether the record left the node with its object. */
    boolean contains(UUID objectId, RecordRef record) {
        return objects.contains(objectId) && !unmoved.contains(record);
    }

    /** The last chunk of {@code shard} is processed, and its next chunk is requested now. */
    void chunkProcessed(int shard) {
        requestedAt.put(shard, settlements);
        prune();
    }

    /** The scan of {@code shard} has finished. */
    void shardFinished(int shard) {
        requestedAt.remove(shard);
        prune();
    }

    private void prune() {
        long oldest =
                requestedAt.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        while (!order.isEmpty() && order.peekFirst().number() <= oldest) {
            Settlement dropped = order.removeFirst();
            objects.removeAll(dropped.objects());
            unmoved.removeAll(dropped.unmoved());
        }
    }
}
