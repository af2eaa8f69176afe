package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps a file system from being filled beyond what its operator allows. */
public final class SpaceGuard {
    private final FileStore store;
    private volatile Bounds bounds;

    /**
     * What has to stay free.
     *
     * @param floorBytes least free space
     * @param ceilingPercent most of the file system that may be used, 1 to 100
     */
    public record Bounds(long floorBytes, int ceilingPercent) {
        /** Any file that fits is taken. */
        public static final Bounds NONE = new Bounds(0, 100);

        /** @throws IllegalArgumentException naming the bound that is none */
        public Bounds {
            if (floorBytes < 0) {
                throw new IllegalArgumentException("the free-space floor must be at least 0, not " + floorBytes);
            }
            if (ceilingPercent < 1 || ceilingPercent > 100) {
                throw new IllegalArgumentException("the fill ceiling must be 1 to 100 percent, not " + ceilingPercent);
            }
        }
    }

    SpaceGuard(Path directory, Bounds bounds) throws IOException {
        this.store = Files.getFileStore(directory);
        this.bounds = bounds;
    }

    /** Counts from now on. */
    public void set(Bounds fresh) {
        bounds = fresh;
    }

    /** Bytes that may still be written; 0 when a bound is reached. */
    public long availableBytes() throws IOException {
        return Math.max(0, leftBytes());
    }

    /** The same, and below 0 when a bound is crossed. */
    private long leftBytes() throws IOException {
        Bounds now = bounds;
        long total = store.getTotalSpace();
        long usable = store.getUsableSpace();
        long used = total - store.getUnallocatedSpace();
        long belowCeiling = (long) (total / 100.0 * now.ceilingPercent()) - used;
        return Math.min(usable - now.floorBytes(), belowCeiling);
    }

    /** @throws OutOfSpace if {@code bytes} more would cross a bound */
    void require(long bytes) throws IOException {
        long available = leftBytes();
        if (bytes > available) {
            throw new OutOfSpace(bytes + " bytes do not fit into the " + available + " that may still be used of "
                    + store + " (floor " + bounds.floorBytes() + " bytes, ceiling "
                    + bounds.ceilingPercent() + " %)");
        }
    }
}
