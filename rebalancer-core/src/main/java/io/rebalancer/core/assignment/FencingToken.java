package io.rebalancer.core.assignment;

import java.util.UUID;

/**
 * Which incarnation of a job gives an order. A job begins another incarnation, with the next epoch, each time it starts
 * anywhere, and stores that in its journal before it orders anything; so whoever knows a higher epoch need not obey a
 * lower one.
 *
 * @param epoch 1 for the first incarnation
 */
public record FencingToken(UUID jobId, long epoch) {}
