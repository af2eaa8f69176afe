package io.rebalancer.core.explain;

import io.rebalancer.core.estimate.MeasuredPass;
import io.rebalancer.core.evacuate.JobOutline;
import java.util.Optional;

/**
 * How far a job is, and how fast.
 *
 * @param pass its rate and the estimate of its end; empty if an earlier build runs the job
 */
public record JobFigures(JobOutline state, Optional<MeasuredPass> pass) {}
