package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.EventLog.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Reads the files of a log without changing or locking them, so that it can run beside the process that writes. A group
 * that is being written at that moment is invisible, or appears as an unfinished end.
 */
public final class LogInspector implements AutoCloseable {
    private static final int READ_AHEAD_BYTES = 1 << 20;
    private static final int MAX_ATTEMPTS = 10;
    private static final int MAX_KEPT_BY = 10;

    private final LogDisk disk;
    private final List<Segment> segments;
    private final long highestSegment;
    private final Map<Long, String> idNames = new HashMap<>();

    /** How a segment ends. */
    public enum End {
        /** The segment ends with its last frame, or with zeros that were written ahead. */
        WHOLE,
        /** An incomplete frame follows: a write in progress, or the remains of a crash, which the next start cuts off. */
        UNFINISHED,
        /** An invalid frame follows, or a missing segment, although events were stored after it. */
        DAMAGED
    }

    /**
     * A segment.
     *
     * @param firstNumber lowest number of the segments that it replaces; its own number if it was not compacted
     * @param frames number of valid frames, counted from the first
     * @param end position after the last valid frame, in bytes
     * @param firstOffset offset of its first event
     * @param events number of events
     * @param indexed whether there is an index that matches the segment
     * @param how how the segment ends
     */
    public record SegmentSummary(
            String name,
            long number,
            long firstNumber,
            int epoch,
            long createdMillis,
            long bytes,
            long frames,
            long end,
            long firstOffset,
            long events,
            boolean indexed,
            End how) {

        private SegmentSummary damaged() {
            return new SegmentSummary(
                    name,
                    number,
                    firstNumber,
                    epoch,
                    createdMillis,
                    bytes,
                    frames,
                    end,
                    firstOffset,
                    events,
                    indexed,
                    End.DAMAGED);
        }
    }

    /**
     * A persistence id.
     *
     * @param events number of events in the files, including deleted ones
     * @param highest highest sequence number ever stored
     * @param deletedTo sequence number up to which its events are deleted
     */
    public record IdSummary(String persistenceId, long events, long highest, long deletedTo) {}

    /**
     * The content of a log without the events themselves.
     *
     * @param oldestKeptBy some of the persistence ids whose events keep the oldest segment from being deleted, sorted
     */
    public record Summary(
            List<SegmentSummary> segments, List<IdSummary> ids, List<Cursor> cursors, List<String> oldestKeptBy) {
        /** Whether a segment is damaged. */
        public boolean hasDamage() {
            return segments.stream().anyMatch(segment -> segment.how() == End.DAMAGED);
        }
    }

    private LogInspector(LogDisk disk, List<Segment> segments, long highestSegment) {
        this.disk = disk;
        this.segments = segments;
        this.highestSegment = highestSegment;
    }

    /**
     * Opens the log in {@code directory} for inspection.
     *
     * @throws LogException if there is no log, or if a newer version wrote it
     * @throws IOException if the directory can't be read
     */
    public static LogInspector open(Path directory) throws IOException {
        LogDisk disk = FileDisk.readOnly(directory);
        for (int attempt = 1; true; attempt++) {
            try {
                return open(directory, disk);
            } catch (NoSuchFileException e) {
                // The process that uses the log deleted a segment since the directory was listed.
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static LogInspector open(Path directory, LogDisk disk) throws IOException {
        // Before the list of segments: a process that uses the log may start another one at any time.
        long highest =
                HighestSegment.read(disk).map(HighestSegment.Stored::number).orElse(-1L);
        List<Segment> all = new ArrayList<>();
        try {
            openAll(directory, disk, all);
        } catch (IOException | RuntimeException e) {
            for (Segment segment : all) {
                segment.close();
            }
            throw e;
        }
        List<Segment> segments = SegmentFiles.withoutReplaced(all);
        for (Segment segment : all) {
            if (!segments.contains(segment)) {
                segment.close();
            }
        }
        if (segments.isEmpty() && highest >= 0) {
            throw new LogException(
                    LogException.Kind.CORRUPT,
                    "the log in " + directory + " is damaged: " + Segment.name(highest) + " is missing");
        }
        if (segments.isEmpty()) {
            throw new LogException(LogException.Kind.REFUSED, "there is no log in " + directory);
        }
        return new LogInspector(disk, segments, highest);
    }

    private static void openAll(Path directory, LogDisk disk, List<Segment> opened) throws IOException {
        for (String name : disk.list().stream().filter(Segment::isSegment).toList()) {
            Optional<Segment> segment = Segment.open(disk, name);
            if (segment.isEmpty() && Files.size(directory.resolve(name)) > Segment.BLOCK_BYTES) {
                throw new LogException(
                        LogException.Kind.CORRUPT,
                        name + " in " + disk.location() + " is damaged: its header is incomplete");
            }
            segment.ifPresent(opened::add);
        }
    }

    /** Reads every byte of the log. */
    public Summary summary() throws IOException {
        IdCollector ids = new IdCollector();
        List<SegmentSummary> summaries = new ArrayList<>();
        List<Long> endFrames = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            SegmentScan scan = scan(segment, ids::add);
            endFrames.add(scan.endFrame());
            summaries.add(new SegmentSummary(
                    segment.name(),
                    segment.header().number(),
                    segment.header().firstNumber(),
                    segment.header().epoch(),
                    segment.header().createdMillis(),
                    segment.file().size(),
                    scan.frames,
                    scan.position,
                    segment.header().firstOffset(),
                    scan.events,
                    isIndexed(segment, scan),
                    scan.end(i == segments.size() - 1)));
        }
        for (int i = 0; i < summaries.size(); i++) {
            boolean last = i == segments.size() - 1;
            boolean follows = last
                    ? summaries.get(i).number() >= highestSegment
                    : segments.get(i + 1).header().firstFrame() == endFrames.get(i)
                            || summaries.get(i).number() < ids.firstNeededSegment;
            if (!follows) {
                summaries.set(i, summaries.get(i).damaged());
            }
        }
        return new Summary(summaries, ids.summaries(idNames), ids.cursors.all(), oldestKeptBy(ids));
    }

    private List<String> oldestKeptBy(IdCollector ids) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        for (Segment segment : segments) {
            if (segment.header().number() >= ids.firstNeededSegment) {
                scan(segment, frame -> {
                    if (frame.events() > 0 && frame.lastSequenceNr() > ids.deletedTo.getOrDefault(frame.id(), 0L)) {
                        names.add(idNames.getOrDefault(frame.id(), "#" + frame.id()));
                    }
                });
                return names.stream().limit(MAX_KEPT_BY).toList();
            }
        }
        return List.of();
    }

    private boolean isIndexed(Segment segment, SegmentScan scan) throws IOException {
        Optional<IndexFile> index = IndexFile.open(disk, segment);
        if (index.isEmpty()) {
            return false;
        }
        try (IndexFile stored = index.get()) {
            return stored.endPosition() == scan.position && stored.endFrame() == scan.endFrame();
        }
    }

    /**
     * Passes all events to {@code consumer} in the order of the log, including deleted ones whose segment still exists.
     *
     * @throws LogException if the log is damaged; then no event was passed
     */
    public void events(Consumer<Event> consumer) throws IOException {
        Summary summary = summary();
        Optional<SegmentSummary> damaged = summary.segments().stream()
                .filter(each -> each.how() == End.DAMAGED)
                .findFirst();
        if (damaged.isPresent()) {
            throw new LogException(
                    LogException.Kind.CORRUPT,
                    damaged.get().name() + " in " + disk.location() + " is damaged at byte "
                            + damaged.get().end());
        }
        for (Segment segment : segments) {
            scan(segment, frame -> {
                for (int i = 0; i < frame.events(); i++) {
                    consumer.accept(new Event(
                            idNames.getOrDefault(frame.id(), "#" + frame.id()),
                            frame.sequenceNr() + i,
                            frame.offset() + i,
                            frame.timeMillis(),
                            frame.parts().get(i)));
                }
            });
        }
    }

    private static SegmentScan scan(Segment segment, Consumer<Frame> consumer) throws IOException {
        SegmentScan scan = new SegmentScan(segment);
        scan.run(consumer);
        return scan;
    }

    /** A scan of one segment, from its first frame to the last valid one. */
    private static final class SegmentScan {
        private final Segment segment;
        private final FrameWindow window;
        private final long size;
        private long position = Segment.BLOCK_BYTES;
        private long nextFrame;
        private long frames;
        private long events;

        SegmentScan(Segment segment) throws IOException {
            this.segment = segment;
            this.size = segment.file().size();
            this.window = new FrameWindow(segment, Integer.MAX_VALUE - Segment.BLOCK_BYTES, size, READ_AHEAD_BYTES);
            this.nextFrame = segment.header().firstFrame();
        }

        void run(Consumer<Frame> consumer) throws IOException {
            Optional<Frame> frame = window.frameAt(position);
            while (frame.isPresent() && isNext(frame.get())) {
                consumer.accept(frame.get());
                nextFrame = frame.get().number() + 1;
                frames++;
                events += frame.get().events();
                position += FrameFormat.length(frame.get().parts());
                frame = window.frameAt(position);
            }
        }

        /** Whether the frame follows. In a compacted segment there are gaps, and its header states the end. */
        private boolean isNext(Frame frame) {
            return isCompacted() ? frame.number() >= nextFrame : frame.number() == nextFrame;
        }

        private boolean isCompacted() {
            return segment.header().compaction().isPresent();
        }

        long endFrame() {
            return isCompacted() && position == segment.endPosition() ? segment.endFrame() : nextFrame;
        }

        End end(boolean last) throws IOException {
            if (isCompacted()) {
                return position == segment.endPosition() && position == size ? End.WHOLE : End.DAMAGED;
            }
            if (window.hasOnlyZerosFrom(position)) {
                return End.WHOLE;
            }
            if (!last) {
                return End.DAMAGED;
            }
            return window.positionProvingForced(position, nextFrame).isPresent() ? End.DAMAGED : End.UNFINISHED;
        }

        @Override
        public String toString() {
            return segment.name() + " up to " + position;
        }
    }

    /** Collects ids and cursors from frames. */
    private final class IdCollector {
        private final Map<Long, Long> events = new TreeMap<>();
        private final Map<Long, Long> highest = new HashMap<>();
        private final Map<Long, Long> deletedTo = new HashMap<>();
        private final Cursors cursors = new Cursors();
        /** Earlier segments are deleted already, or as soon as their files can be deleted. */
        private long firstNeededSegment;

        void add(Frame frame) {
            switch (frame.kind()) {
                case EVENTS -> {
                    events.merge(frame.id(), (long) frame.events(), Long::sum);
                    highest.merge(frame.id(), frame.lastSequenceNr(), Math::max);
                }
                case ID_DEFINED -> {
                    idNames.put(frame.id(), frame.text());
                    events.putIfAbsent(frame.id(), 0L);
                }
                case DELETED -> deletedTo.merge(frame.id(), frame.sequenceNr(), Math::max);
                case HIGHEST -> highest.merge(frame.id(), frame.sequenceNr(), Math::max);
                case CURSOR -> cursors.move(frame.text(), frame.sequenceNr(), frame.timeMillis());
                case CURSOR_REMOVED -> cursors.remove(frame.text());
                case LOG_BEGINS -> firstNeededSegment = Math.max(firstNeededSegment, frame.sequenceNr());
            }
        }

        List<IdSummary> summaries(Map<Long, String> names) {
            return events.entrySet().stream()
                    .map(each -> new IdSummary(
                            names.getOrDefault(each.getKey(), "#" + each.getKey()),
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
