package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.EventLog.Stored;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/** Reads durable events back. Safe for any threads; an interrupt hurts nobody but the reader that it was meant for. */
final class LogReader {
    private static final int FRAMES_AT_A_TIME = 1000;
    private static final int READ_AHEAD = 1 << 20;
    private static final int READ_ONE = 4 << 10;
    /** Frames that are not further from each other than this are read together. */
    private static final int NEAR = 16 << 10;

    private final LogDisk disk;
    private final LogSettings settings;
    private final SegmentList segments;
    private final IdTable ids;

    LogReader(LogDisk disk, LogSettings settings, SegmentList segments, IdTable ids) {
        this.disk = disk;
        this.settings = settings;
        this.segments = segments;
        this.ids = ids;
    }

    /** Events of one persistence id that are not deleted, from one sequence number to another, both included. */
    List<Stored> read(IdTable.Entry id, long from, long to, long most) throws IOException {
        List<Stored> events = new ArrayList<>();
        long first = Math.max(from, id.deletedTo() + 1);
        for (Segment segment : segments.all()) {
            if (events.size() < most) {
                try {
                    read(segment, id, next(events, first), to, most, events);
                } catch (ClosedChannelException e) {
                    // A segment that goes holds nothing but deleted events.
                    if (segments.has(segment)) {
                        throw e;
                    }
                }
            }
        }
        return events;
    }

    private static long next(List<Stored> events, long first) {
        return events.isEmpty() ? first : events.get(events.size() - 1).sequenceNr() + 1;
    }

    private void read(Segment segment, IdTable.Entry id, long from, long to, long most, List<Stored> events)
            throws IOException {
        long next = from;
        boolean more = true;
        while (more && events.size() < most) {
            int wanted = (int) Math.max(2, Math.min(FRAMES_AT_A_TIME, most - events.size()));
            int[] positions = segment.index().positions(id.number(), next, to, wanted);
            FrameWindow window = new FrameWindow(segment, settings.maxFrameBytes(), segment.end(), READ_ONE);
            for (int i = 0; i < positions.length && events.size() < most; i++) {
                window.ahead(ahead(positions, i));
                Frame frame = frame(segment, window, positions[i]);
                if (frame.id() != id.number()) {
                    throw unreadable(segment, positions[i]);
                }
                take(frame, id.name(), next, to, most, events);
                next = Math.max(next, frame.lastSequenceNr() + 1);
            }
            more = positions.length == wanted;
        }
    }

    private static int ahead(int[] positions, int at) {
        int last = positions.length - 1;
        int span = positions[last] - positions[at];
        boolean near = at < last && span / (last - at) <= NEAR;
        return near ? Math.min(READ_AHEAD, span + READ_ONE) : READ_ONE;
    }

    private static void take(Frame frame, String id, long from, long to, long most, List<Stored> events) {
        for (int i = 0; i < frame.events(); i++) {
            long sequenceNr = frame.sequenceNr() + i;
            if (sequenceNr >= from && sequenceNr <= to && events.size() < most) {
                events.add(stored(frame, i, id));
            }
        }
    }

    private static Stored stored(Frame frame, int i, String id) {
        return new Stored(
                id,
                frame.sequenceNr() + i,
                frame.offset() + i,
                frame.timeMillis(),
                frame.parts().get(i));
    }

    /** Events of all ids in the order of the log, from a number on, deleted ones too as long as they are there. */
    List<Stored> feed(long from, int most) throws IOException {
        List<Stored> events = new ArrayList<>();
        for (Segment segment : segments.all()) {
            if (segment.endOffset() > from && events.size() < most) {
                try {
                    feed(segment, from, most, events);
                } catch (ClosedChannelException e) {
                    if (segments.has(segment)) {
                        throw e;
                    }
                    events.clear();
                }
            }
        }
        return events;
    }

    private void feed(Segment segment, long from, int most, List<Stored> events) throws IOException {
        long end = segment.end();
        long position = segment.header().firstOffset() >= from
                ? Segment.BLOCK_BYTES
                : segment.index().mark(from);
        FrameWindow window = new FrameWindow(segment, settings.maxFrameBytes(), end, READ_AHEAD);
        while (position < end && events.size() < most) {
            Frame frame = frame(segment, window, position);
            for (int i = 0; i < frame.events() && events.size() < most; i++) {
                if (frame.offset() + i >= from) {
                    events.add(stored(frame, i, ids.get(frame.id()).name()));
                }
            }
            position += FrameFormat.length(frame.parts());
        }
    }

    private Frame frame(Segment segment, FrameWindow window, long position) throws IOException {
        return window.frameAt(position).orElseThrow(() -> unreadable(segment, position));
    }

    private LogException unreadable(Segment segment, long position) {
        return new LogException(
                LogException.Kind.CORRUPT,
                "the frame at byte " + position + " of " + segment.name() + " in " + disk.where()
                        + " does not read as it was written; bring the file back from a copy");
    }
}
