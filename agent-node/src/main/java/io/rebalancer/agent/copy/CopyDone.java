package io.rebalancer.agent.copy;

import io.rebalancer.core.agent.TaskResult;

/**
 * An order that ended, well or not.
 *
 * @param httpStatus what the last source answered if that is why it failed, else 0
 */
public record CopyDone(CopyOrder order, TaskResult result, int httpStatus) {}
