package io.rebalancer.manager.plan;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The copies that a plan has placed for leaving nodes that come before another one, so that the records show them. Only objects
 * with copies on a later leaving node are remembered, at most {@link #MAX_OBJECTS}. Thread-safe.
 */
final class MovedCopies {
    static final int MAX_OBJECTS = 200_000;

    private final Map<UUID, List<Move>> moves = new HashMap<>();
    private boolean overflowed;

    private record Move(StorageNodeId from, CopyLocation to) {}

    /** @param later the nodes that are emptied after {@code from} */
    synchronized void add(Assignment assignment, StorageNodeId from, Collection<StorageNodeId> later) {
        for (CopyTask task : assignment.tasks()) {
            if (task.sources().stream().noneMatch(later::contains)) {
                continue;
            }
            if (moves.size() >= MAX_OBJECTS && !moves.containsKey(task.objectId())) {
                overflowed = true;
                continue;
            }
            moves.computeIfAbsent(task.objectId(), id -> new ArrayList<>(1))
                    .add(new Move(from, assignment.destination()));
        }
    }

    /** Whether objects were not remembered. */
    synchronized boolean hasOverflowed() {
        return overflowed;
    }

    /** The record with the copies where the plan has placed them. */
    synchronized MetadataRecord apply(MetadataRecord record) {
        List<Move> all = moves.get(record.objectId());
        if (all == null) {
            return record;
        }
        return new MetadataRecord(
                record.ref(),
                record.etag(),
                record.objectId(),
                record.owner(),
                record.sizeBytes(),
                record.md5(),
                record.copies().stream().map(copy -> moved(copy, all)).toList(),
                record.document());
    }

    private static CopyLocation moved(CopyLocation copy, List<Move> moves) {
        for (Move move : moves) {
            if (move.from().equals(copy.storageNode())) {
                return move.to();
            }
        }
        return copy;
    }
}
