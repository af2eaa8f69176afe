package io.rebalancer.persistence.log;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * The settings of a log.
 *
 * @param segmentBytes largest size of a segment, 64 KiB to 1 GiB
 * @param maxBatchBytes most bytes that are written and forced together; at most a quarter of a segment
 * @param maxFrameBytes largest entry; at most a quarter of a segment
 * @param aheadBytes most zeros that are written ahead of the events, so that few forces change the file's length; 0 for
 *     none
 * @param queue bounds of the queue before the writer
 * @param force how long a disk operation may take
 * @param lowWaterBytes events are rejected while less space is free, or less than a tenth of the file system if that is
 *     smaller; 0 accepts events until the disk is full
 * @param retention what is kept for longer than it is needed
 * @param verifyAll whether opening reads every segment, and not only those without an index
 */
public record LogSettings(
        int segmentBytes,
        int maxBatchBytes,
        int maxFrameBytes,
        int aheadBytes,
        Queue queue,
        Force force,
        long lowWaterBytes,
        Retention retention,
        boolean verifyAll) {
    /** Suitable for an agent, and for a single machine. */
    public static final LogSettings DEFAULTS = new LogSettings(
            128 << 20,
            8 << 20,
            16 << 20,
            1 << 20,
            new Queue(64L << 20, 10_000, Duration.ofSeconds(5)),
            new Force(Duration.ofSeconds(5), Duration.ofMinutes(2)),
            1L << 30,
            new Retention(2, Duration.ofHours(1), 8L << 30, OptionalLong.empty(), Duration.ofDays(7), 25),
            false);

    private static final int MIN_SEGMENT_BYTES = 64 << 10;
    private static final int MAX_SEGMENT_BYTES = 1 << 30;
    private static final int MAX_COMPACT_PERCENT = 50;

    /**
     * Bounds of the queue before the writer. An entry that does not fit is rejected at once.
     *
     * @param bytes largest size of all waiting entries together
     * @param entries largest number of waiting entries
     * @param maxAge an entry that has waited for longer is rejected, unless it is being written
     */
    public record Queue(long bytes, int entries, Duration maxAge) {
        /** @throws IllegalArgumentException with the name and the range of the invalid setting */
        public Queue {
            require(entries >= 1, "queue-entries must be at least 1");
            require(!maxAge.isNegative() && !maxAge.isZero(), "queue-max-age must be positive");
        }
    }

    /**
     * How long a write and its force may take together.
     *
     * @param throttleAfter while an operation takes longer, events are rejected at once
     * @param deadline an operation that takes longer fails the log
     */
    public record Force(Duration throttleAfter, Duration deadline) {
        /** @throws IllegalArgumentException with the name and the range of the invalid setting */
        public Force {
            require(!throttleAfter.isNegative() && !throttleAfter.isZero(), "force-throttle-after must be positive");
            require(
                    deadline.compareTo(throttleAfter) > 0,
                    "force-deadline must be longer than force-throttle-after, which is " + throttleAfter);
        }
    }

    /**
     * What is kept for longer than it is needed, and what a slow reader may pin.
     *
     * @param keepSegments least number of finished segments to keep
     * @param minAge how long a segment is kept after it was finished
     * @param lagAlarmBytes a cursor that is further behind is reported
     * @param maxLagBytes a cursor that is further behind is removed, and its reader must start over; empty for no limit
     * @param cursorExpiry a cursor that has events to acknowledge and acknowledges none for this long is removed
     * @param compactBelowPercent a segment is compacted when less than this part of it is still needed, 1 to 50 percent; 0
     *     for never
     */
    public record Retention(
            int keepSegments,
            Duration minAge,
            long lagAlarmBytes,
            OptionalLong maxLagBytes,
            Duration cursorExpiry,
            int compactBelowPercent) {
        /** @throws IllegalArgumentException with the name and the range of the invalid setting */
        public Retention {
            require(keepSegments >= 0, "keep-segments can't be negative");
            require(!minAge.isNegative(), "min-age can't be negative");
            require(lagAlarmBytes > 0, "cursor-lag-alarm must be positive");
            require(maxLagBytes.isEmpty() || maxLagBytes.getAsLong() > 0, "max-cursor-lag must be positive");
            require(!cursorExpiry.isNegative() && !cursorExpiry.isZero(), "cursor-expiry must be positive");
            require(
                    compactBelowPercent >= 0 && compactBelowPercent <= MAX_COMPACT_PERCENT,
                    "compact-below-percent must be 0 to " + MAX_COMPACT_PERCENT);
        }
    }

    /** @throws IllegalArgumentException with the name and the range of the invalid setting */
    public LogSettings {
        require(
                segmentBytes >= MIN_SEGMENT_BYTES && segmentBytes <= MAX_SEGMENT_BYTES,
                "segment-bytes must be 64 KiB to 1 GiB");
        require(
                maxFrameBytes >= FrameFormat.HEADER_BYTES && maxFrameBytes <= segmentBytes / 4,
                "max-frame-bytes must be at most a quarter of segment-bytes");
        require(
                maxBatchBytes >= 1 && maxBatchBytes <= segmentBytes / 4,
                "max-batch-bytes must be at most a quarter of segment-bytes");
        require(aheadBytes >= 0 && aheadBytes <= segmentBytes, "ahead-bytes must be 0 to segment-bytes");
        require(queue.bytes() >= maxFrameBytes, "queue-bytes must be at least max-frame-bytes");
        require(lowWaterBytes >= 0, "low-water can't be negative");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
