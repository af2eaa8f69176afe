package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.Segment.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads a log from its first segment to its end.
 *
 * <pre>
 * frames of the last segment:   whole  whole  whole │ bad …
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
    private final LogIndex index = new LogIndex();
    private final List<Segment> segments = new ArrayList<>();
    private long nextFrame;
    private long nextOffset;
    private long tornBytes;

    /**
     * What was found.
     *
     * @param logId the log's own id, new if there was no log
     * @param epoch of the last writer, 0 if there was none
     * @param tornBytes bytes cut off the end
     */
    record Found(
            LogIndex index,
            List<Segment> segments,
            UUID logId,
            int epoch,
            long nextFrame,
            long nextOffset,
            long tornBytes) {}

    private Recovery(LogDisk disk, LogSettings settings) {
        this.disk = disk;
        this.settings = settings;
    }

    /** @throws LogException if the log is damaged, or was written by a newer version */
    static Found run(LogDisk disk, LogSettings settings) throws IOException {
        return new Recovery(disk, settings).recover();
    }

    private Found recover() throws IOException {
        List<String> names = disk.list().stream().filter(Segment::isSegment).toList();
        for (int i = 0; i < names.size(); i++) {
            boolean last = i == names.size() - 1;
            Optional<Segment> segment = Segment.open(disk, names.get(i));
            if (segment.isPresent()) {
                check(segment.get());
                read(segment.get(), last);
            } else if (last) {
                // It was being made; nothing can have been stored in it.
                disk.delete(names.get(i));
                disk.forceDirectory();
            } else {
                throw damaged(names.get(i), 0, "its header is not whole");
            }
        }
        Optional<Header> newest = segments.isEmpty()
                ? Optional.empty()
                : Optional.of(segments.get(segments.size() - 1).header());
        return new Found(
                index,
                segments,
                newest.map(Header::logId).orElseGet(UUID::randomUUID),
                newest.map(Header::epoch).orElse(0),
                nextFrame,
                nextOffset,
                tornBytes);
    }

    private void check(Segment segment) {
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
                throw damaged(segment.name(), 0, "it does not follow the segment before it");
            }
        }
        segments.add(segment);
    }

    private void read(Segment segment, boolean last) throws IOException {
        Window window = new Window(segment);
        long position = Segment.BLOCK_BYTES;
        while (position < window.size) {
            Optional<ByteBuffer> bytes = window.frameAt(position);
            Optional<Frame> frame = bytes.flatMap(
                            each -> FrameFormat.decode(each, segment.header().epoch()))
                    .filter(each -> each.number() == nextFrame && each.offset() == nextOffset);
            if (frame.isEmpty()) {
                torn(segment, window, position, last);
                return;
            }
            int length = bytes.orElseThrow().remaining();
            segment.stands(frame.get(), position, length);
            apply(frame.get(), LogIndex.place(segment.header().number(), position));
            position += length;
        }
    }

    private void torn(Segment segment, Window window, long position, boolean last) throws IOException {
        if (!last) {
            throw damaged(segment.name(), position, "a frame in a segment that was finished");
        }
        for (long at = position + FrameFormat.ALIGNMENT; at < window.size; at += FrameFormat.ALIGNMENT) {
            boolean forced = window.frameAt(at)
                    .flatMap(bytes -> FrameFormat.decode(bytes, segment.header().epoch()))
                    .filter(frame -> frame.durableBefore() > nextFrame)
                    .isPresent();
            if (forced) {
                throw damaged(segment.name(), position, "the frame at " + at + " says that it was stored");
            }
        }
        tornBytes = window.size - position;
        segment.file().truncate(position);
        segment.file().force();
    }

    private LogException damaged(String name, long position, String why) {
        return new LogException(
                LogException.Kind.CORRUPT,
                "the log in " + disk.where() + " is damaged: " + name + " at byte " + position + " ("
                        + why + "). Nothing is skipped: bring the files back from a copy, or move the directory away to"
                        + " begin anew without these events");
    }

    private void apply(Frame frame, long place) {
        nextFrame = frame.number() + 1;
        nextOffset = frame.endOffset();
        switch (frame.kind()) {
            case EVENTS -> index.stored(frame.id(), frame.sequenceNr(), frame.events(), place);
            case ID_DEFINED -> index.defined(text(frame), frame.id());
            case DELETED -> index.deleted(frame.id(), frame.sequenceNr());
            case CURSOR -> index.cursor(text(frame), frame.sequenceNr());
            case CURSOR_REMOVED -> index.cursorRemoved(text(frame));
            case HIGHEST -> index.raised(frame.id(), frame.sequenceNr());
        }
    }

    static String text(Frame frame) {
        return new String(frame.parts().get(0), StandardCharsets.UTF_8);
    }

    /** A part of a segment in memory, moved along as it is read. */
    private final class Window {
        private final Segment segment;
        private final long size;
        private ByteBuffer bytes;
        private long begin;

        Window(Segment segment) throws IOException {
            this.segment = segment;
            this.size = segment.file().size();
            this.bytes = ByteBuffer.allocateDirect((int) Math.max(1, Math.min(READ_BYTES, size)))
                    .limit(0);
        }

        /** The bytes that the header at {@code position} claims, or empty if no whole frame can be there. */
        Optional<ByteBuffer> frameAt(long position) throws IOException {
            if (size - position < FrameFormat.HEADER_BYTES || !covers(position, FrameFormat.HEADER_BYTES)) {
                return Optional.empty();
            }
            Optional<Integer> length =
                    FrameFormat.lengthAt(at(position, FrameFormat.HEADER_BYTES), settings.maxFrameBytes());
            if (length.isEmpty() || position + length.get() > size || !covers(position, length.get())) {
                return Optional.empty();
            }
            return Optional.of(at(position, length.get()));
        }

        private ByteBuffer at(long position, int length) {
            int from = (int) (position - begin);
            return bytes.slice(from, length);
        }

        private boolean covers(long position, int length) throws IOException {
            if (position >= begin && position + length <= begin + bytes.limit()) {
                return true;
            }
            if (bytes.capacity() < length) {
                bytes = ByteBuffer.allocateDirect(length);
            }
            begin = position;
            bytes.clear();
            segment.file().read(bytes, position);
            bytes.flip();
            return bytes.limit() >= length;
        }
    }
}
