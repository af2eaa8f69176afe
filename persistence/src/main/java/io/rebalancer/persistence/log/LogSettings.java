package io.rebalancer.persistence.log;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Bounds of a log.
 *
 * @param segmentBytes a segment is followed by another before it grows larger, 64 KiB to 1 GiB
 * @param maxBatchBytes written and forced together, at most; at most a quarter of a segment
 * @param maxFrameBytes longest entry, at most a quarter of a segment
 * @param aheadBytes zeros written ahead of the events, at most, so that most forces need not change the file's length;
 *     0 writes none
 * @param queue what may wait for the writer
 * @param forceDeadline a disk that does not answer for so long counts as failed; below the time after which callers
 *     give up
 * @param lowWaterBytes with less free space, or less than a tenth of the file system if that is smaller, no events are
 *     taken; 0 takes them until the disk is full
 * @param retention what is kept although nobody needs it any more
 * @param verifyAll whether every segment is read when the log is opened, and not only those without an index
 */
public record LogSettings(
        int segmentBytes,
        int maxBatchBytes,
        int maxFrameBytes,
        int aheadBytes,
        Queue queue,
        Duration forceDeadline,
        long lowWaterBytes,
        Retention retention,
        boolean verifyAll) {
    /** Suits an agent, and a single machine. */
    public static final LogSettings DEFAULTS = new LogSettings(
            128 << 20,
            8 << 20,
            16 << 20,
            1 << 20,
            new Queue(64L << 20, 10_000, Duration.ofSeconds(5)),
            Duration.ofSeconds(8),
            1L << 30,
            new Retention(2, Duration.ofHours(1), 8L << 30, OptionalLong.empty(), Duration.ofDays(7)),
            false);

    private static final int MIN_SEGMENT_BYTES = 64 << 10;
    private static final int MAX_SEGMENT_BYTES = 1 << 30;

    /**
     * What may wait for the writer; who comes when it is full is refused at once.
     *
     * @param bytes of all entries together
     * @param entries how many
     * @param maxAge an entry that has waited for so long is refused, if it was not handed to the disk yet
     */
    public record Queue(long bytes, int entries, Duration maxAge) {
        /** @throws IllegalArgumentException naming the bound that is none */
        public Queue {
            require(entries >= 1, "queue-entries must be at least 1");
            require(!maxAge.isNegative() && !maxAge.isZero(), "queue-max-age must be longer than nothing");
        }
    }

    /**
     * What is kept although nobody needs it any more, and what a slow reader may pin.
     *
     * @param keepSegments finished segments that stay, at least
     * @param minAge a segment stays for so long after it was finished
     * @param lagAlarmBytes a cursor that is so far behind is complained of
     * @param maxLagBytes a cursor that is so far behind is removed, if anything is; its reader must begin anew
     * @param cursorExpiry a cursor that acknowledged nothing for so long, with events to acknowledge, is removed
     */
    public record Retention(
            int keepSegments, Duration minAge, long lagAlarmBytes, OptionalLong maxLagBytes, Duration cursorExpiry) {
        /** @throws IllegalArgumentException naming the bound that is none */
        public Retention {
            require(keepSegments >= 0, "keep-segments can't be negative");
            require(!minAge.isNegative(), "min-age can't be negative");
            require(lagAlarmBytes > 0, "cursor-lag-alarm must be more than nothing");
            require(maxLagBytes.isEmpty() || maxLagBytes.getAsLong() > 0, "max-cursor-lag must be more than nothing");
            require(!cursorExpiry.isNegative() && !cursorExpiry.isZero(), "cursor-expiry must be longer than nothing");
        }
    }

    /** @throws IllegalArgumentException naming the bound that is none */
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
        require(!forceDeadline.isNegative() && !forceDeadline.isZero(), "force-deadline must be longer than nothing");
        require(lowWaterBytes >= 0, "low-water can't be negative");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
