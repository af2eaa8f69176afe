package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one event of a job means for the tables.
 *
 * @param sequenceNr of the event
 * @param at when it was stored
 * @param state of the job after it
 * @param passBegins whether the exceptions of the pass before are no more
 * @param exceptions that it added; those that were counted already are not among them
 * @param audit what it did to the job, if that is worth noting
 */
record JobChange(
        long sequenceNr,
        Instant at,
        JobState state,
        boolean passBegins,
        List<UnmovedRecord> exceptions,
        Optional<Audit> audit) {
    static final JobChange NONE = new JobChange(0, Instant.EPOCH, JobState.EMPTY, false, List.of(), Optional.empty());

    /** @param action a stable word */
    record Audit(String action, String detail) {}

    /** The change that the next event makes. */
    JobChange next(long number, Instant when, JobEvent event) {
        List<UnmovedRecord> added = state.outcomes().uncounted(event.unmoved());
        return new JobChange(
                number, when, state.apply(event), event instanceof JobEvent.PassStarted, added, audit(event));
    }

    private static Optional<Audit> audit(JobEvent event) {
        if (event instanceof JobEvent.JobCreated e) {
            return Optional.of(new Audit("job_created", "empties " + e.leaving().storageNode()));
        }
        if (event instanceof JobEvent.IncarnationBegan e) {
            return Optional.of(new Audit("job_taken_over", "epoch " + e.epoch()));
        }
        if (event instanceof JobEvent.CommitParallelismSet e) {
            return Optional.of(new Audit("commit_parallelism_set", "to " + e.records()));
        }
        return event instanceof JobEvent.JobEnded e
                ? Optional.of(new Audit("job_ended", (e.phase() + " " + e.reason()).strip()))
                : Optional.empty();
    }
}
