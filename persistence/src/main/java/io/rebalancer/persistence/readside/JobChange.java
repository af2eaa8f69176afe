package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.registry.RegistryEvent;
import java.util.List;
import java.util.UUID;

/** A change of a job. */
sealed interface JobChange {

    /** The registry accepted the job. */
    record Registered(RegistryEvent.JobRegistered event) implements JobChange {}

    /**
     * The job stored an event.
     *
     * @param pass the number of the current pass
     * @param unmoved records that the event counts as unmoved and no earlier event of the pass did
     */
    record Updated(UUID jobId, JobEvent event, int pass, List<UnmovedRecord> unmoved) implements JobChange {

        /** @param before the state before the event */
        static Updated of(UUID jobId, JobState before, JobEvent event) {
            return new Updated(
                    jobId, event, before.passes().number(), before.outcomes().uncounted(event.unmoved()));
        }
    }

    /** The state after the last of the updates that are written together. */
    record Advanced(UUID jobId, JobState state) implements JobChange {}
}
