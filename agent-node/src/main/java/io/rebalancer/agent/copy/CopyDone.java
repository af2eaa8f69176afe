package io.rebalancer.agent.copy;

import io.rebalancer.core.agent.TaskResult;

/** An order that ended, well or not. */
public record CopyDone(CopyOrder order, TaskResult result) {}
