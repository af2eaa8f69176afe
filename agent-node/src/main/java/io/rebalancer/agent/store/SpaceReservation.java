package io.rebalancer.agent.store;

import java.io.IOException;

/**
 * The space that one object may use. Written bytes stay reserved until the file is forced, because the file system may
 * not count them before. For one thread at a time.
 */
final class SpaceReservation implements AutoCloseable {
    /** An object of unknown length reserves so many bytes at a time. */
    static final long STEP_BYTES = 64L << 20;

    private final SpaceGuard guard;

    /** The length that the object may have. */
    private long grantedBytes;

    /** The part of it that is forced to disk, so that the file system counts it. */
    private long forcedBytes;

    private boolean closed;

    SpaceReservation(SpaceGuard guard, long bytes) {
        this.guard = guard;
        this.grantedBytes = bytes;
    }

    /** The object continues a file of {@code bytes} bytes, which the file system counts. Call it before any growth. */
    void continueAt(long bytes) {
        grantedBytes = bytes;
        forcedBytes = bytes;
    }

    /**
     * Lets the object have {@code totalBytes} bytes.
     *
     * @throws OutOfSpace if that would cross a bound
     */
    void growTo(long totalBytes) throws IOException {
        if (totalBytes > grantedBytes) {
            guard.take(totalBytes - grantedBytes);
            grantedBytes = totalBytes;
        }
    }

    /**
     * Lets the object have at least {@code totalBytes} bytes; reserves whole steps.
     *
     * @throws OutOfSpace if that would cross a bound
     */
    void growInStepsTo(long totalBytes) throws IOException {
        if (totalBytes > grantedBytes) {
            growTo(Math.max(totalBytes, grantedBytes + STEP_BYTES));
        }
    }

    /**
     * Checks the bounds again while the object is written.
     *
     * @throws OutOfSpace if a bound is crossed
     */
    void requireBounds() throws IOException {
        guard.requireBounds();
    }

    /** The first {@code totalBytes} bytes of the object are forced to disk. */
    void recordForced(long totalBytes) {
        if (totalBytes > forcedBytes) {
            guard.recordForced(totalBytes - forcedBytes);
            forcedBytes = totalBytes;
        }
    }

    /** The file is empty again. The object may have {@code totalBytes} bytes, at most as many as before. */
    void restart(long totalBytes) {
        long heldBytes = grantedBytes - forcedBytes;
        if (totalBytes >= heldBytes) {
            guard.takeBack(totalBytes - heldBytes);
        } else {
            guard.giveBack(heldBytes - totalBytes);
        }
        grantedBytes = totalBytes;
        forcedBytes = 0;
    }

    /** Returns the space that the file system does not count. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            guard.giveBack(grantedBytes - forcedBytes);
        }
    }
}
