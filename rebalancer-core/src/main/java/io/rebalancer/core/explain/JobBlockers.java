package io.rebalancer.core.explain;

import io.rebalancer.core.evacuate.JobPhase;
import java.util.List;

/**
 * Why a job is not faster, or not at its end.
 *
 * @param bottleneck the one stage that limits the job
 * @param figures the measured figures that show it, for people
 * @param advice what an operator can do about the bottleneck
 * @param blockers all that holds the job: what stops it first, then waits, the longest first, then reasons of unmoved
 *     records, the most frequent first, then rows that no pass moves
 */
public record JobBlockers(
        JobPhase phase,
        Bottleneck bottleneck,
        String figures,
        String advice,
        StageRates rates,
        List<Blocker> blockers) {
    public JobBlockers {
        blockers = List.copyOf(blockers);
    }
}
