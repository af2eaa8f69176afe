package io.rebalancer.agent.copy;

import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.port.AgentControl;
import java.util.List;

/**
 * The copies of an agent as they are at one time.
 *
 * @param effectiveFetches copies that are fetched at a time now, at most {@code limits.parallelFetches}
 * @param running copies that are fetched
 * @param waiting copies that wait for a source, or for the check of an existing file
 * @param inProgress all work that changes the disk; 0 means that nothing is written
 */
public record EngineStatus(
        CopyGate gate,
        CopyLimits limits,
        int effectiveFetches,
        int running,
        int waiting,
        int inProgress,
        List<AgentControl.Source> sources) {
    public EngineStatus {
        sources = List.copyOf(sources);
    }
}
