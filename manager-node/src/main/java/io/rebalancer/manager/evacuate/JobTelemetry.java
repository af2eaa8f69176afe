package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobEvent;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/** What a job shows of its work outside of its state: metrics, traces and the rates of its stages, all from its stored events. */
final class JobTelemetry {
    private final JobMetrics metrics;
    private final JobTraces traces;
    private final StageMeter stages;

    JobTelemetry(UUID jobId, JobResources resources, Clock clock) {
        this.metrics = new JobMetrics(resources.metrics());
        this.traces = new JobTraces(jobId, resources.traces(), clock);
        this.stages = new StageMeter(clock);
    }

    void follow(List<JobEvent> stored) {
        metrics.count(stored);
        traces.follow(stored);
        stored.forEach(stages::follow);
    }

    void takeOver(InFlightAssignment inFlight) {
        traces.takeOver(inFlight);
        stages.takeOver(inFlight);
    }

    /** How fast the stages of the job work, and since when assignments are in flight. */
    StageMeter stages() {
        return stages;
    }

    void markAccepted(UUID assignmentId) {
        traces.markAccepted(assignmentId);
    }

    void forget(UUID assignmentId) {
        traces.forget(assignmentId);
    }
}
