package io.rebalancer.core.agent;

import java.time.Instant;

/**
 * The highest epoch in the orders that an agent has received from a job.
 *
 * @param since time of the first order with this epoch
 */
public record KnownEpoch(long epoch, Instant since) {}
