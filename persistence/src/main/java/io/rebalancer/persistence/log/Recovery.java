package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.FrameFormat.FrameHeader;
import io.rebalancer.persistence.log.Segment.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Recovers a log from its first segment to its end. A finished segment is recovered from its index alone if it has a valid
 * one; its frames are then checked when they are read, or here with {@link LogSettings#verifyAll()}.
 *
 * <pre>
 * frames of the last segment:   whole  whole  whole │ nothing, or zeros ──────────────────────────────► its end
 *                                                   │ bad …
 *                                                   ├─ no later frame proves that it was forced ─────► torn tail: cut off
 *                                                   └─ a later frame proves it ──────────────────────► damage: rejected
 * </pre>
 *
 * A frame that was never acknowledged may be whole, torn or missing. The frames written after the force of an acknowledged
 * frame record that force in {@code durable before}. A bad frame in an earlier segment is always damage, because a segment
 * is forced completely before another follows it.
 */
final class Recovery {
    private static final int READ_AHEAD_BYTES = 4 << 20;
    private static final int COPY_BYTES = 1 << 20;

    private final LogDisk disk;
    private final LogSettings settings;
    private final IdTable ids = new IdTable();
    private final Cursors cursors = new Cursors();
    private final List<Segment> segments = new ArrayList<>();
    private final SortedSet<Long> unneededSegments = new TreeSet<>();
    private final Map<Long, Long> highest = new HashMap<>();
    private final Map<Long, Long> deletedTo = new HashMap<>();
    private long nextFrame;
    private long nextOffset;
    private long firstNeededSegment;
    private long tornBytes;

    /**
     * The log as it was recovered.
     *
     * @param unneededSegments numbers of segments before the first needed one, whose files still have to be deleted
     * @param logId id of the log; a new one if there was no log
     * @param epoch of the last writer; 0 if there was none
     * @param nextSegment number for the next segment
     * @param tornBytes number of bytes that were cut off the end
     */
    record RecoveredLog(
            IdTable ids,
            Cursors cursors,
            List<Segment> segments,
            SortedSet<Long> unneededSegments,
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
    static RecoveredLog run(LogDisk disk, LogSettings settings) throws IOException {
        return new Recovery(disk, settings).recover();
    }

    private RecoveredLog recover() throws IOException {
        List<String> names = disk.list().stream().filter(Segment::isSegment).toList();
        Optional<HighestSegment.Stored> highestSegment = HighestSegment.read(disk);
        // Before anything is changed: the segment that is now the last one would be taken for one with a torn tail.
        requireHighest(highestSegment, names.isEmpty() ? -1 : number(names.get(names.size() - 1)));
        SegmentFiles files = SegmentFiles.open(disk, names);
        try {
            return recover(files, highestSegment);
        } catch (IOException | RuntimeException e) {
            for (Segment segment : files.segments()) {
                segment.close();
            }
            throw e;
        }
    }

    private RecoveredLog recover(SegmentFiles files, Optional<HighestSegment.Stored> highestSegment)
            throws IOException {
        List<Segment> opened = files.segments();
        for (int i = 0; i < opened.size(); i++) {
            addSegment(opened.get(i));
            recoverSegment(
                    opened.get(i), i == opened.size() - 1 && files.unfinished().isEmpty());
        }
        if (files.unfinished().isPresent()) {
            disk.delete(files.unfinished().get());
            disk.forceDirectory();
        }
        Optional<Header> newest = segments.isEmpty()
                ? Optional.empty()
                : Optional.of(segments.get(segments.size() - 1).header());
        deleteEmptyLastSegment();
        requireLastSegment(highestSegment);
        unneededSegments.addAll(files.beforeHole());
        dropUnneededSegments();
        // The name of the segment that replaces them may not be forced yet. The start forces the directory when it
        // creates
        // the next segment, before retention deletes anything.
        unneededSegments.addAll(files.replaced());
        // Only now: the frame that defines an id follows its events if the segment with the first definition was
        // deleted.
        highest.forEach(ids::raiseHighest);
        deletedTo.forEach(ids::raiseDeleted);
        ids.startWritingAfterHighest();
        return new RecoveredLog(
                ids,
                cursors,
                segments,
                unneededSegments,
                newest.map(Header::logId).orElseGet(UUID::randomUUID),
                newest.map(Header::epoch).orElse(0),
                segments.isEmpty()
                        ? newest.map(Header::number).orElse(0L)
                        : segments.get(segments.size() - 1).header().number() + 1,
                nextFrame,
                nextOffset,
                tornBytes);
    }

    private long number(String name) {
        return Segment.number(name).orElseThrow(() -> damaged(name, 0, "its name is not that of a segment"));
    }

    private void addSegment(Segment segment) {
        Header header = segment.header();
        if (segments.isEmpty()) {
            nextFrame = header.firstFrame();
            nextOffset = header.firstOffset();
        } else {
            Header previous = segments.get(segments.size() - 1).header();
            boolean follows = header.logId().equals(previous.logId())
                    && header.firstFrame() == nextFrame
                    && header.firstOffset() == nextOffset;
            if (!follows) {
                throw damaged(segment.name(), 0, "it does not follow the segment before it");
            }
        }
        segments.add(segment);
    }

    private void recoverSegment(Segment segment, boolean last) throws IOException {
        Optional<Segment.Compaction> compaction = segment.header().compaction();
        if ((!last || compaction.isPresent()) && !settings.verifyAll()) {
            Optional<IndexFile> index = IndexFile.open(disk, segment);
            if (index.isPresent()) {
                recoverFromIndex(segment, index.get());
                return;
            }
        }
        if (compaction.isPresent()) {
            recoverCompacted(segment, compaction.get());
            return;
        }
        GrowingIndex index = new GrowingIndex();
        long size = segment.file().size();
        FrameWindow window = new FrameWindow(segment, settings.maxFrameBytes(), size, READ_AHEAD_BYTES);
        long position = Segment.BLOCK_BYTES;
        long lastGroupPosition = position;
        boolean whole = true;
        while (whole && position < size) {
            Optional<ByteBuffer> bytes = window.bytesAt(position);
            Optional<FrameHeader> header = bytes.flatMap(each ->
                            FrameFormat.decodeHeader(each, segment.header().epoch()))
                    .filter(each -> each.number() == nextFrame && each.offset() == nextOffset);
            if (header.isPresent()) {
                boolean firstOfGroup =
                        header.get().durableBefore() == header.get().number();
                lastGroupPosition = firstOfGroup ? position : lastGroupPosition;
                recoverFrame(segment, index, header.get(), bytes.orElseThrow(), (int) position);
                position += bytes.orElseThrow().remaining();
            }
            whole = header.isPresent();
        }
        segment.moveEnd(position, nextFrame, nextOffset);
        cutOffAfter(segment, window, position, size, last);
        if (last) {
            writeAgain(segment, lastGroupPosition, position);
        }
        segment.useIndex(index);
        // The segment is finished: this process writes to a new one.
        if (segment.endPosition() > Segment.BLOCK_BYTES) {
            storeIndex(segment, index);
        }
    }

    /** Reads all frames of a compacted segment. It was complete before it got its name, so it has no torn tail. */
    private void recoverCompacted(Segment segment, Segment.Compaction end) throws IOException {
        long size = segment.file().size();
        if (size != end.endPosition()) {
            throw damaged(segment.name(), size, "its length is not " + end.endPosition() + ", as its header states");
        }
        GrowingIndex index = new GrowingIndex();
        FrameWindow window = new FrameWindow(segment, settings.maxFrameBytes(), size, READ_AHEAD_BYTES);
        long position = Segment.BLOCK_BYTES;
        while (position < size) {
            long at = position;
            ByteBuffer bytes = window.bytesAt(at).orElseThrow(() -> invalidFrame(segment, at));
            FrameHeader header = FrameFormat.decodeHeader(
                            bytes, segment.header().epoch())
                    .filter(each -> each.number() >= nextFrame && each.offset() >= nextOffset)
                    .orElseThrow(() -> invalidFrame(segment, at));
            recoverFrame(segment, index, header, bytes, (int) at);
            position += bytes.remaining();
        }
        nextFrame = end.endFrame();
        nextOffset = end.endOffset();
        storeIndex(segment, index);
    }

    private LogException invalidFrame(Segment segment, long position) {
        return damaged(segment.name(), position, "an invalid frame in a finished segment");
    }

    /** Takes from the index what the frames of the segment contain. The next segment's header must agree with it. */
    private void recoverFromIndex(Segment segment, IndexFile index) throws IOException {
        segment.useIndex(index);
        if (segment.file().size() < index.endPosition()) {
            throw damaged(segment.name(), segment.file().size(), "it is shorter than when it was finished");
        }
        for (Frame frame : index.controlFrames()) {
            apply(frame);
        }
        for (long id : index.ids()) {
            highest.merge(id, index.highest(id), Math::max);
        }
        nextFrame = index.endFrame();
        nextOffset = index.endOffset();
        segment.moveEnd(index.endPosition(), nextFrame, nextOffset);
    }

    private void recoverFrame(Segment segment, GrowingIndex index, FrameHeader header, ByteBuffer bytes, int position) {
        if (header.kind() == Frame.Kind.EVENTS) {
            index.addEvents(header.id(), header.sequenceNr(), header.events(), header.offset(), position);
            highest.merge(header.id(), header.sequenceNr() + header.events() - 1, Math::max);
        } else {
            Frame frame = FrameFormat.decode(bytes, segment.header().epoch())
                    .orElseThrow(() ->
                            damaged(segment.name(), position, "its checksum is right, but its content is invalid"));
            index.addControlFrame(frame);
            apply(frame);
        }
        nextFrame = header.number() + 1;
        nextOffset = header.offset() + header.events();
    }

    private void apply(Frame frame) {
        switch (frame.kind()) {
            case ID_DEFINED -> ids.define(frame.text(), frame.id());
            case DELETED -> deletedTo.merge(frame.id(), frame.sequenceNr(), Math::max);
            case HIGHEST -> highest.merge(frame.id(), frame.sequenceNr(), Math::max);
            case CURSOR -> cursors.move(frame.text(), frame.sequenceNr(), frame.timeMillis());
            case CURSOR_REMOVED -> cursors.remove(frame.text());
            case LOG_BEGINS -> firstNeededSegment = Math.max(firstNeededSegment, frame.sequenceNr());
            case EVENTS -> throw new IllegalStateException("a frame with events is not a control frame");
        }
    }

    private void cutOffAfter(Segment segment, FrameWindow window, long position, long size, boolean last)
            throws IOException {
        if (position < size) {
            boolean onlyZeros = window.hasOnlyZerosFrom(position);
            if (!onlyZeros && !last) {
                throw invalidFrame(segment, position);
            }
            if (!onlyZeros) {
                Optional<Long> proof = window.positionProvingForced(position, nextFrame);
                if (proof.isPresent()) {
                    throw damaged(
                            segment.name(),
                            position,
                            "the frame at byte " + proof.get() + " proves that it was stored");
                }
                tornBytes = size - position;
            }
            segment.file().truncate(position);
        }
    }

    /**
     * Writes the frames of the last group again, and forces them: readers see them from now on. The process before may have
     * left them in the page cache only, because it was killed, or because their force failed. After a failed force the
     * operating system takes the pages for clean, so another force alone would not store them.
     */
    private static void writeAgain(Segment segment, long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(COPY_BYTES, to - from));
        for (long position = from; position < to; position += bytes.limit()) {
            bytes.clear().limit((int) Math.min(bytes.capacity(), to - position));
            if (segment.file().read(bytes, position) < bytes.limit()) {
                throw new IOException(segment.name() + " became shorter while it was read");
            }
            segment.file().write(bytes.flip(), position);
        }
        segment.file().force();
    }

    /** Stores an index. If that fails, the index stays in memory, and retention stores it later or reports why not. */
    private void storeIndex(Segment segment, GrowingIndex index) {
        try {
            segment.useIndex(IndexFile.write(disk, segment, index));
        } catch (IOException e) {
            segment.useIndex(index);
        }
    }

    /** Removes the segment of a process that stored nothing. */
    private void deleteEmptyLastSegment() throws IOException {
        if (!segments.isEmpty()) {
            Segment last = segments.get(segments.size() - 1);
            if (last.endPosition() == Segment.BLOCK_BYTES
                    && last.header().compaction().isEmpty()) {
                segments.remove(last);
                last.close();
                disk.delete(last.name());
                disk.forceDirectory();
            }
        }
    }

    /** Rejects a log without its last segment: nothing in the other segments refers to it. */
    private void requireHighest(Optional<HighestSegment.Stored> highestSegment, long last) {
        if (highestSegment.isPresent() && highestSegment.get().number() > last) {
            throw missingLast(highestSegment.get().number(), HighestSegment.FILE);
        }
    }

    private void requireLastSegment(Optional<HighestSegment.Stored> highestSegment) throws IOException {
        long last = segments.isEmpty()
                ? -1
                : segments.get(segments.size() - 1).header().number();
        requireHighest(highestSegment, last);
        if (highestSegment.isPresent()
                && !segments.isEmpty()
                && !highestSegment.get().logId().equals(segments.get(0).header().logId())) {
            throw damaged(HighestSegment.FILE, 0, "it belongs to another log");
        }
        // An index is deleted before its segment, so a log of a version that had no HIGHEST-SEGMENT may show it too.
        for (String name : disk.list()) {
            Optional<Long> number = IndexFile.isIndex(name) ? Segment.number(name) : Optional.empty();
            if (number.isPresent() && number.get() > last) {
                throw missingLast(number.get(), name);
            }
        }
    }

    private LogException missingLast(long number, String witness) {
        return damaged(Segment.name(number), 0, "it is missing, although " + witness + " shows that it had events");
    }

    /** Finds what is to be deleted. Retention deletes it after the start, so that a failure does not prevent the start. */
    private void dropUnneededSegments() throws IOException {
        if (segments.isEmpty() && !unneededSegments.isEmpty()) {
            throw missing(unneededSegments.last() + 1);
        }
        long first = segments.isEmpty() ? 0 : segments.get(0).header().firstNumber();
        if (first > firstNeededSegment) {
            throw missing(unneededSegments.isEmpty() ? firstNeededSegment : first - 1);
        }
        while (!segments.isEmpty() && segments.get(0).header().number() < firstNeededSegment) {
            Segment unneeded = segments.remove(0);
            unneeded.close();
            unneededSegments.add(unneeded.header().number());
        }
        Set<Long> numbers =
                segments.stream().map(segment -> segment.header().number()).collect(Collectors.toSet());
        for (String name : disk.list()) {
            // All numbers are known to be in order: an index without its segment remains of a deletion.
            Optional<Long> number = IndexFile.isIndex(name) ? Segment.number(name) : Optional.empty();
            number.filter(each -> !numbers.contains(each)).ifPresent(unneededSegments::add);
        }
    }

    private LogException missing(long number) {
        return damaged(Segment.name(number), 0, "it is missing");
    }

    private LogException damaged(String name, long position, String reason) {
        return SegmentFiles.damaged(disk, name, position, reason);
    }
}
