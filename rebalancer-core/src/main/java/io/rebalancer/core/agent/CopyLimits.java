package io.rebalancer.core.agent;

/**
 * How much an agent may do, as its operator chose; may change while it works.
 *
 * @param bytesPerSecond content bytes fetched in a second by all copies together, or 0 for no limit
 * @param bytesPerSecondOfSource content bytes fetched in a second from one storage node, or 0 for no limit
 * @param parallelFetches copies made at a time, 1 to 256
 * @param fetchesOfSource copies made at a time from one storage node, 1 to 256
 * @param freeSpaceFloorMib space that stays free, at least 0
 * @param fillCeilingPercent most of the file system that may be used, 1 to 100
 */
public record CopyLimits(
        long bytesPerSecond,
        long bytesPerSecondOfSource,
        int parallelFetches,
        int fetchesOfSource,
        long freeSpaceFloorMib,
        int fillCeilingPercent) {
    /** Most copies an agent may ever make at a time. */
    public static final int MAX_PARALLEL_FETCHES = 256;

    /** @throws IllegalArgumentException naming the limit that is wrong */
    public CopyLimits {
        require(bytesPerSecond >= 0, "bytesPerSecond must be at least 0 (no limit)");
        require(bytesPerSecondOfSource >= 0, "bytesPerSecondOfSource must be at least 0 (no limit)");
        require(parallelFetches >= 1 && parallelFetches <= MAX_PARALLEL_FETCHES, "parallelFetches must be 1 to 256");
        require(fetchesOfSource >= 1 && fetchesOfSource <= MAX_PARALLEL_FETCHES, "fetchesOfSource must be 1 to 256");
        require(freeSpaceFloorMib >= 0, "freeSpaceFloorMib must be at least 0");
        require(fillCeilingPercent >= 1 && fillCeilingPercent <= 100, "fillCeilingPercent must be 1 to 100");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
