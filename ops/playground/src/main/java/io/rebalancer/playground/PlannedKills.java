package io.rebalancer.playground;

import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.cluster.ProcessNodeRunner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Kills nodes when a job has come so far, and starts them again. */
final class PlannedKills {
    private final ProcessNodeRunner nodes;
    private final Deque<Planned> planned;
    private final List<Kill> kills = new ArrayList<>();

    /**
     * A kill to come.
     *
     * @param share part of the records that must be settled first, 0 to 1
     */
    record Planned(NodeSpec node, double share) {}

    /**
     * A kill that happened.
     *
     * @param settled records settled at that time
     * @param inFlight records being worked on at that time; as many may be done twice
     */
    record Kill(String node, long pid, long settled, long inFlight) {}

    PlannedKills(ProcessNodeRunner nodes, List<Planned> planned) {
        this.nodes = nodes;
        this.planned = new ArrayDeque<>(planned);
    }

    /** Does what is due when {@code settled} of {@code total} records are settled. */
    List<Kill> due(long settled, long inFlight, long total) throws InterruptedException, PlaygroundFault {
        List<Kill> now = new ArrayList<>();
        while (!planned.isEmpty() && settled >= planned.peekFirst().share() * total) {
            NodeSpec node = planned.removeFirst().node();
            now.add(new Kill(node.name(), nodes.kill(node), settled, inFlight));
            nodes.start(node);
        }
        kills.addAll(now);
        return now;
    }

    List<Kill> kills() {
        return kills;
    }

    /** Kills that the job did not last long enough for. */
    int missed() {
        return planned.size();
    }
}
