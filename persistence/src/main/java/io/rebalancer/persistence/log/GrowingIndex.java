package io.rebalancer.persistence.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Index of a segment that is being written or read, in memory: twelve bytes for a frame. */
final class GrowingIndex implements SegmentIndex {
    /** Between two marks; what a reader may have to pass over to find an event by its number. */
    private static final int MARK_EVERY = 64 << 10;

    private final Map<Long, Places> places = new HashMap<>();
    private final List<Frame> facts = new ArrayList<>();
    private long[] markOffsets = new long[4];
    private int[] markPositions = new int[4];
    private int marks;

    /** Frames of one id. */
    static final class Places {
        private long[] firstSequenceNrs = new long[2];
        private int[] positions = new int[2];
        private int frames;
        private long last;

        private void add(long firstSequenceNr, long lastSequenceNr, int position) {
            if (frames == positions.length) {
                firstSequenceNrs = Arrays.copyOf(firstSequenceNrs, frames * 2);
                positions = Arrays.copyOf(positions, frames * 2);
            }
            firstSequenceNrs[frames] = firstSequenceNr;
            positions[frames++] = position;
            last = lastSequenceNr;
        }

        long[] firstSequenceNrs() {
            return Arrays.copyOf(firstSequenceNrs, frames);
        }

        int[] positions() {
            return Arrays.copyOf(positions, frames);
        }

        long last() {
            return last;
        }
    }

    /** Notes a frame with events. */
    synchronized void events(long id, long firstSequenceNr, int events, long offset, int position) {
        places.computeIfAbsent(id, number -> new Places()).add(firstSequenceNr, firstSequenceNr + events - 1, position);
        if (marks == 0 || position - markPositions[marks - 1] >= MARK_EVERY) {
            if (marks == markOffsets.length) {
                markOffsets = Arrays.copyOf(markOffsets, marks * 2);
                markPositions = Arrays.copyOf(markPositions, marks * 2);
            }
            markOffsets[marks] = offset;
            markPositions[marks++] = position;
        }
    }

    /** Notes a frame without events. */
    synchronized void fact(Frame frame) {
        facts.add(frame);
    }

    @Override
    public synchronized int[] positions(long id, long from, long to, int most) {
        Places known = places.get(id);
        return known == null
                ? new int[0]
                : positions(known.firstSequenceNrs, known.positions, known.frames, known.last, from, to, most);
    }

    /** The part of {@code positions} whose frames may hold events between {@code from} and {@code to}. */
    static int[] positions(
            long[] firstSequenceNrs, int[] positions, int frames, long last, long from, long to, int most) {
        if (from > last) {
            return new int[0];
        }
        int found = Arrays.binarySearch(firstSequenceNrs, 0, frames, from);
        int begin = found >= 0 ? found : Math.max(0, -found - 2);
        int end = begin;
        while (end < frames && end - begin < most && firstSequenceNrs[end] <= to) {
            end++;
        }
        return Arrays.copyOfRange(positions, begin, end);
    }

    @Override
    public synchronized int mark(long offset) {
        return mark(markOffsets, markPositions, marks, offset);
    }

    static int mark(long[] offsets, int[] positions, int marks, long offset) {
        int found = Arrays.binarySearch(offsets, 0, marks, offset);
        int at = found >= 0 ? found : -found - 2;
        return at < 0 ? Segment.BLOCK_BYTES : positions[at];
    }

    synchronized long[] markOffsets() {
        return Arrays.copyOf(markOffsets, marks);
    }

    synchronized int[] markPositions() {
        return Arrays.copyOf(markPositions, marks);
    }

    synchronized Places places(long id) {
        return places.getOrDefault(id, new Places());
    }

    @Override
    public synchronized long[] ids() {
        return places.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    }

    @Override
    public synchronized long highest(long id) {
        Places known = places.get(id);
        return known == null ? 0 : known.last;
    }

    @Override
    public synchronized List<Frame> facts() {
        return List.copyOf(facts);
    }
}
