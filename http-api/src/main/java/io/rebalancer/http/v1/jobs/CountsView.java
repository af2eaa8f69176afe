package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.evacuate.JobCounts;

/**
 * A job's counters, as fields of the JSON object that describes the job.
 *
 * @param discovered always the sum of the outcomes and of {@code inFlight}
 * @param inFlight records in assignments that have not ended
 * @param bytes content bytes of the relocated objects
 */
record CountsView(
        long discovered,
        long relocated,
        long superseded,
        long gone,
        long duplicate,
        long skipped,
        long failed,
        long inFlight,
        long bytes) {

    static CountsView of(JobCounts counts) {
        return new CountsView(
                counts.discovered(),
                counts.settled().relocated(),
                counts.settled().superseded(),
                counts.settled().gone(),
                counts.settled().duplicate(),
                counts.skipped(),
                counts.failed(),
                counts.inFlight(),
                counts.settled().bytes());
    }
}
