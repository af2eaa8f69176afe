package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobOutline;
import java.util.List;

/**
 * A job after one more stored event, or the current state of a job at the start of a stream.
 *
 * @param revision number of events stored so far
 * @param exceptions records that this event reports as skipped or failed; empty for a current state
 */
public record JobUpdate(long revision, JobOutline state, List<UnmovedRecord> exceptions) {
    public JobUpdate {
        exceptions = List.copyOf(exceptions);
    }
}
