package io.rebalancer.agent.copy;

import io.rebalancer.core.assignment.CopyTask;
import java.util.UUID;

/** One copy to be made for an assignment. */
public record CopyOrder(UUID assignmentId, CopyTask task) {}
