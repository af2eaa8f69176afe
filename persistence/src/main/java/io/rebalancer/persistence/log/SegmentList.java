package io.rebalancer.persistence.log;

import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The segments of a log in order; the writer appends to the last one. Safe for any threads. */
final class SegmentList {
    private final NavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();

    void add(Segment segment) {
        segments.put(segment.header().number(), segment);
    }

    List<Segment> all() {
        return List.copyOf(segments.values());
    }

    boolean contains(Segment segment) {
        return segments.containsKey(segment.header().number());
    }

    int size() {
        return segments.size();
    }

    long bytes() {
        return segments.values().stream().mapToLong(Segment::endPosition).sum();
    }

    /** Approximate number of bytes from the event at {@code offset} on. */
    long bytesFrom(long offset) {
        return segments.values().stream()
                .mapToLong(segment -> bytesFrom(segment, offset))
                .sum();
    }

    private static long bytesFrom(Segment segment, long offset) {
        long endPosition = segment.endPosition();
        if (segment.endOffset() <= offset) {
            return 0;
        }
        return endPosition
                - (segment.header().firstOffset() >= offset
                        ? Segment.BLOCK_BYTES
                        : segment.index().scanStart(offset));
    }

    /** Moves the segments before this number to {@code unneeded}, where they wait for their deletion. */
    void removeBefore(long number, UnneededSegments unneeded) {
        for (Segment segment : segments.headMap(number).values()) {
            unneeded.add(segment);
            segments.remove(segment.header().number());
        }
    }

    void close() throws IOException {
        Segment.closeAll(segments.values());
    }
}
