package io.rebalancer.core.port;

import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The status of one agent, and the limits that an operator may change. */
public interface AgentControl {

    /** The current status of the agent. */
    CompletionStage<AgentStatus> status();

    /** Stores the limits. From then on they apply to new copies, and to further bytes of copies in progress. */
    CompletionStage<CopyLimits> choose(CopyLimits limits);

    /**
     * Stores the gate and applies it.
     *
     * @return completes with the acknowledgement within a few seconds, also if work that the gate forbids is then still in
     *     progress; asking again with the same gate is harmless
     */
    CompletionStage<GateStatus> setGate(CopyGate gate);

    /**
     * What an agent does with its gate.
     *
     * @param acknowledged whether nothing that the gate forbids is in progress. With {@link CopyGate#STOPPED}, nothing is
     *     then written until the gate changes.
     * @param inProgress operations in progress that change the disk
     */
    record GateStatus(CopyGate gate, boolean acknowledged, int inProgress) {}

    /**
     * The status of an agent.
     *
     * @param gate what the agent may do with its copies
     * @param durability what the agent verifies before it reports a copy; {@code os} is for tests only
     * @param effectiveFetches copies that the agent makes at a time now, at most {@code limits.parallelFetches}
     * @param running copies that are fetched
     * @param waiting copies that wait to start
     * @param inProgress operations in progress that change the disk
     * @param availableBytes free space that the limits allow the agent to fill
     */
    record AgentStatus(
            String storageId,
            String durability,
            CopyGate gate,
            CopyLimits limits,
            int effectiveFetches,
            int running,
            int waiting,
            int inProgress,
            long availableBytes,
            List<Source> sources) {
        public AgentStatus {
            sources = List.copyOf(sources);
        }
    }

    /**
     * A storage node that the agent fetches objects from.
     *
     * @param failures consecutive failures
     * @param resting whether the agent pauses fetching from this node because of the failures
     */
    record Source(String storageId, int running, int waiting, int failures, boolean resting) {}
}
