package io.rebalancer.persistence.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The segments of a log in order; the writer appends to the last one. Safe for any threads. */
final class SegmentList {
    /** Replaced as a whole, so that a reader never sees half of a change. */
    private volatile List<Segment> segments = List.of();

    /** Puts the replacement of some segments in place. */
    @FunctionalInterface
    interface Replacement {
        /** Returns the segment that replaces the others. */
        Segment putInPlace() throws IOException;
    }

    synchronized void add(Segment segment) {
        List<Segment> changed = new ArrayList<>(segments);
        changed.add(segment);
        changed.sort(Comparator.comparingLong(each -> each.header().number()));
        segments = List.copyOf(changed);
    }

    List<Segment> all() {
        return segments;
    }

    /** Whether a segment is in the list. Waits while it is being replaced. */
    synchronized boolean contains(Segment segment) {
        return segments.contains(segment);
    }

    int size() {
        return segments.size();
    }

    long bytes() {
        return segments.stream().mapToLong(Segment::endPosition).sum();
    }

    /** Approximate number of bytes from the event at {@code offset} on. */
    long bytesFrom(long offset) {
        return segments.stream()
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
    synchronized void removeBefore(long number, UnneededSegments unneeded) {
        segments.stream().filter(segment -> segment.header().number() < number).forEach(unneeded::add);
        segments = segments.stream()
                .filter(segment -> segment.header().number() >= number)
                .toList();
    }

    /**
     * Replaces neighbouring segments by a segment with the number of the last. The files of the others then wait in {@code
     * unneeded} for their deletion; the file of the last is gone, and the caller closes it.
     *
     * @throws IOException if the replacement could not be put in place; then the list has not changed
     */
    synchronized void replace(List<Segment> replaced, Replacement replacement, UnneededSegments unneeded)
            throws IOException {
        Segment last = replaced.get(replaced.size() - 1);
        Segment segment = replacement.putInPlace();
        List<Segment> changed = new ArrayList<>(segments);
        changed.set(changed.indexOf(last), segment);
        changed.removeAll(replaced);
        replaced.subList(0, replaced.size() - 1).forEach(unneeded::add);
        segments = List.copyOf(changed);
    }

    void close() throws IOException {
        Segment.closeAll(segments);
    }
}
