package io.rebalancer.core.agent;

/**
 * The limits of an agent's copies, as its operator chose them. They can change while copies run.
 *
 * @param bytesPerSecond content bytes fetched per second by all copies together, or 0 for no limit
 * @param bytesPerSecondOfSource content bytes fetched per second from one source, or 0 for no limit
 * @param parallelFetches concurrent copies, 1 to 256
 * @param fetchesOfSource concurrent copies from one source, 1 to 256
 * @param freeSpaceFloorMib free-space floor in MiB, at least 0
 * @param fillCeilingPercent fill ceiling of the file system, 1 to 100
 */
public record CopyLimits(
        long bytesPerSecond,
        long bytesPerSecondOfSource,
        int parallelFetches,
        int fetchesOfSource,
        long freeSpaceFloorMib,
        int fillCeilingPercent) {
    /** Upper bound of every limit on concurrent copies. */
    public static final int MAX_PARALLEL_FETCHES = 256;

    /** Lowest byte rate that an operator may choose at run time, in bytes per second. */
    public static final long MIN_BYTES_PER_SECOND = 64 << 10;

    /** @throws IllegalArgumentException naming the invalid limit */
    public CopyLimits {
        require(bytesPerSecond >= 0, "bytesPerSecond must be at least 0 (no limit)");
        require(bytesPerSecondOfSource >= 0, "bytesPerSecondOfSource must be at least 0 (no limit)");
        require(parallelFetches >= 1 && parallelFetches <= MAX_PARALLEL_FETCHES, "parallelFetches must be 1 to 256");
        require(fetchesOfSource >= 1 && fetchesOfSource <= MAX_PARALLEL_FETCHES, "fetchesOfSource must be 1 to 256");
        require(freeSpaceFloorMib >= 0, "freeSpaceFloorMib must be at least 0");
        require(fillCeilingPercent >= 1 && fillCeilingPercent <= 100, "fillCeilingPercent must be 1 to 100");
    }

    /**
     * Checks an operator's change of {@code former} limits. A byte rate below {@link #MIN_BYTES_PER_SECOND} is rejected,
     * because it is probably a rate in another unit, and it stops the copies. The settings file and stored limits may
     * have lower rates, and a change of other limits keeps these.
     *
     * @throws IllegalArgumentException naming the rate that is too low
     */
    public void requireUsableChange(CopyLimits former) {
        requireUsableRate("bytesPerSecond", bytesPerSecond, former.bytesPerSecond);
        requireUsableRate("bytesPerSecondOfSource", bytesPerSecondOfSource, former.bytesPerSecondOfSource);
    }

    private static void requireUsableRate(String name, long rate, long former) {
        require(
                rate == 0 || rate == former || rate >= MIN_BYTES_PER_SECOND,
                name + " must be 0 (no limit) or at least " + MIN_BYTES_PER_SECOND
                        + " bytes per second (64 KiB/s), not " + rate);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
