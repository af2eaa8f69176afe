package io.rebalancer.core.assignment;

import java.util.UUID;

/**
 * Identifies the incarnation of a job that gives an order. Each start of a job begins a new incarnation with the next
 * epoch. The job stores the epoch in its journal before it gives the first order, so an agent that knows a higher epoch
 * can safely refuse an order with a lower one.
 *
 * @param epoch 1 for the first incarnation
 */
public record FencingToken(UUID jobId, long epoch) {}
