package io.rebalancer.manager.evacuate.planning;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Objects whose assignment ended while a chunk of rows was being read. Such a chunk may still show them on the leaving
 * node. Rows of a replica or a clone are replaced by live records as part of the read. An object is dropped once every shard has requested a chunk after the assignment ended, so the size is bounded
 * by the objects that end during one read.
 */
final class RecentlySettledObjects {
    private final Map<Integer, Long> requestedAt = new HashMap<>();
    private final Deque<Settlement> order = new ArrayDeque<>();
    private final Set<UUID> objects = new HashSet<>();
    private long settlements;

    private record Settlement(long number, UUID objectId) {}

    /** @param shards the shards that are scanned */
    RecentlySettledObjects(Collection<Integer> shards) {
        shards.forEach(shard -> requestedAt.put(shard, 0L));
    }

    void add(Collection<UUID> settled) {
        settlements++;
        if (requestedAt.isEmpty()) {
            return;
        }
        for (UUID objectId : settled) {
            objects.add(objectId);
            order.addLast(new Settlement(settlements, objectId));
        }
    }

    boolean contains(UUID objectId) {
        return objects.contains(objectId);
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
            objects.remove(order.removeFirst().objectId());
        }
    }
}
