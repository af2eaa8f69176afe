package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.port.RecordScan;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Objects that were settled while rows were being read. Such rows may still show them on the leaving node. An object is
 * dropped once the rows of every shard are from after that. Rows may be from before the request for them, but not from before
 * the request for the chunk before ({@link RecordScan}), so the size is bounded by the objects that end during two reads. Rows
 * of a replica or a clone are replaced by live records as part of the read.
 */
final class RecentlySettledObjects {
    private final Map<Integer, Long> requestedAt = new HashMap<>();
    /** Of the request before the last; the rows of a shard are not from before it. */
    private final Map<Integer, Long> readAfter = new HashMap<>();

    private final Deque<Settlement> order = new ArrayDeque<>();
    private final Map<UUID, Settlement> byObject = new HashMap<>();
    private long settlements;

    private record Settlement(long number, Collection<UUID> objects, Leftover left) {}

    /** @param shards the shards that are scanned */
    RecentlySettledObjects(Collection<Integer> shards) {
        shards.forEach(shard -> {
            requestedAt.put(shard, 0L);
            readAfter.put(shard, 0L);
        });
    }

    /** @param left what the assignment of the objects left on the leaving node */
    void add(Collection<UUID> settled, Leftover left) {
        settlements++;
        if (readAfter.isEmpty() || settled.isEmpty()) {
            return;
        }
        Settlement settlement = new Settlement(settlements, settled, left);
        settled.forEach(object -> byObject.put(object, settlement));
        order.addLast(settlement);
    }

    /** Whether the record left the node with its object. */
    boolean contains(MetadataRecord record) {
        Settlement settlement = byObject.get(record.objectId());
        return settlement != null && !settlement.left().mayInclude(record);
    }

    /** The next rows of {@code shard} are requested now. */
    void chunkRequested(int shard) {
        Long before = requestedAt.get(shard);
        if (before != null) {
            readAfter.put(shard, before);
            requestedAt.put(shard, settlements);
            prune();
        }
    }

    /** The scan of {@code shard} has finished. */
    void shardFinished(int shard) {
        requestedAt.remove(shard);
        readAfter.remove(shard);
        prune();
    }

    private void prune() {
        long oldest =
                readAfter.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        while (!order.isEmpty() && order.peekFirst().number() <= oldest) {
            Settlement dropped = order.removeFirst();
            dropped.objects().forEach(object -> byObject.remove(object, dropped));
        }
    }
}
