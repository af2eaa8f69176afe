package io.rebalancer.agent.copy;

import io.rebalancer.core.agent.TaskResult;

/**
 * The outcome of a copy order, success or failure.
 *
 * @param httpStatus status that the last source answered, if that is the failure, else 0
 */
public record CopyOutcome(CopyOrder order, TaskResult result, int httpStatus) {}
