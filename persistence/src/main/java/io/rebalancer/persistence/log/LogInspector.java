package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.EventLog.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Looks at a log's files without changing a byte and without holding the directory, so that it may be used beside the
 * process that writes. What is being written at the moment is not seen, or seen as an unfinished end.
 */
public final class LogInspector implements AutoCloseable {
    private static final int READ_BYTES = 1 << 20;

    private final LogDisk disk;
    private final List<Segment> segments;
    private final Map<Long, String> names = new HashMap<>();

    /** How a segment ends. */
    public enum End {
        /** With its last frame, or with zeros that were written ahead. */
        WHOLE,
        /** With bytes that are no frame: what is being written now, or what a crash left; the next start cuts it off. */
        UNFINISHED,
        /** With bytes that are no frame although events were stored after them. */
        DAMAGED
    }

    /**
     * A segment.
     *
     * @param frames whole ones, from the first
     * @param end position after the last of them, in bytes
     * @param firstOffset number of its first event in the whole log
     * @param events how many it holds
     * @param indexed whether there is an index that agrees
     */
    public record SegmentSummary(
            String name,
            long number,
            int epoch,
            long createdMillis,
            long bytes,
            long frames,
            long end,
            long firstOffset,
            long events,
            boolean indexed,
            End how) {}

    /**
     * A persistence id.
     *
     * @param events how many are there, deleted ones too
     * @param highest sequence number that was ever stored
     * @param deletedTo up to where its events are deleted
     */
    public record IdSummary(String persistenceId, long events, long highest, long deletedTo) {}

    /** Everything but the events themselves. */
    public record Summary(List<SegmentSummary> segments, List<IdSummary> ids, List<Cursor> cursors) {
        /** Whether nothing is damaged. */
        public boolean sound() {
            return segments.stream().noneMatch(segment -> segment.how() == End.DAMAGED);
        }
    }

    private LogInspector(LogDisk disk, List<Segment> segments) {
        this.disk = disk;
        this.segments = segments;
    }

    /**
     * Looks at the log in {@code directory}.
     *
     * @throws LogException if a newer version wrote it, or if there is no log
     * @throws IOException if the directory can't be read
     */
    public static LogInspector open(Path directory) throws IOException {
        LogDisk disk = FileDisk.readOnly(directory);
        List<Segment> segments = new ArrayList<>();
        for (String name : disk.list().stream().filter(Segment::isSegment).toList()) {
            Optional<Segment> segment = Segment.open(disk, name);
            if (segment.isEmpty() && Files.size(directory.resolve(name)) > Segment.BLOCK_BYTES) {
                throw new LogException(
                        LogException.Kind.CORRUPT,
                        name + " in " + disk.where() + " is damaged: its header is not whole");
            }
            segment.ifPresent(segments::add);
        }
        if (segments.isEmpty()) {
            throw new LogException(LogException.Kind.REFUSED, "there is no log in " + directory);
        }
        return new LogInspector(disk, segments);
    }

    /** Reads every byte of it. */
    public Summary summary() throws IOException {
        Ids ids = new Ids();
        List<SegmentSummary> summaries = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            Walk walk = walk(segment, ids::note);
            boolean last = i == segments.size() - 1;
            boolean follows = last || segments.get(i + 1).header().firstFrame() == walk.nextFrame;
            summaries.add(new SegmentSummary(
                    segment.name(),
                    segment.header().number(),
                    segment.header().epoch(),
                    segment.header().createdMillis(),
                    segment.file().size(),
                    walk.frames,
                    walk.position,
                    segment.header().firstOffset(),
                    walk.events,
                    indexed(segment, walk),
                    follows ? walk.end(last) : End.DAMAGED));
        }
        return new Summary(summaries, ids.summaries(names), ids.cursors.all());
    }

    private boolean indexed(Segment segment, Walk walk) throws IOException {
        Optional<IndexFile> index = IndexFile.open(disk, segment);
        if (index.isEmpty()) {
            return false;
        }
        try (IndexFile open = index.get()) {
            return open.end() == walk.position && open.endFrame() == walk.nextFrame;
        }
    }

    /**
     * Hands over the events that are there, deleted ones too, in the order of the log.
     *
     * @throws LogException before the first event if the log is damaged
     */
    public void events(Consumer<Stored> consumer) throws IOException {
        Summary summary = summary();
        Optional<SegmentSummary> damaged = summary.segments().stream()
                .filter(each -> each.how() == End.DAMAGED)
                .findFirst();
        if (damaged.isPresent()) {
            throw new LogException(
                    LogException.Kind.CORRUPT,
                    damaged.get().name() + " in " + disk.where() + " is damaged at byte "
                            + damaged.get().end());
        }
        for (Segment segment : segments) {
            walk(segment, frame -> {
                for (int i = 0; i < frame.events(); i++) {
                    consumer.accept(new Stored(
                            names.getOrDefault(frame.id(), "#" + frame.id()),
                            frame.sequenceNr() + i,
                            frame.offset() + i,
                            frame.timeMillis(),
                            frame.parts().get(i)));
                }
            });
        }
    }

    private static Walk walk(Segment segment, Consumer<Frame> consumer) throws IOException {
        Walk walk = new Walk(segment);
        walk.run(consumer);
        return walk;
    }

    /** Frames of one segment, from the first to the last whole one. */
    private static final class Walk {
        private final Segment segment;
        private final FrameWindow window;
        private final long size;
        private long position = Segment.BLOCK_BYTES;
        private long nextFrame;
        private long frames;
        private long events;

        Walk(Segment segment) throws IOException {
            this.segment = segment;
            this.size = segment.file().size();
            this.window = new FrameWindow(segment, Integer.MAX_VALUE - Segment.BLOCK_BYTES, size, READ_BYTES);
            this.nextFrame = segment.header().firstFrame();
        }

        void run(Consumer<Frame> consumer) throws IOException {
            Optional<Frame> frame = window.frameAt(position);
            while (frame.isPresent() && frame.get().number() == nextFrame) {
                consumer.accept(frame.get());
                nextFrame++;
                frames++;
                events += frame.get().events();
                position += FrameFormat.length(frame.get().parts());
                frame = window.frameAt(position);
            }
        }

        End end(boolean last) throws IOException {
            if (window.zerosFrom(position)) {
                return End.WHOLE;
            }
            if (!last) {
                return End.DAMAGED;
            }
            return window.forcedLater(position, nextFrame).isPresent() ? End.DAMAGED : End.UNFINISHED;
        }

        @Override
        public String toString() {
            return segment.name() + " up to " + position;
        }
    }

    /** What the frames say of ids and cursors. */
    private final class Ids {
        private final Map<Long, Long> events = new TreeMap<>();
        private final Map<Long, Long> highest = new HashMap<>();
        private final Map<Long, Long> deletedTo = new HashMap<>();
        private final Cursors cursors = new Cursors();

        void note(Frame frame) {
            switch (frame.kind()) {
                case EVENTS -> {
                    events.merge(frame.id(), (long) frame.events(), Long::sum);
                    highest.merge(frame.id(), frame.lastSequenceNr(), Math::max);
                }
                case ID_DEFINED -> {
                    names.put(frame.id(), frame.text());
                    events.putIfAbsent(frame.id(), 0L);
                }
                case DELETED -> deletedTo.merge(frame.id(), frame.sequenceNr(), Math::max);
                case HIGHEST -> highest.merge(frame.id(), frame.sequenceNr(), Math::max);
                case CURSOR -> cursors.move(frame.text(), frame.sequenceNr(), frame.timeMillis());
                case CURSOR_REMOVED -> cursors.remove(frame.text());
                case LOG_BEGINS -> {
                    // Segments before it are gone, or go with the next start.
                }
            }
        }

        List<IdSummary> summaries(Map<Long, String> known) {
            return events.entrySet().stream()
                    .map(each -> new IdSummary(
                            known.getOrDefault(each.getKey(), "#" + each.getKey()),
                            each.getValue(),
                            highest.getOrDefault(each.getKey(), 0L),
                            deletedTo.getOrDefault(each.getKey(), 0L)))
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        for (Segment segment : segments) {
            segment.close();
        }
        disk.close();
    }
}
