package io.rebalancer.core.storage;

import java.util.OptionalLong;

/** Computes how much of a storage node's free space may be promised (manta.md 5.5). */
public final class SpaceRules {
    private static final long BYTES_PER_MIB = 1L << 20;

    private SpaceRules() {}

    /**
     * MiB that may still be promised on {@code node} below the fill ceiling.
     *
     * @param maxFillPercent fill ceiling, 0 to 100
     * @param promisedMib MiB promised to assignments in flight, at least 0
     * @return at least 0; always 0 for a node at 100 %, because its size can't be derived from its free space
     */
    public static long availableMib(StorageNode node, int maxFillPercent, long promisedMib) {
        int used = node.percentUsed();
        if (used >= maxFillPercent || used == 100) {
            return 0;
        }
        double totalMib = node.availableMib() / (1 - used / 100.0);
        long fillMib = (long) Math.floor(totalMib * maxFillPercent / 100.0);
        long usedMib = (long) Math.floor(totalMib - node.availableMib());
        return Math.max(0, fillMib - usedMib - promisedMib);
    }

    /**
     * MiB that are used on {@code node}, at most 1 % of its size too much, because the reported share is rounded up.
     *
     * @return empty for a node at 100 %, because its size can't be derived from its free space
     */
    public static OptionalLong usedMib(StorageNode node) {
        int used = node.percentUsed();
        return used == 100
                ? OptionalLong.empty()
                : OptionalLong.of((long) Math.ceil(node.availableMib() / (1 - used / 100.0) - node.availableMib()));
    }

    /** Size in whole MiB, rounded up so that many small objects add up. */
    public static long mibFor(long sizeBytes) {
        return Math.floorDiv(sizeBytes + BYTES_PER_MIB - 1, BYTES_PER_MIB);
    }
}
