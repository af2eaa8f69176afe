package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobWait;
import java.util.List;
import java.util.Optional;

/**
 * A job after one more stored event, after a change of what it waits for, or as it is at the start of a stream.
 *
 * @param revision number of events stored so far; a change of {@code waiting} is no event and has the same revision
 * @param exceptions records that this event reports as skipped or failed; empty for a current state
 * @param waiting what the job waited for when it last reported that; empty if it has not replied, or has ended
 */
public record JobUpdate(
        long revision, JobOutline state, List<UnmovedRecord> exceptions, Optional<List<JobWait>> waiting) {
    public JobUpdate {
        exceptions = List.copyOf(exceptions);
        waiting = waiting.map(List::copyOf);
    }

    /** An update without a report of what the job waits for. */
    public static JobUpdate of(long revision, JobOutline state, List<UnmovedRecord> exceptions) {
        return new JobUpdate(revision, state, exceptions, Optional.empty());
    }

    /** The same with what the job waits for. A job that has ended is shown without. */
    public JobUpdate with(Optional<List<JobWait>> reported) {
        return new JobUpdate(revision, state, exceptions, state.phase().terminal() ? Optional.empty() : reported);
    }

    /** The same state without exceptions, which belong to an event. */
    public JobUpdate withoutExceptions() {
        return new JobUpdate(revision, state, List.of(), waiting);
    }
}
