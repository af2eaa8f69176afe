package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Makes sure that an object is planned once. Further records of an object in progress are skipped, because the commit
 * updates all records of the object together.
 */
final class ObjectDeduplicator {
    private final Set<UUID> busy = new HashSet<>();
    private final RecentlySettledObjects recentlySettled;

    /**
     * @param shards the shards that are scanned
     * @param inFlight assignments whose objects are in progress already
     */
    ObjectDeduplicator(Collection<Integer> shards, Collection<Assignment> inFlight) {
        this.recentlySettled = new RecentlySettledObjects(shards);
        inFlight.forEach(each -> busy.addAll(objectsOf(each)));
    }

    /** Marks the object as in progress; false if it is in progress or was settled a moment ago. */
    boolean claim(UUID objectId) {
        return !recentlySettled.contains(objectId) && busy.add(objectId);
    }

    /** The object is not planned after all. */
    void release(UUID objectId) {
        busy.remove(objectId);
    }

    /** The assignment has ended; its objects may be planned again once no chunk in memory can still show them. */
    void assignmentEnded(Assignment assignment) {
        Set<UUID> objects = objectsOf(assignment);
        busy.removeAll(objects);
        recentlySettled.add(objects);
    }

    void chunkProcessed(int shard) {
        recentlySettled.chunkProcessed(shard);
    }

    void shardFinished(int shard) {
        recentlySettled.shardFinished(shard);
    }

    private static Set<UUID> objectsOf(Assignment assignment) {
        return assignment.tasks().stream().map(CopyTask::objectId).collect(Collectors.toUnmodifiableSet());
    }
}
