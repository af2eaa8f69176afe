package io.rebalancer.persistence.log;

import java.time.Duration;

/**
 * Bounds of a log.
 *
 * @param segmentBytes a segment is followed by another before it grows larger, 64 KiB to 1 GiB
 * @param maxBatchBytes written and forced together, at most
 * @param maxFrameBytes longest entry, at most a quarter of a segment
 * @param queueBytes bytes that may wait for the writer
 * @param queueEntries entries that may wait for the writer
 * @param queueMaxAge an entry that has waited for so long is refused; below the time after which callers give up
 */
public record LogSettings(
        int segmentBytes,
        int maxBatchBytes,
        int maxFrameBytes,
        long queueBytes,
        int queueEntries,
        Duration queueMaxAge) {
    /** Suits an agent, and a single machine. */
    public static final LogSettings DEFAULTS =
            new LogSettings(128 << 20, 8 << 20, 16 << 20, 64L << 20, 10_000, Duration.ofSeconds(5));

    private static final int LEAST_SEGMENT = 64 << 10;
    private static final int MOST_SEGMENT = 1 << 30;

    /** @throws IllegalArgumentException naming the bound that is none */
    public LogSettings {
        require(segmentBytes >= LEAST_SEGMENT && segmentBytes <= MOST_SEGMENT, "segment-bytes must be 64 KiB to 1 GiB");
        require(
                maxFrameBytes >= FrameFormat.HEADER_BYTES && maxFrameBytes <= segmentBytes / 4,
                "max-frame-bytes must be at most a quarter of segment-bytes");
        require(
                maxBatchBytes >= 1 && maxBatchBytes <= segmentBytes / 4,
                "max-batch-bytes must be at most a quarter of segment-bytes");
        require(queueBytes >= maxFrameBytes, "queue-bytes must be at least max-frame-bytes");
        require(queueEntries >= 1, "queue-entries must be at least 1");
        require(!queueMaxAge.isNegative() && !queueMaxAge.isZero(), "queue-max-age must be longer than nothing");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
