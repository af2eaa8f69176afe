package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.EventLog.Event;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** Reads durable events. Safe for any threads; an interrupt affects only the thread that it was meant for. */
final class LogReader {
    private static final int MAX_FRAMES_PER_LOOKUP = 1000;
    private static final int READ_AHEAD_BYTES = 1 << 20;
    private static final int SINGLE_FRAME_BYTES = 4 << 10;
    /** Frames are read together if their average distance is at most this. */
    private static final int MAX_GAP_BYTES = 16 << 10;

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

    /** The events of one persistence id between two sequence numbers, both included, without the deleted ones. */
    List<Event> read(IdTable.Entry id, long from, long to, long maxEvents) throws IOException {
        List<Event> events = new ArrayList<>();
        long first = Math.max(from, id.deletedTo() + 1);
        boolean complete = false;
        while (!complete) {
            complete = readEach(id, first, to, maxEvents, events);
        }
        return events;
    }

    /** Adds what is missing in {@code events}; false if a segment disappeared before it was read. */
    private boolean readEach(IdTable.Entry id, long first, long to, long maxEvents, List<Event> events)
            throws IOException {
        for (Segment segment : segments.all()) {
            if (events.size() < maxEvents) {
                try {
                    read(segment, id, next(events, first), to, maxEvents, events);
                } catch (ClosedChannelException | NoSuchFileException e) {
                    if (segments.contains(segment)) {
                        throw e;
                    }
                    // The segment was deleted, or compacted: then its events are in another one.
                    return false;
                }
            }
        }
        return true;
    }

    private static long next(List<Event> events, long first) {
        return events.isEmpty() ? first : events.get(events.size() - 1).sequenceNr() + 1;
    }

    private void read(Segment segment, IdTable.Entry id, long from, long to, long maxEvents, List<Event> events)
            throws IOException {
        long next = from;
        boolean more = true;
        while (more && events.size() < maxEvents) {
            int maxFrames = (int) Math.max(2, Math.min(MAX_FRAMES_PER_LOOKUP, maxEvents - events.size()));
            int[] positions = segment.index().positions(id.number(), next, to, maxFrames);
            FrameWindow window =
                    new FrameWindow(segment, settings.maxFrameBytes(), segment.endPosition(), SINGLE_FRAME_BYTES);
            for (int i = 0; i < positions.length && events.size() < maxEvents; i++) {
                window.setReadAheadBytes(readAheadBytes(positions, i));
                Frame frame = frame(segment, window, positions[i]);
                if (frame.id() != id.number()) {
                    throw damaged(segment, positions[i]);
                }
                addEvents(frame, id.name(), next, to, maxEvents, events);
                next = Math.max(next, frame.lastSequenceNr() + 1);
            }
            more = positions.length == maxFrames;
        }
    }

    private static int readAheadBytes(int[] positions, int current) {
        int last = positions.length - 1;
        int spanBytes = positions[last] - positions[current];
        boolean near = current < last && spanBytes / (last - current) <= MAX_GAP_BYTES;
        return near ? Math.min(READ_AHEAD_BYTES, spanBytes + SINGLE_FRAME_BYTES) : SINGLE_FRAME_BYTES;
    }

    private static void addEvents(Frame frame, String id, long from, long to, long maxEvents, List<Event> events) {
        for (int i = 0; i < frame.events(); i++) {
            long sequenceNr = frame.sequenceNr() + i;
            if (sequenceNr >= from && sequenceNr <= to && events.size() < maxEvents) {
                events.add(event(frame, i, id));
            }
        }
    }

    private static Event event(Frame frame, int i, String id) {
        return new Event(
                id,
                frame.sequenceNr() + i,
                frame.offset() + i,
                frame.timeMillis(),
                frame.parts().get(i));
    }

    /** The events of all ids from an offset on, in the order of the log; with deleted events whose segment still exists. */
    List<Event> feed(long fromOffset, int maxEvents) throws IOException {
        List<Event> events = new ArrayList<>();
        while (!feedEach(fromOffset, maxEvents, events)) {
            events.clear();
        }
        return events;
    }

    /** Adds events to {@code events}; false if a segment disappeared before it was read. */
    private boolean feedEach(long fromOffset, int maxEvents, List<Event> events) throws IOException {
        for (Segment segment : segments.all()) {
            if (segment.endOffset() > fromOffset && events.size() < maxEvents) {
                try {
                    feed(segment, fromOffset, maxEvents, events);
                } catch (ClosedChannelException | NoSuchFileException e) {
                    if (segments.contains(segment)) {
                        throw e;
                    }
                    return false;
                }
            }
        }
        return true;
    }

    private void feed(Segment segment, long fromOffset, int maxEvents, List<Event> events) throws IOException {
        long endPosition = segment.endPosition();
        long position = segment.header().firstOffset() >= fromOffset
                ? Segment.BLOCK_BYTES
                : segment.index().scanStart(fromOffset);
        FrameWindow window = new FrameWindow(segment, settings.maxFrameBytes(), endPosition, READ_AHEAD_BYTES);
        while (position < endPosition && events.size() < maxEvents) {
            Frame frame = frame(segment, window, position);
            for (int i = 0; i < frame.events() && events.size() < maxEvents; i++) {
                if (frame.offset() + i >= fromOffset) {
                    events.add(event(frame, i, ids.get(frame.id()).name()));
                }
            }
            position += FrameFormat.length(frame.parts());
        }
    }

    private Frame frame(Segment segment, FrameWindow window, long position) throws IOException {
        return window.frameAt(position).orElseThrow(() -> damaged(segment, position));
    }

    private LogException damaged(Segment segment, long position) {
        return new LogException(
                LogException.Kind.CORRUPT,
                "the frame at byte " + position + " of " + segment.name() + " in " + disk.location()
                        + " differs from what was written; restore the file from a copy");
    }
}
