package io.rebalancer.core.limit;

/**
 * Limits the rate of bytes. Bytes pass as soon as the earlier bytes are paid for, and are paid for afterwards. So a
 * caller never waits for longer than {@link #maxBytes} take, one second, and a new rate applies at once. Up to 100 ms of
 * unused time carries over; more is lost, so that an idle period is not followed by a burst. Not thread-safe.
 */
public final class ByteRateLimiter {
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final long MAX_CARRY_OVER_NANOS = SECOND_NANOS / 10;

    private long bytesPerSecond;
    private long freeAtNanos = Long.MIN_VALUE;

    /** @param bytesPerSecond 0 for no limit */
    public ByteRateLimiter(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Changes the rate. Bytes that passed at the former rate delay no further bytes: after a rate that was too low, the
     * new rate applies at once.
     *
     * @param newBytesPerSecond 0 for no limit
     * @param nowNanos time of a monotonic clock
     */
    public void setRate(long newBytesPerSecond, long nowNanos) {
        bytesPerSecond = newBytesPerSecond;
        freeAtNanos = Math.min(freeAtNanos, nowNanos);
    }

    /** The largest number of bytes that may pass at a time: the bytes of one second. */
    public long maxBytes() {
        return bytesPerSecond == 0 ? Long.MAX_VALUE : bytesPerSecond;
    }

    /**
     * Lets bytes pass if the rate allows it.
     *
     * @param bytes at least 0 and at most {@link #maxBytes}
     * @param nowNanos time of a monotonic clock
     * @return 0 if the bytes pass; otherwise the nanoseconds after which to try again, at most one second
     * @throws IllegalArgumentException if {@code bytes} exceeds {@link #maxBytes}
     */
    public long tryPass(long bytes, long nowNanos) {
        if (bytes > maxBytes()) {
            throw new IllegalArgumentException("at most " + maxBytes() + " bytes may pass at a time, not " + bytes);
        }
        if (bytesPerSecond == 0) {
            freeAtNanos = nowNanos;
            return 0;
        }
        if (freeAtNanos > nowNanos) {
            return freeAtNanos - nowNanos;
        }
        long begin = freeAtNanos == Long.MIN_VALUE ? nowNanos : Math.max(freeAtNanos, nowNanos - MAX_CARRY_OVER_NANOS);
        freeAtNanos = begin + (long) ((double) bytes / bytesPerSecond * SECOND_NANOS);
        return 0;
    }
}
