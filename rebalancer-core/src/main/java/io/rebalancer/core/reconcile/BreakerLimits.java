package io.rebalancer.core.reconcile;

/**
 * How much may differ on a storage node before nothing is done about it.
 *
 * @param missingRatio missing files as a share of the claims, 0 to 1
 * @param orphanRatio files without a record as a share of the files, 0 to 1
 * @param minAbsolute up to this number, a share does not matter; with 0, the first one above the share trips
 */
public record BreakerLimits(double missingRatio, double orphanRatio, long minAbsolute) {

    /** 0.5 %, 1 % and 100. */
    public static final BreakerLimits DEFAULT = new BreakerLimits(0.005, 0.01, 100);

    /** @throws IllegalArgumentException naming the value that is out of range */
    public BreakerLimits {
        requireShare("missing-ratio", missingRatio);
        requireShare("orphan-ratio", orphanRatio);
        if (minAbsolute < 0) {
            throw new IllegalArgumentException("breaker.min-absolute must be at least 0, not " + minAbsolute);
        }
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("breaker." + name + " must be 0 to 1, not " + value);
        }
    }

    /** Whether so many files are missing that the disk is probably not the one that the records mean. */
    public boolean tripsOnMissing(long missing, long claims) {
        return missing > minAbsolute && missing > missingRatio * claims;
    }

    /** Whether so many files are without a record that the records are probably not complete. */
    public boolean tripsOnOrphans(long orphans, long files) {
        return orphans > minAbsolute && orphans > orphanRatio * files;
    }
}
