package io.rebalancer.core.limit;

/**
 * Spreads bytes over time so that no more than a rate passes. Each taker is told how long to wait before its bytes may
 * pass; a short time unused is forgiven, a longer one is lost, so that a pause is not followed by a flood. For one thread
 * at a time.
 */
public final class ByteRateLimiter {
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final long FORGIVEN_NANOS = SECOND_NANOS / 10;

    private long bytesPerSecond;
    private long freeAtNanos = Long.MIN_VALUE;

    /** @param bytesPerSecond 0 for no limit */
    public ByteRateLimiter(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Counts for bytes that are taken from now on. */
    public void set(long newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    /**
     * Takes {@code bytes} at time {@code nowNanos} of any clock that only goes forward.
     *
     * @return nanoseconds to wait, at least 0
     */
    public long take(long bytes, long nowNanos) {
        if (bytesPerSecond == 0) {
            freeAtNanos = nowNanos;
            return 0;
        }
        long begin = freeAtNanos == Long.MIN_VALUE ? nowNanos : Math.max(freeAtNanos, nowNanos - FORGIVEN_NANOS);
        freeAtNanos = begin + (long) ((double) bytes / bytesPerSecond * SECOND_NANOS);
        return Math.max(0, begin - nowNanos);
    }
}
