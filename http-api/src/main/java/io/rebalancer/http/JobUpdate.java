package io.rebalancer.http;

import io.rebalancer.core.assignment.ObjectException;
import io.rebalancer.core.evacuate.JobState;
import java.util.List;

/**
 * A job after one more stored event.
 *
 * @param revision number of events stored so far
 * @param exceptions records that this event says were skipped or failed
 */
public record JobUpdate(long revision, JobState state, List<ObjectException> exceptions) {
    public JobUpdate {
        exceptions = List.copyOf(exceptions);
    }
}
