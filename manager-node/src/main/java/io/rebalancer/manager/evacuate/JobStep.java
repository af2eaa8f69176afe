package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * What one message means for a job: events to store, and what to do once they are stored.
 *
 * @param events none if nothing has to be stored
 * @param afterwards gets the state before the step and the state after it
 */
record JobStep(List<JobEvent> events, BiConsumer<JobState, JobState> afterwards) {
    static final JobStep NONE = new JobStep(List.of(), (before, after) -> {});

    JobStep {
        events = List.copyOf(events);
    }

    /** The state after the step. */
    JobState from(JobState before) {
        JobState state = before;
        for (JobEvent event : events) {
            state = state.apply(event);
        }
        return state;
    }
}
