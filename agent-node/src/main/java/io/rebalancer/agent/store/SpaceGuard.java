package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps the use of a file system within the bounds that its operator set. */
public final class SpaceGuard {
    private final FileStore store;
    private volatile Bounds bounds;

    /**
     * The bounds of a file system.
     *
     * @param floorBytes number of bytes that must stay free, at least 0
     * @param ceilingPercent highest share of the file system that may be used, 1 to 100
     */
    public record Bounds(long floorBytes, int ceilingPercent) {
        /** Every file that fits on the disk is accepted. */
        public static final Bounds NONE = new Bounds(0, 100);

        /** @throws IllegalArgumentException naming the bound that is out of range */
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

    /** Replaces the bounds; later writes are checked against the new bounds. */
    public void setBounds(Bounds newBounds) {
        bounds = newBounds;
    }

    /** The number of bytes that may still be written; 0 when a bound is reached. */
    public long availableBytes() throws IOException {
        return Math.max(0, remainingBytes());
    }

    /** The number of bytes that may still be written; negative when a bound is crossed. */
    private long remainingBytes() throws IOException {
        Bounds now = bounds;
        long total = store.getTotalSpace();
        long usable = store.getUsableSpace();
        long used = total - store.getUnallocatedSpace();
        long belowCeiling = (long) (total / 100.0 * now.ceilingPercent()) - used;
        return Math.min(usable - now.floorBytes(), belowCeiling);
    }

    /** @throws OutOfSpace if writing {@code bytes} more bytes would cross a bound */
    void require(long bytes) throws IOException {
        long available = remainingBytes();
        if (bytes > available) {
            throw new OutOfSpace(bytes + " bytes do not fit: only " + available + " bytes may still be used on "
                    + store + " (floor " + bounds.floorBytes() + " bytes, ceiling "
                    + bounds.ceilingPercent() + " %)");
        }
    }
}
