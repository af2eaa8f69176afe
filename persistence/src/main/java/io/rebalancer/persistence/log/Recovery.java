package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.FrameFormat.Head;
import io.rebalancer.persistence.log.Segment.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads a log from its first segment to its end. Of finished segments only the index is read, where there is one; what
 * is in them is checked when it is asked for, or with {@link LogSettings#verifyAll()}.
 *
 * <pre>
 * frames of the last segment:   whole  whole  whole │ nothing, or zeros ───────────────────────────► its end
 *                                                   │ bad …
 *                                                   ├─ no later frame says that this one was forced ─► torn tail, cut off
 *                                                   └─ a later one does ────────────────────────────► damaged: refused
 * </pre>
 *
 * A frame that was never acknowledged may be missing, torn, or there; one that was acknowledged is followed by frames
 * that were written after its force, and each of them says so ({@code durable before}). A bad frame in an earlier
 * segment is always damage: a segment is only followed by another when all of it was forced.
 */
final class Recovery {
    private static final int READ_BYTES = 4 << 20;

    private final LogDisk disk;
    private final LogSettings settings;
    private final IdTable ids = new IdTable();
    private final Cursors cursors = new Cursors();
    private final List<Segment> segments = new ArrayList<>();
    private final Map<Long, Long> highest = new HashMap<>();
    private final Map<Long, Long> deletedTo = new HashMap<>();
    private long nextFrame;
    private long nextOffset;
    private long begins;
    private long tornBytes;

    /**
     * What was found.
     *
     * @param logId the log's own id, new if there was no log
     * @param epoch of the last writer, 0 if there was none
     * @param nextSegment number for the segment to come
     * @param tornBytes bytes cut off the end
     */
    record Found(
            IdTable ids,
            Cursors cursors,
            List<Segment> segments,
            UUID logId,
            int epoch,
            long nextSegment,
            long nextFrame,
            long nextOffset,
            long tornBytes) {}

    private Recovery(LogDisk disk, LogSettings settings) {
        this.disk = disk;
        this.settings = settings;
    }

    /** @throws LogException if the log is damaged, or was written by a newer version */
    static Found run(LogDisk disk, LogSettings settings) throws IOException {
        Recovery recovery = new Recovery(disk, settings);
        try {
            return recovery.recover();
        } catch (IOException | RuntimeException e) {
            for (Segment segment : recovery.segments) {
                segment.close();
            }
            throw e;
        }
    }

    private Found recover() throws IOException {
        List<String> names = disk.list().stream().filter(Segment::isSegment).toList();
        for (int i = 0; i < names.size(); i++) {
            boolean last = i == names.size() - 1;
            Optional<Segment> segment = Segment.open(disk, names.get(i));
            if (segment.isPresent()) {
                check(segment.get());
                read(segment.get(), last);
            } else if (last && isBeingMade(names.get(i))) {
                disk.delete(names.get(i));
                disk.forceDirectory();
            } else {
                throw damaged(names.get(i), 0, "its header is not whole");
            }
        }
        Optional<Header> newest = segments.isEmpty()
                ? Optional.empty()
                : Optional.of(segments.get(segments.size() - 1).header());
        dropEmptyEnd();
        dropWhatIsNotNeeded();
        // Only now: what an id is called may be said after its events, when the segment that said it first is gone.
        highest.forEach(ids::raise);
        deletedTo.forEach(ids::delete);
        ids.opened();
        return new Found(
                ids,
                cursors,
                segments,
                newest.map(Header::logId).orElseGet(UUID::randomUUID),
                newest.map(Header::epoch).orElse(0),
                segments.isEmpty()
                        ? newest.map(Header::number).orElse(0L)
                        : segments.get(segments.size() - 1).header().number() + 1,
                nextFrame,
                nextOffset,
                tornBytes);
    }

    /** Its header is forced before anything else is written to it. */
    private boolean isBeingMade(String name) throws IOException {
        try (LogDisk.LogFile file = disk.open(name)) {
            return file.size() <= Segment.BLOCK_BYTES;
        }
    }

    private void check(Segment segment) throws IOException {
        Header header = segment.header();
        if (segments.isEmpty()) {
            nextFrame = header.firstFrame();
            nextOffset = header.firstOffset();
        } else {
            Header before = segments.get(segments.size() - 1).header();
            boolean follows = header.logId().equals(before.logId())
                    && header.number() == before.number() + 1
                    && header.firstFrame() == nextFrame
                    && header.firstOffset() == nextOffset;
            if (!follows) {
                segment.close();
                throw damaged(segment.name(), 0, "it does not follow the segment before it");
            }
        }
        segments.add(segment);
    }

    private void read(Segment segment, boolean last) throws IOException {
        if (!last && !settings.verifyAll()) {
            Optional<IndexFile> index = IndexFile.open(disk, segment);
            if (index.isPresent()) {
                trust(segment, index.get());
                return;
            }
        }
        GrowingIndex index = new GrowingIndex();
        long size = segment.file().size();
        FrameWindow window = new FrameWindow(segment, settings.maxFrameBytes(), size, READ_BYTES);
        long position = Segment.BLOCK_BYTES;
        boolean whole = true;
        while (whole && position < size) {
            Optional<ByteBuffer> bytes = window.bytesAt(position);
            Optional<Head> head = bytes.flatMap(
                            each -> FrameFormat.head(each, segment.header().epoch()))
                    .filter(each -> each.number() == nextFrame && each.offset() == nextOffset);
            if (head.isPresent()) {
                note(segment, index, head.get(), bytes.orElseThrow(), (int) position);
                position += bytes.orElseThrow().remaining();
            }
            whole = head.isPresent();
        }
        segment.ends(position, nextFrame, nextOffset);
        end(segment, window, position, size, last);
        // Nothing more is written to it: this process writes to a segment of its own.
        if (segment.end() > Segment.BLOCK_BYTES) {
            segment.indexed(IndexFile.write(disk, segment, index));
        }
    }

    /** The index of a finished segment says what reading it would; the next segment's header must agree. */
    private void trust(Segment segment, IndexFile index) throws IOException {
        segment.indexed(index);
        if (segment.file().size() < index.end()) {
            throw damaged(segment.name(), segment.file().size(), "it was longer when it was finished");
        }
        for (Frame fact : index.facts()) {
            fact(fact);
        }
        for (long id : index.ids()) {
            highest.merge(id, index.highest(id), Math::max);
        }
        nextFrame = index.endFrame();
        nextOffset = index.endOffset();
        segment.ends(index.end(), nextFrame, nextOffset);
    }

    private void note(Segment segment, GrowingIndex index, Head head, ByteBuffer bytes, int position) {
        if (head.kind() == Frame.Kind.EVENTS) {
            index.events(head.id(), head.sequenceNr(), head.events(), head.offset(), position);
            highest.merge(head.id(), head.sequenceNr() + head.events() - 1, Math::max);
        } else {
            Frame frame = FrameFormat.decode(bytes, segment.header().epoch())
                    .orElseThrow(() -> damaged(segment.name(), position, "its checksum agrees, but nothing else"));
            index.fact(frame);
            fact(frame);
        }
        nextFrame = head.number() + 1;
        nextOffset = head.offset() + head.events();
    }

    private void fact(Frame frame) {
        switch (frame.kind()) {
            case ID_DEFINED -> ids.define(frame.text(), frame.id());
            case DELETED -> deletedTo.merge(frame.id(), frame.sequenceNr(), Math::max);
            case HIGHEST -> highest.merge(frame.id(), frame.sequenceNr(), Math::max);
            case CURSOR -> cursors.move(frame.text(), frame.sequenceNr(), frame.timeMillis());
            case CURSOR_REMOVED -> cursors.remove(frame.text());
            case LOG_BEGINS -> begins = Math.max(begins, frame.sequenceNr());
            case EVENTS -> throw new IllegalStateException("events are no fact");
        }
    }

    private void end(Segment segment, FrameWindow window, long position, long size, boolean last) throws IOException {
        if (position < size) {
            boolean zeros = window.zerosFrom(position);
            if (!zeros && !last) {
                throw damaged(segment.name(), position, "a frame in a segment that was finished");
            }
            if (!zeros) {
                Optional<Long> later = window.forcedLater(position, nextFrame);
                if (later.isPresent()) {
                    throw damaged(segment.name(), position, "the frame at " + later.get() + " says that it was stored");
                }
                tornBytes = size - position;
            }
            segment.file().truncate(position);
        }
        if (last) {
            // What a killed process left in the system's memory is shown from here on, so it must stay.
            segment.file().force();
        }
    }

    /** A start that stored nothing leaves nothing behind. */
    private void dropEmptyEnd() throws IOException {
        if (!segments.isEmpty()) {
            Segment last = segments.get(segments.size() - 1);
            if (last.end() == Segment.BLOCK_BYTES) {
                segments.remove(last);
                delete(disk, last);
            }
        }
    }

    private void dropWhatIsNotNeeded() throws IOException {
        if (!segments.isEmpty() && segments.get(0).header().number() > begins) {
            throw damaged(Segment.name(begins), 0, "it is missing");
        }
        while (!segments.isEmpty() && segments.get(0).header().number() < begins) {
            delete(disk, segments.remove(0));
        }
        List<String> indexes = segments.stream()
                .map(segment -> IndexFile.name(segment.header().number()))
                .toList();
        for (String name : disk.list()) {
            if (IndexFile.isIndex(name) && !indexes.contains(name)) {
                disk.delete(name);
            }
        }
    }

    /** Deletes a segment and its index, durably, so that segments always go in their order. */
    static void delete(LogDisk disk, Segment segment) throws IOException {
        segment.close();
        String index = IndexFile.name(segment.header().number());
        if (disk.list().contains(index)) {
            disk.delete(index);
        }
        disk.delete(segment.name());
        disk.forceDirectory();
    }

    private LogException damaged(String name, long position, String why) {
        return new LogException(
                LogException.Kind.CORRUPT,
                "the log in " + disk.where() + " is damaged: " + name + " at byte " + position + " ("
                        + why + "). Nothing is skipped: bring the files back from a copy, or move the directory away to"
                        + " begin anew without these events");
    }
}
