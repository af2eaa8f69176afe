package io.rebalancer.core.port;

import io.rebalancer.core.agent.CopyLimits;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What an operator may see and choose of one agent. */
public interface AgentControl {

    /** How the agent stands now. */
    CompletionStage<AgentStatus> status();

    /** Stores the limits; they count for what is begun, and for bytes that come, from now on. */
    CompletionStage<CopyLimits> choose(CopyLimits limits);

    /**
     * How an agent stands.
     *
     * @param durability what has to be true of a copy before it is reported; {@code os} is for tests only
     * @param effectiveFetches copies it makes at a time now, at most {@code limits.parallelFetches}
     * @param availableBytes room that the limits leave
     */
    record AgentStatus(
            String storageId,
            String durability,
            CopyLimits limits,
            int effectiveFetches,
            int running,
            int waiting,
            long availableBytes,
            List<Source> sources) {
        public AgentStatus {
            sources = List.copyOf(sources);
        }
    }

    /**
     * A storage node that is being fetched from.
     *
     * @param failures failures in a row
     * @param resting whether it is left alone for a while because of them
     */
    record Source(String storageId, int running, int waiting, int failures, boolean resting) {}
}
