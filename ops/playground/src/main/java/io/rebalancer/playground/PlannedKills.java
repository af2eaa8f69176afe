package io.rebalancer.playground;

import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.cluster.ProcessNodeRunner;
import io.rebalancer.playground.console.PlaygroundFault;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Kills nodes with SIGKILL when a job has settled a given share of its records, and starts them again. */
final class PlannedKills {
    private final ProcessNodeRunner nodes;
    private final Deque<PlannedKill> pending;
    private final List<KillRecord> records = new ArrayList<>();

    /**
     * A node to kill.
     *
     * @param share share of the records that are settled before the kill, 0 to 1
     */
    record PlannedKill(NodeSpec node, double share) {}

    /** @param planned in ascending order of their shares */
    PlannedKills(ProcessNodeRunner nodes, List<PlannedKill> planned) {
        this.nodes = nodes;
        this.pending = new ArrayDeque<>(planned);
    }

    /** Kills and restarts each node that is due when {@code settled} of {@code total} records are settled. */
    List<KillRecord> killDueNodes(long settled, long inFlight, long total)
            throws InterruptedException, PlaygroundFault {
        List<KillRecord> killed = new ArrayList<>();
        while (!pending.isEmpty() && settled >= pending.peekFirst().share() * total) {
            NodeSpec node = pending.removeFirst().node();
            killed.add(new KillRecord(node.name(), nodes.kill(node), settled, inFlight));
            nodes.start(node);
        }
        records.addAll(killed);
        return killed;
    }

    /** All kills so far. */
    List<KillRecord> records() {
        return records;
    }

    /** Number of planned kills that did not happen, because the job ended first. */
    int pendingCount() {
        return pending.size();
    }
}
