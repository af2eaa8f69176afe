package io.rebalancer.agent.store;

import java.time.Duration;

/**
 * The limits of objects that are not complete.
 *
 * @param maxAge a part whose last checkpoint is older is removed at the next start
 * @param maxUnknownBytes longest object of which neither the order nor the source's answer states the length, at least 1
 */
public record PartLimits(Duration maxAge, long maxUnknownBytes) {
    /** The limits of the default settings: 7 days and 5 TiB. */
    public static final PartLimits DEFAULT = new PartLimits(Duration.ofDays(7), 5L << 40);
}
