package io.rebalancer.core.port;

import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The status of one agent, and the limits that an operator may change. */
public interface AgentControl {

    /** The current status of the agent. */
    CompletionStage<AgentStatus> status();

    /**
     * Stores a change of the limits. From then on they apply to new copies, and to further bytes of copies in progress.
     *
     * @return all limits after the change; fails with {@link LimitsRefused}, and changes nothing, if one of them is not allowed
     */
    CompletionStage<CopyLimits> change(LimitsChange change);

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
     * @param sources the storage nodes that the agent has fetched from, by storage id
     * @param sourcesLeftOut number of further sources, which a bounded answer leaves out
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
            List<Source> sources,
            int sourcesLeftOut) {
        public AgentStatus {
            sources = List.copyOf(sources);
        }

        /** The status with at most {@code max} sources: those that fail, then those with most copies. */
        public AgentStatus withAtMost(int max) {
            if (sources.size() <= max) {
                return this;
            }
            List<Source> kept = sources.stream()
                    .sorted(Comparator.comparingInt(Source::failures)
                            .thenComparingInt(source -> source.running() + source.waiting())
                            .reversed())
                    .limit(max)
                    .sorted(Comparator.comparing(Source::storageId))
                    .toList();
            return new AgentStatus(
                    storageId,
                    durability,
                    gate,
                    limits,
                    effectiveFetches,
                    running,
                    waiting,
                    inProgress,
                    availableBytes,
                    kept,
                    sourcesLeftOut + sources.size() - max);
        }
    }

    /** A change of the limits that is not allowed. */
    final class LimitsRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param detail which limit is wrong, and what it may be */
        public LimitsRefused(String detail) {
            super(detail, null, false, false);
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
