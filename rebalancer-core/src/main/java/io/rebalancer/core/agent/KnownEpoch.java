package io.rebalancer.core.agent;

import java.time.Instant;

/**
 * The highest epoch of a job that an agent has had an order from.
 *
 * @param since when it was first heard of
 */
public record KnownEpoch(long epoch, Instant since) {}
