package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What a job shows of its work outside of its state: metrics, traces, rates and estimates, from its stored events and its scan. */
final class JobTelemetry {
    private final UUID jobId;
    private final JobMetrics metrics;
    private final JobTraces traces;
    private final StageMeter stages;
    private final PassEstimator estimator;

    JobTelemetry(UUID jobId, JobResources resources, JobLimits limits, Clock clock) {
        this.jobId = jobId;
        this.metrics = new JobMetrics(resources.metrics());
        this.traces = new JobTraces(jobId, resources.traces(), clock);
        this.stages = new StageMeter(clock);
        this.estimator = new PassEstimator(resources.verification().audit(), limits, clock);
    }

    void follow(List<JobEvent> stored) {
        metrics.count(stored);
        traces.follow(stored);
        stored.forEach(stages::follow);
        stored.forEach(estimator::follow);
    }

    /** Shows the job among those of this manager. */
    void show(JobState job, Instant lastProgress) {
        JobGauges.ofProcess().show(jobId, job, lastProgress);
    }

    /** The job does not run on this manager any more. */
    void hide() {
        JobGauges.ofProcess().forget(jobId);
    }

    void takeOver(InFlightAssignment inFlight) {
        traces.takeOver(inFlight);
        stages.takeOver(inFlight);
    }

    /** How fast the stages of the job work, and since when assignments are in flight. */
    StageMeter stages() {
        return stages;
    }

    /** When the pass of the job ends. */
    PassEstimator estimator() {
        return estimator;
    }

    void markAccepted(UUID assignmentId) {
        traces.markAccepted(assignmentId);
    }

    void forget(UUID assignmentId) {
        traces.forget(assignmentId);
    }
}
