package io.rebalancer.persistence.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The index of a segment that is being written or recovered. It takes twelve bytes of memory for each frame. */
final class GrowingIndex implements SegmentIndex {
    /** Distance between two marks: the most that a reader scans to find an event by its offset. */
    private static final int MARK_INTERVAL_BYTES = 64 << 10;

    private final Map<Long, FrameLocations> locationsById = new HashMap<>();
    private final List<Frame> controlFrames = new ArrayList<>();
    private long[] markOffsets = new long[4];
    private int[] markPositions = new int[4];
    private int markCount;

    /** The frames with events of one persistence id. */
    static final class FrameLocations {
        private long[] firstSequenceNrs = new long[2];
        private int[] positions = new int[2];
        private int frameCount;
        private long lastSequenceNr;

        private void add(long first, long last, int position) {
            if (frameCount == positions.length) {
                firstSequenceNrs = Arrays.copyOf(firstSequenceNrs, frameCount * 2);
                positions = Arrays.copyOf(positions, frameCount * 2);
            }
            firstSequenceNrs[frameCount] = first;
            positions[frameCount++] = position;
            lastSequenceNr = last;
        }

        /** Positions of the frames that may hold events between {@code from} and {@code to}. */
        private int[] positions(long from, long to, int maxFrames) {
            if (from > lastSequenceNr) {
                return new int[0];
            }
            int found = Arrays.binarySearch(firstSequenceNrs, 0, frameCount, from);
            int begin = found >= 0 ? found : Math.max(0, -found - 2);
            int end = begin;
            while (end < frameCount && end - begin < maxFrames && firstSequenceNrs[end] <= to) {
                end++;
            }
            return Arrays.copyOfRange(positions, begin, end);
        }

        long[] firstSequenceNrs() {
            return Arrays.copyOf(firstSequenceNrs, frameCount);
        }

        int[] positions() {
            return Arrays.copyOf(positions, frameCount);
        }

        long lastSequenceNr() {
            return lastSequenceNr;
        }
    }

    /** Adds a frame with events. */
    synchronized void addEvents(long id, long firstSequenceNr, int events, long offset, int position) {
        locationsById
                .computeIfAbsent(id, number -> new FrameLocations())
                .add(firstSequenceNr, firstSequenceNr + events - 1, position);
        if (markCount == 0 || position - markPositions[markCount - 1] >= MARK_INTERVAL_BYTES) {
            if (markCount == markOffsets.length) {
                markOffsets = Arrays.copyOf(markOffsets, markCount * 2);
                markPositions = Arrays.copyOf(markPositions, markCount * 2);
            }
            markOffsets[markCount] = offset;
            markPositions[markCount++] = position;
        }
    }

    /** Adds a frame without events. */
    synchronized void addControlFrame(Frame frame) {
        controlFrames.add(frame);
    }

    @Override
    public synchronized int[] positions(long id, long from, long to, int maxFrames) {
        FrameLocations known = locationsById.get(id);
        return known == null ? new int[0] : known.positions(from, to, maxFrames);
    }

    @Override
    public synchronized int scanStart(long offset) {
        return scanStart(markOffsets, markPositions, markCount, offset);
    }

    /** Position of the last mark at or before {@code offset}; the segment's first frame if there is none. */
    static int scanStart(long[] offsets, int[] positions, int markCount, long offset) {
        int found = Arrays.binarySearch(offsets, 0, markCount, offset);
        int mark = found >= 0 ? found : -found - 2;
        return mark < 0 ? Segment.BLOCK_BYTES : positions[mark];
    }

    synchronized long[] markOffsets() {
        return Arrays.copyOf(markOffsets, markCount);
    }

    synchronized int[] markPositions() {
        return Arrays.copyOf(markPositions, markCount);
    }

    synchronized FrameLocations locations(long id) {
        return locationsById.getOrDefault(id, new FrameLocations());
    }

    @Override
    public synchronized long[] ids() {
        return locationsById.keySet().stream()
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
    }

    @Override
    public synchronized long highest(long id) {
        FrameLocations known = locationsById.get(id);
        return known == null ? 0 : known.lastSequenceNr;
    }

    @Override
    public synchronized List<Frame> controlFrames() {
        return List.copyOf(controlFrames);
    }
}
