package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobEvent;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/** What a job shows of its work outside of its state: metrics and traces, both from its stored events. */
final class JobTelemetry {
    private final JobMetrics metrics;
    private final JobTraces traces;

    JobTelemetry(UUID jobId, JobResources resources, Clock clock) {
        this.metrics = new JobMetrics(resources.metrics());
        this.traces = new JobTraces(jobId, resources.traces(), clock);
    }

    void follow(List<JobEvent> stored) {
        metrics.count(stored);
        traces.follow(stored);
    }

    void takeOver(InFlightAssignment inFlight) {
        traces.takeOver(inFlight);
    }

    void markAccepted(UUID assignmentId) {
        traces.markAccepted(assignmentId);
    }

    void forget(UUID assignmentId) {
        traces.forget(assignmentId);
    }
}
