package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.evacuate.JobCounts;

/** A job's counters, as members of the JSON object that describes the job. */
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
