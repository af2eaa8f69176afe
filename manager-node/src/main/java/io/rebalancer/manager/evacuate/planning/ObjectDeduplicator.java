package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.MetadataRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Makes sure that an object is planned once at a time. The commit updates all records of an object together, so a further
 * record of an object in progress follows that one: it has to be planned only if the commit leaves it.
 */
final class ObjectDeduplicator {
    /** By object in progress. Most objects have none, so a list is made for the first follower only. */
    private final Map<UUID, List<Candidate>> followers = new HashMap<>();

    private final RecentlySettledObjects recentlySettled;

    /**
     * @param shards the shards that are scanned
     * @param inFlight assignments whose objects are in progress already
     */
    ObjectDeduplicator(Collection<Integer> shards, Collection<Assignment> inFlight) {
        this.recentlySettled = new RecentlySettledObjects(shards);
        for (Assignment each : inFlight) {
            each.tasks().forEach(task -> followers.put(task.objectId(), new ArrayList<>()));
        }
    }

    /** Whether the record was settled while the chunk that contains it was being read. */
    boolean isSettled(MetadataRecord record) {
        return recentlySettled.contains(record);
    }

    /** Whether an earlier record of the object is in progress. */
    boolean isInProgress(UUID objectId) {
        return followers.containsKey(objectId);
    }

    /** The object is in progress from now on; it was not before. */
    void begin(UUID objectId) {
        followers.put(objectId, List.of());
    }

    /** The candidate waits for the end of the object's assignment. */
    void follow(Candidate candidate) {
        followers.compute(candidate.record().objectId(), (id, before) -> {
            List<Candidate> all = before == null || before.isEmpty() ? new ArrayList<>() : before;
            all.add(candidate);
            return all;
        });
    }

    /** The object is not planned after all. Returns the records that followed it. */
    List<Candidate> release(UUID objectId) {
        List<Candidate> released = followers.remove(objectId);
        return released == null ? List.of() : released;
    }

    /**
     * The assignment has ended. Returns the records that followed its objects.
     *
     * @param left what it left on the node
     */
    List<Candidate> assignmentEnded(Assignment assignment, Leftover left) {
        List<Candidate> released = new ArrayList<>();
        List<UUID> settled = new ArrayList<>();
        for (CopyTask task : assignment.tasks()) {
            released.addAll(release(task.objectId()));
            if (!left.untouched().contains(task.objectId())) {
                settled.add(task.objectId());
            }
        }
        recentlySettled.add(settled, left);
        return released;
    }

    /** The next rows of {@code shard} are requested now. */
    void chunkRequested(int shard) {
        recentlySettled.chunkRequested(shard);
    }

    void shardFinished(int shard) {
        recentlySettled.shardFinished(shard);
    }
}
