package io.rebalancer.core.limit;

/**
 * Limits the rate of bytes by delaying them. The caller waits as long as {@link #reserve} returns before it passes its
 * bytes on. Up to 100 ms of unused time carries over; more is lost, so that an idle period is not followed by a burst.
 * Not thread-safe.
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

    /** Changes the rate of later reservations. */
    public void setRate(long newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    /**
     * Reserves {@code bytes} at time {@code nowNanos} of a monotonic clock.
     *
     * @return nanoseconds to wait before the bytes may pass, at least 0
     */
    public long reserve(long bytes, long nowNanos) {
        if (bytesPerSecond == 0) {
            freeAtNanos = nowNanos;
            return 0;
        }
        long begin = freeAtNanos == Long.MIN_VALUE ? nowNanos : Math.max(freeAtNanos, nowNanos - MAX_CARRY_OVER_NANOS);
        freeAtNanos = begin + (long) ((double) bytes / bytesPerSecond * SECOND_NANOS);
        return Math.max(0, begin - nowNanos);
    }
}
