package io.rebalancer.agent.copy;

import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;

/** The storage nodes that this agent fetches from, all of them known to its own topology. */
public final class Sources {
    private static final int MAX_KNOWN_SOURCES = 10_000;

    private final ActorSystem<?> system;
    private final AgentSettings settings;
    private final CopyLimiter pace;
    private final Map<StorageNodeId, SourceNode> known = new ConcurrentHashMap<>();

    public Sources(ActorSystem<?> system, AgentSettings settings, CopyLimiter pace) {
        this.system = system;
        this.settings = settings;
        this.pace = pace;
    }

    /** @throws CopyFailed if the topology has no such node: its address is never called */
    SourceNode of(StorageNodeId id) {
        URI url = settings.sourceOf(id)
                .orElseThrow(() -> new CopyFailed(
                        Reason.SOURCE_OTHER_ERROR,
                        id + " is no storage node that this agent knows; name it in rebalancer.agent.sources, or set"
                                + " rebalancer.agent.domain"));
        if (known.size() >= MAX_KNOWN_SOURCES) {
            // Whoever orders copies may name any node below the domain; none is remembered for nothing.
            known.values().removeIf(SourceNode::idle);
        }
        return known.computeIfAbsent(id, each -> new SourceNode(system, each, url, pace));
    }

    /** The same nodes, those that are left alone for a while behind the others; the unknown stay where they are. */
    List<StorageNodeId> healthiestFirst(List<StorageNodeId> ids) {
        return ids.stream().sorted(Comparator.comparing(this::resting)).toList();
    }

    private boolean resting(StorageNodeId id) {
        SourceNode node = known.get(id);
        return node != null && node.status().resting();
    }

    /** Takes over limits that were chosen anew. */
    public void limitsChanged() {
        known.values().forEach(SourceNode::limitsChanged);
    }

    /** How all nodes stand that were fetched from. */
    public List<AgentControl.Source> status() {
        return known.values().stream()
                .map(SourceNode::status)
                .sorted(Comparator.comparing(AgentControl.Source::storageId))
                .toList();
    }
}
