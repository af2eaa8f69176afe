package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.rates.RateCounts;
import io.rebalancer.core.registry.RegistryEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** A change of a job. */
sealed interface JobChange {

    /** The registry accepted the job. */
    record Registered(RegistryEvent.JobRegistered event) implements JobChange {}

    /** The registry took note of the job's end. */
    record Closed(RegistryEvent.JobClosed event) implements JobChange {}

    /**
     * The job stored an event.
     *
     * @param pass the number of the current pass
     * @param ended the assignment that the event ends
     * @param settled records of {@code ended} that ended well, if the tables may list them as unmoved
     * @param allVisited whether the event finishes a pass that visited every record that the passes before left
     * @param nothingLeft whether the event finishes a pass that left no record
     * @param counts what the event states as done
     */
    record Updated(
            UUID jobId,
            JobEvent event,
            int pass,
            Optional<Assignment> ended,
            List<RecordRef> settled,
            boolean allVisited,
            boolean nothingLeft,
            RateCounts counts)
            implements JobChange {

        /** @param before the state before the event */
        static Updated of(UUID jobId, JobState before, JobEvent event) {
            Optional<Assignment> ended =
                    endedAssignment(event).flatMap(before.inFlight()::find).map(InFlightAssignment::assignment);
            List<RecordRef> settled = event instanceof JobEvent.RelocationsCommitted && mayHaveUnmoved(before)
                    ? ended.map(assignment -> settled(assignment, event)).orElse(List.of())
                    : List.of();
            boolean finished = event instanceof JobEvent.PassFinished;
            return new Updated(
                    jobId,
                    event,
                    before.passes().number(),
                    ended,
                    settled,
                    finished && before.passes().scope() != PassScope.SELECTED_RECORDS,
                    finished && before.outcomes().unmoved().total() == 0,
                    RateCounts.of(before, event));
        }

        private static Optional<UUID> endedAssignment(JobEvent event) {
            if (event instanceof JobEvent.RelocationsCommitted e) {
                return Optional.of(e.assignmentId());
            }
            return event instanceof JobEvent.AssignmentLost e ? Optional.of(e.assignmentId()) : Optional.empty();
        }

        /**
         * Most jobs leave no record, and their commits need not look for rows. A new incarnation no longer counts records that
         * have a row.
         */
        private static boolean mayHaveUnmoved(JobState job) {
            return job.passes().number() > 1
                    || job.epoch() > 1
                    || job.outcomes().unmoved().total() > 0;
        }

        private static List<RecordRef> settled(Assignment assignment, JobEvent event) {
            Set<RecordRef> unmoved =
                    event.unmoved().stream().map(UnmovedRecord::record).collect(Collectors.toSet());
            return assignment.tasks().stream()
                    .map(CopyTask::record)
                    .filter(record -> !unmoved.contains(record))
                    .toList();
        }
    }

    /** The state after the last of the updates that are written together. */
    record Advanced(UUID jobId, JobState state) implements JobChange {}
}
