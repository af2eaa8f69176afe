package io.rebalancer.manager.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * The storage nodes that make copies for one run now. An agent works on one order of a run at a time, and another one replaces it, so
 * repairs of several storage nodes by one run that copy to the same node take turns. Thread-safe.
 */
final class Destinations {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Set<StorageNodeId> busy = new HashSet<>();

    /** Waits for the turn of the caller, who ends it with {@link #leave}. */
    void enter(StorageNodeId destination, RunScope scope) {
        while (!isFree(destination)) {
            scope.report("waits until other copies to " + destination + " are made");
            scope.pause(LOOK);
        }
    }

    private synchronized boolean isFree(StorageNodeId destination) {
        return busy.add(destination);
    }

    synchronized void leave(StorageNodeId destination) {
        busy.remove(destination);
    }
}
