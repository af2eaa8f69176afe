package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.Segment.Header;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Appends to the last segment of the log, and starts the next segment. For the writer's thread only. */
final class SegmentAppender {
    private static final int MIN_PREALLOCATION_BYTES = 64 << 10;
    private static final int ZEROS_BYTES = 256 << 10;

    private final LogDisk disk;
    private final LogSettings settings;
    private final SegmentList segments;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
    private Segment segment;
    private long appendPosition = Segment.BLOCK_BYTES;
    private long allocatedPosition = Segment.BLOCK_BYTES;
    private boolean isRecorded;

    /** Creates a segment with this header and appends to it. */
    SegmentAppender(LogDisk disk, LogSettings settings, SegmentList segments, Header header) throws IOException {
        this.disk = disk;
        this.settings = settings;
        this.segments = segments;
        this.segment = Segment.create(disk, header);
        segments.add(segment);
    }

    Segment segment() {
        return segment;
    }

    /** Position in the segment of the next byte to append. */
    long position() {
        return appendPosition;
    }

    /** The segment, its directory and the position, for error messages. */
    String location() {
        return segment.name() + " in " + disk.location() + ", from byte " + appendPosition;
    }

    /** Whether the segment has space for so many more bytes. */
    boolean hasSpaceFor(long bytes) {
        return appendPosition + bytes <= settings.segmentBytes();
    }

    /** Writes the bytes at the end of the segment, and forces them. With the first bytes, the segment is recorded. */
    void appendAndForce(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        segment.file().write(bytes, appendPosition);
        appendPosition += count;
        allocateAhead();
        segment.file().force();
        if (!isRecorded) {
            HighestSegment.write(
                    disk, segment.header().logId(), segment.header().number());
            isRecorded = true;
        }
    }

    /**
     * Writes zeros ahead of the frames, because a force that need not store a new file length takes half the time. It
     * writes as many zeros as the segment has bytes already, so that a small log stays small.
     */
    private void allocateAhead() throws IOException {
        if (appendPosition <= allocatedPosition) {
            return;
        }
        allocatedPosition = appendPosition;
        long wantedBytes = Math.min(settings.aheadBytes(), Math.max(MIN_PREALLOCATION_BYTES, appendPosition));
        long endPosition = Math.min(settings.segmentBytes(), appendPosition + wantedBytes);
        while (settings.aheadBytes() > 0 && allocatedPosition < endPosition) {
            int count = (int) Math.min(ZEROS_BYTES, endPosition - allocatedPosition);
            segment.file().write(zeros.clear().limit(count), allocatedPosition);
            allocatedPosition += count;
        }
    }

    /** Finishes the segment and creates the one that follows it. */
    void startNext(long firstFrame, long firstOffset, long createdMillis) throws IOException {
        finish();
        Header previous = segment.header();
        segment = Segment.create(
                disk,
                new Header(
                        previous.epoch(),
                        previous.logId(),
                        previous.number() + 1,
                        firstFrame,
                        firstOffset,
                        createdMillis));
        segments.add(segment);
        appendPosition = Segment.BLOCK_BYTES;
        allocatedPosition = appendPosition;
        isRecorded = false;
    }

    /** Cuts off the zeros after the last frame. */
    void finish() throws IOException {
        if (allocatedPosition > appendPosition) {
            segment.file().truncate(appendPosition);
        }
    }
}
