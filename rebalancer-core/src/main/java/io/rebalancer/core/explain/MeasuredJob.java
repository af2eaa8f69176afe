package io.rebalancer.core.explain;

import io.rebalancer.core.evacuate.AssignmentOutline;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.VerificationProgress;
import java.util.List;
import java.util.Optional;

/**
 * What the blockers of a job are found from.
 *
 * @param waiting what the job waits for now, the longest wait first
 * @param verifying how far the verification has come; empty if none runs
 * @param rates what its stages did in the last minute
 * @param mostInFlight assignments that the job may have in flight now; 0 if it is not known
 * @param configuredInFlight the configured bound
 * @param commitParallelism the configured number of metadata calls
 */
public record MeasuredJob(
        JobOutline state,
        List<JobWait> waiting,
        Optional<VerificationProgress> verifying,
        StageRates rates,
        int mostInFlight,
        int configuredInFlight,
        int commitParallelism) {
    public MeasuredJob {
        waiting = List.copyOf(waiting);
    }

    /**
     * Whether planning waits until an assignment ends. An eighth of the places may be free: for a moment after assignments
     * ended, before others are planned.
     */
    boolean isFull() {
        return state.assignments().size() >= bound() - bound() / 8;
    }

    /** Assignments that may be in flight. */
    int bound() {
        return mostInFlight > 0 ? mostInFlight : configuredInFlight;
    }

    /** Whether a setting allows fewer assignments in flight than are configured. */
    boolean isClamped() {
        return bound() < configuredInFlight;
    }

    /** Whether the scan adds nothing, so that the last assignments of the pass are in flight. */
    boolean plansNothing() {
        return rates.seconds() > 0 && rates.placed() == 0 && rates.scannedRows() == 0;
    }

    /** Records whose copies are not reported yet. */
    long toCopy() {
        return state.assignments().stream()
                .filter(each -> each.state() != AssignmentState.COPIED)
                .mapToLong(AssignmentOutline::tasks)
                .sum();
    }

    /** Records whose copies are verified, and whose commit has not ended. */
    long toCommit() {
        return state.copiedRecords();
    }

    /** Whether the order lets the job take on no further record. */
    boolean isLimitReached() {
        return state.order()
                .filter(EvacuateOrder::isLimited)
                .filter(each -> state.counts().discovered() >= each.maxRecords())
                .isPresent();
    }
}
