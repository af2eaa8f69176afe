package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.ScanTracker;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Takes chunks from the scans of the shards: selects the records to move within the budget, tracks how far each shard is
 * settled, and acknowledges chunks.
 */
final class ScanIntake {
    private final StorageNodeId leaving;
    private final ObjectDeduplicator objects;
    private final ScanTracker tracker = new ScanTracker();
    private final Set<Integer> scanning;
    private final Map<Integer, ActorRef<ShardScan.Command>> unacknowledged = new LinkedHashMap<>();
    private long budget;

    /** The rows of a chunk that matter to this pass. */
    record Selection(List<Candidate> candidates, List<UnmovedRecord> unreadable) {}

    ScanIntake(List<Integer> shards, PassInput pass, ObjectDeduplicator objects) {
        this.leaving = pass.leaving().storageNode();
        this.objects = objects;
        this.scanning = new HashSet<>(shards);
        this.budget = pass.budget();
    }

    /** @param scan is sent {@link ShardScan.ChunkTaken} by {@link #acknowledge} */
    Selection take(int shard, ScanPosition end, List<RecordScan.Row> rows, ActorRef<ShardScan.Command> scan) {
        List<MetadataRecord> selected = new ArrayList<>();
        List<UnmovedRecord> unreadable = new ArrayList<>();
        for (RecordScan.Row row : rows) {
            if (row.record().isEmpty()) {
                unreadable(row).ifPresent(unreadable::add);
            } else if (select(row.record().get())) {
                selected.add(row.record().get());
            }
        }
        ScanTracker.Chunk chunk = tracker.begin(shard, end, selected.size() + unreadable.size());
        unreadable.forEach(each -> tracker.settle(chunk));
        unacknowledged.put(shard, scan);
        return new Selection(
                selected.stream().map(record -> new Candidate(record, chunk)).toList(), unreadable);
    }

    private Optional<UnmovedRecord> unreadable(RecordScan.Row row) {
        if (budget <= 0) {
            return Optional.empty();
        }
        budget--;
        return Optional.of(
                new UnmovedRecord(row.ref(), UnmovedRecord.Kind.FAILED, Reason.BAD_MANTA_OBJECT, row.fault()));
    }

    private boolean select(MetadataRecord record) {
        boolean selected = record.names(leaving) && budget > 0 && objects.claim(record.objectId());
        if (selected) {
            budget--;
        }
        return selected;
    }

    /** The candidate travels with the next event, which also carries {@link #takeMarks}. */
    void settle(Candidate candidate) {
        tracker.settle(candidate.chunk());
    }

    /** The low-water marks that have advanced since the last call. */
    Map<Integer, ScanPosition> takeMarks() {
        return tracker.takeMoved();
    }

    /** Lets the scans continue with their next chunks, or stop if the budget is used up. */
    void acknowledge() {
        unacknowledged.forEach((shard, scan) -> {
            objects.chunkProcessed(shard);
            scan.tell(new ShardScan.ChunkTaken(budget <= 0));
        });
        unacknowledged.clear();
    }

    void finishShard(int shard) {
        scanning.remove(shard);
        objects.shardFinished(shard);
    }

    /** Whether every shard is scanned. */
    boolean isFinished() {
        return scanning.isEmpty();
    }
}
