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
 * @param changesState whether the phase or the pass differs from what the subscriber has: the event changed it, or the
 *     subscriber starts here
 */
public record JobUpdate(
        long revision,
        JobOutline state,
        List<UnmovedRecord> exceptions,
        Optional<List<JobWait>> waiting,
        boolean changesState) {
    public JobUpdate {
        exceptions = List.copyOf(exceptions);
        waiting = waiting.map(List::copyOf);
    }

    /** The job after an event, without a report of what it waits for. */
    public static JobUpdate of(long revision, JobOutline state, List<UnmovedRecord> exceptions, boolean changesState) {
        return new JobUpdate(revision, state, exceptions, Optional.empty(), changesState);
    }

    /** The job as it is, for a subscriber that starts here. */
    public static JobUpdate current(long revision, JobOutline state) {
        return of(revision, state, List.of(), true);
    }

    /** The same with what the job waits for. A job that has ended is shown without. */
    public JobUpdate with(Optional<List<JobWait>> reported) {
        return new JobUpdate(
                revision, state, exceptions, state.phase().terminal() ? Optional.empty() : reported, changesState);
    }

    /** The same job as progress: exceptions and changes of state belong to an event. */
    public JobUpdate asProgress() {
        return new JobUpdate(revision, state, List.of(), waiting, false);
    }

    /** The same job for a subscriber that starts here. */
    public JobUpdate asStart() {
        return new JobUpdate(revision, state, exceptions, waiting, true);
    }

    /** Whether a stream shows this update even if a later one is known already. */
    public boolean isNotable() {
        return changesState || !exceptions.isEmpty();
    }
}
