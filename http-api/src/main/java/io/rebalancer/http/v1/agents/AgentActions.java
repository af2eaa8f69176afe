package io.rebalancer.http.v1.agents;

import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.http.server.Action;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The actions on agents, as the audit log records them. */
final class AgentActions {

    private AgentActions() {}

    /** The parameters are the limits that the change names. */
    static Action changeLimits(StorageNodeId node, LimitsChange change) {
        Map<String, String> limits = new TreeMap<>();
        change.bytesPerSecond().ifPresent(value -> limits.put("bytesPerSecond", String.valueOf(value)));
        change.bytesPerSecondOfSource().ifPresent(value -> limits.put("bytesPerSecondOfSource", String.valueOf(value)));
        change.parallelFetches().ifPresent(value -> limits.put("parallelFetches", String.valueOf(value)));
        change.fetchesOfSource().ifPresent(value -> limits.put("fetchesOfSource", String.valueOf(value)));
        change.freeSpaceFloorMib().ifPresent(value -> limits.put("freeSpaceFloorMib", String.valueOf(value)));
        change.fillCeilingPercent().ifPresent(value -> limits.put("fillCeilingPercent", String.valueOf(value)));
        return new Action("agent.limits", node.text(), limits);
    }

    static Action setGate(StorageNodeId node, CopyGate gate) {
        return Action.on("agent.gate", node.text()).with("gate", gate.name());
    }

    static Action drop(StorageNodeId node, UUID assignmentId, boolean force) {
        return Action.on("agent.drop", node.text())
                .with("assignment", assignmentId.toString())
                .with("force", String.valueOf(force));
    }
}
