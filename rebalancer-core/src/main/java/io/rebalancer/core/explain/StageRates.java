package io.rebalancer.core.explain;

import java.util.Locale;

/**
 * What the stages of a job did in the last minute, as its present incarnation observed it. Not stored.
 *
 * @param seconds the length of the observed period; shorter than a minute after a start of the job, 0 right after it
 * @param scannedRows rows that the low-water marks of all shards have passed; for scans by row id, with gaps
 * @param placed records that got a destination
 * @param copied records whose copies agents reported as verified
 * @param committed records whose metadata is committed, or that need no change any more
 */
public record StageRates(long seconds, long scannedRows, long placed, long copied, long committed) {
    public static final StageRates NONE = new StageRates(0, 0, 0, 0, 0);

    /** A count as a rate per second, such as {@code 12.5/s}. */
    String rate(long count) {
        return String.format(Locale.ROOT, "%.1f/s", (double) count / Math.max(1, seconds));
    }
}
