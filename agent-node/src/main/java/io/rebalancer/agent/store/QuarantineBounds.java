package io.rebalancer.agent.store;

import java.time.Duration;

/**
 * How much the quarantine keeps; the oldest files beyond a bound are removed.
 *
 * @param maxAge a file is removed when it is older, above zero
 * @param maxBytes size of all files together, at least 0
 */
public record QuarantineBounds(Duration maxAge, long maxBytes) {
    /** 30 days and 10 GiB. */
    public static final QuarantineBounds DEFAULT = new QuarantineBounds(Duration.ofDays(30), 10L << 30);

    /** With more files, the oldest are removed, because the agent has an entry for each file in memory. */
    static final int MAX_FILES = 100_000;

    /** @throws IllegalArgumentException naming the bound that is out of range */
    public QuarantineBounds {
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("quarantine.max-age must be above zero, not " + maxAge);
        }
        if (maxBytes < 0) {
            throw new IllegalArgumentException("quarantine.max-bytes must be at least 0, not " + maxBytes);
        }
    }
}
