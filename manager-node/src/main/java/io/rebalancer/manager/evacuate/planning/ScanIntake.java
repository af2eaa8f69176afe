package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.ScanTracker;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Takes chunks from the scans of the shards: selects the records to move within the budget, follows each until the pass is
 * done with it, and requests further chunks. The shards take turns, so that a pass over many shards has few chunks in memory.
 */
final class ScanIntake {
    private final StorageNodeId leaving;
    private final ObjectDeduplicator objects;
    private final ScanTracker tracker;
    private final Set<Integer> scanning;
    /** The scans that can read a chunk, the one whose last chunk came first first. */
    private final Map<Integer, ActorRef<ShardScan.Command>> ready = new LinkedHashMap<>();

    /** Since when the requested chunks are being read, by shard. */
    private final Map<Integer, Instant> reading = new HashMap<>();

    private long budget;

    /**
     * The rows of a chunk that matter to this pass.
     *
     * @param candidates objects to be moved
     * @param unreadable rows that can't be read; the pass is done with them
     */
    record Selection(List<Candidate> candidates, List<UnmovedRecord> unreadable) {}

    ScanIntake(List<Integer> shards, PassInput pass) {
        this.leaving = pass.leaving().storageNode();
        this.objects = new ObjectDeduplicator(shards, pass.inFlight());
        this.tracker = new ScanTracker(pass.marks());
        this.scanning = new HashSet<>(shards);
        this.budget = pass.budget();
    }

    /** @param scan is sent {@link ShardScan.ChunkWanted} by {@link #requestChunks} */
    Selection take(int shard, ScanPosition end, List<RecordScan.Row> rows, ActorRef<ShardScan.Command> scan) {
        List<MetadataRecord> naming = new ArrayList<>();
        List<UnmovedRecord> unreadable = new ArrayList<>();
        for (RecordScan.Row row : rows) {
            row.record()
                    .ifPresentOrElse(
                            record -> {
                                if (record.names(leaving) && !objects.isSettled(record)) {
                                    naming.add(record);
                                }
                            },
                            () -> unreadable.add(new UnmovedRecord(
                                    row.ref(), UnmovedRecord.Kind.FAILED, Reason.BAD_MANTA_OBJECT, row.fault())));
        }
        ScanTracker.Chunk chunk = tracker.begin(shard, end, naming.size() + unreadable.size());
        List<UnmovedRecord> reported = new ArrayList<>();
        for (UnmovedRecord each : unreadable) {
            if (isWithinBudget()) {
                tracker.settle(chunk, each);
                reported.add(each);
            } else {
                tracker.settle(chunk);
            }
        }
        addReady(shard, scan);
        return new Selection(
                select(naming.stream()
                        .map(record -> new Candidate(record, chunk))
                        .toList()),
                reported);
    }

    /** The candidates to be moved now: not those whose object is in progress, and no more than the budget allows. */
    private List<Candidate> select(List<Candidate> candidates) {
        List<Candidate> selected = new ArrayList<>();
        for (Candidate each : candidates) {
            if (objects.isInProgress(each.record().objectId())) {
                objects.follow(each);
            } else if (isWithinBudget()) {
                objects.begin(each.record().objectId());
                selected.add(each);
            } else {
                tracker.settle(each.chunk());
            }
        }
        return selected;
    }

    private boolean isWithinBudget() {
        if (budget <= 0) {
            return false;
        }
        budget--;
        return true;
    }

    /**
     * The candidate could not be placed. The report of {@code unmoved} must travel with the next {@link #takeMarks}.
     *
     * @return further records of its object, to be moved instead
     */
    List<Candidate> unplaced(Candidate candidate, UnmovedRecord unmoved) {
        tracker.settle(candidate.chunk(), unmoved);
        return select(objects.release(candidate.record().objectId()));
    }

    /**
     * An assignment has ended, and the listener has stored that.
     *
     * @param planned its objects, if this pass planned it; empty for an assignment of an earlier incarnation
     * @param left what it left on the node
     * @return further records of its objects that it left, to be moved separately
     */
    List<Candidate> assignmentEnded(Assignment assignment, List<Candidate> planned, Leftover left) {
        Map<RecordRef, UnmovedRecord> unmoved = left.unmoved().stream()
                .collect(Collectors.toMap(UnmovedRecord::record, each -> each, (one, same) -> one));
        for (Candidate each : planned) {
            UnmovedRecord own = unmoved.get(each.record().ref());
            if (own == null) {
                tracker.settle(each.chunk());
            } else {
                tracker.settle(each.chunk(), own);
            }
        }
        List<Candidate> again = new ArrayList<>();
        for (Candidate follower : objects.assignmentEnded(assignment, left)) {
            if (left.mayInclude(follower.record())) {
                again.add(follower);
            } else {
                tracker.settle(follower.chunk());
            }
        }
        return select(again);
    }

    /** The low-water marks that have advanced since the last call. */
    Map<Integer, ScanPosition> takeMarks() {
        return tracker.takeMoved();
    }

    /** The scan of the shard can read its next chunk. */
    void addReady(int shard, ActorRef<ShardScan.Command> scan) {
        reading.remove(shard);
        ready.put(shard, scan);
    }

    /**
     * Lets scans continue with their next chunks, or stop if the budget is used up. Called while no candidate waits, so the
     * candidates of a pass are bounded by {@code most} chunks.
     *
     * @param most chunks that are read at a time
     */
    void requestChunks(int most, Instant now) {
        boolean exhausted = budget <= 0;
        long free = most
                - reading.values().stream()
                        .filter(since -> since.plus(ScanPermits.LONGEST_HOLD).isAfter(now))
                        .count();
        Iterator<Map.Entry<Integer, ActorRef<ShardScan.Command>>> next =
                ready.entrySet().iterator();
        while (next.hasNext() && (exhausted || free > 0)) {
            Map.Entry<Integer, ActorRef<ShardScan.Command>> scan = next.next();
            next.remove();
            free--;
            reading.put(scan.getKey(), now);
            objects.chunkRequested(scan.getKey());
            scan.getValue().tell(new ShardScan.ChunkWanted(exhausted));
        }
    }

    /** A failed read of the shard is repeated: its rows are requested now. */
    void repeatRead(int shard) {
        objects.chunkRequested(shard);
    }

    void finishShard(int shard) {
        scanning.remove(shard);
        reading.remove(shard);
        objects.shardFinished(shard);
    }

    /** Whether every shard is scanned. */
    boolean isFinished() {
        return scanning.isEmpty();
    }
}
