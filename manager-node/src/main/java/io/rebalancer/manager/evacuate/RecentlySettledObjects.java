package io.rebalancer.manager.evacuate;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Objects that were settled while a chunk of rows was on its way: such a chunk may still show them on the leaving node.
 * An object is forgotten once every shard's next chunk was asked for after its settlement, so the size is bounded by
 * what is settled during one read.
 */
final class RecentlySettledObjects {
    private final Map<Integer, Long> askedAt = new HashMap<>();
    private final Deque<Settled> order = new ArrayDeque<>();
    private final Set<UUID> objects = new HashSet<>();
    private long count;

    private record Settled(long number, UUID objectId) {}

    RecentlySettledObjects(Collection<Integer> shards) {
        shards.forEach(shard -> askedAt.put(shard, 0L));
    }

    void add(Collection<UUID> settled) {
        count++;
        if (askedAt.isEmpty()) {
            return;
        }
        for (UUID objectId : settled) {
            objects.add(objectId);
            order.addLast(new Settled(count, objectId));
        }
    }

    boolean contains(UUID objectId) {
        return objects.contains(objectId);
    }

    /** The last chunk of {@code shard} has been looked at; its next one is asked for now. */
    void chunkDone(int shard) {
        askedAt.put(shard, count);
        prune();
    }

    void shardDone(int shard) {
        askedAt.remove(shard);
        prune();
    }

    private void prune() {
        long oldest = askedAt.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        while (!order.isEmpty() && order.peekFirst().number() <= oldest) {
            objects.remove(order.removeFirst().objectId());
        }
    }
}
