package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * What a compacted segment will contain: the frames with events that are not deleted, and one frame for each fact about ids,
 * cursors and the beginning of the log. A frame keeps its number, offset and time. The last deleted event of an id without
 * live events becomes a HIGHEST frame. For one thread.
 */
final class CompactionPlan {
    private static final int DENSE_READ_BYTES = 1 << 20;
    private static final int SPARSE_READ_BYTES = 4 << 10;
    /** Frames are read together if their average distance is at most this. */
    private static final int MAX_GAP_BYTES = 16 << 10;

    private final LogDisk disk;
    private final LogSettings settings;
    private final IdTable ids;
    private final List<Segment> segments = new ArrayList<>();
    private final List<int[]> livePositions = new ArrayList<>();
    private final SegmentFacts facts = new SegmentFacts();
    private long eventBytes;

    private CompactionPlan(LogDisk disk, LogSettings settings, IdTable ids) {
        this.disk = disk;
        this.settings = settings;
        this.ids = ids;
    }

    /**
     * Plans the compaction of neighbouring segments, or of the first of them if the result would be larger than a segment.
     *
     * @throws LogException if an event that must be kept is damaged
     */
    static CompactionPlan of(LogDisk disk, LogSettings settings, IdTable ids, List<Segment> run) throws IOException {
        CompactionPlan plan = new CompactionPlan(disk, settings, ids);
        boolean fits = true;
        for (int i = 0; i < run.size() && fits; i++) {
            fits = plan.add(run.get(i));
        }
        return plan;
    }

    /** Adds the next segment; false if there is no space for it. */
    private boolean add(Segment segment) throws IOException {
        IndexFile index = (IndexFile) segment.index();
        List<Long> keptIds = new ArrayList<>();
        List<Long> deletedIds = new ArrayList<>();
        IntStream.Builder positions = IntStream.builder();
        for (long id : index.ids()) {
            // Read once: the value may rise at any time.
            long deletedTo = ids.get(id).deletedTo();
            int[] live = index.positions(id, deletedTo + 1, Long.MAX_VALUE, Integer.MAX_VALUE);
            Arrays.stream(live).forEach(positions::add);
            (live.length > 0 ? keptIds : deletedIds).add(id);
        }
        int[] sorted = positions.build().sorted().toArray();
        long liveBytes = liveBytes(segment, sorted);
        long mostFactBytes = index.controlBytes() + (long) deletedIds.size() * FrameFormat.HEADER_BYTES;
        if (!segments.isEmpty() && bytes() + liveBytes + mostFactBytes > settings.segmentBytes()) {
            return false;
        }
        index.controlFrames().forEach(facts::add);
        for (long id : deletedIds) {
            facts.add(highestFrame(segment, index, id));
        }
        keptIds.forEach(id -> facts.addKeptEvents(id, index.highest(id)));
        eventBytes += liveBytes;
        segments.add(segment);
        livePositions.add(sorted);
        return true;
    }

    private long liveBytes(Segment segment, int[] positions) throws IOException {
        FrameWindow window = window(segment, positions);
        long bytes = 0;
        for (int position : positions) {
            bytes += window.bytesAt(position)
                    .orElseThrow(() -> damaged(segment, position))
                    .remaining();
        }
        return bytes;
    }

    /** A frame in the place of the last events of an id in a segment, without these events. */
    private Frame highestFrame(Segment segment, IndexFile index, long id) throws IOException {
        long highest = index.highest(id);
        int[] last = index.positions(id, highest, highest, 1);
        Frame frame = frame(segment, window(segment, last), last[0]);
        return new Frame(
                Frame.Kind.HIGHEST,
                frame.number(),
                frame.durableBefore(),
                frame.offset(),
                id,
                frame.lastSequenceNr(),
                frame.timeMillis(),
                List.of());
    }

    private FrameWindow window(Segment segment, int[] positions) {
        boolean dense = positions.length > 1
                && (positions[positions.length - 1] - positions[0]) / positions.length <= MAX_GAP_BYTES;
        return new FrameWindow(
                segment, settings.maxFrameBytes(), segment.endPosition(), dense ? DENSE_READ_BYTES : SPARSE_READ_BYTES);
    }

    private Frame frame(Segment segment, FrameWindow window, int position) throws IOException {
        return window.frameAt(position)
                .filter(frame -> frame.kind() == Frame.Kind.EVENTS)
                .orElseThrow(() -> damaged(segment, position));
    }

    private LogException damaged(Segment segment, int position) {
        return new LogException(
                LogException.Kind.CORRUPT,
                segment.name() + " in " + disk.location() + " can't be compacted: the frame at byte " + position
                        + " differs from what was written; restore the file from a copy");
    }

    /** The neighbouring segments that will be replaced. */
    List<Segment> segments() {
        return segments;
    }

    /** Number of bytes that they take now. */
    long bytesBefore() {
        return segments.stream().mapToLong(Segment::endPosition).sum();
    }

    /** Size of the compacted segment. */
    long bytes() {
        return Segment.BLOCK_BYTES + eventBytes + facts.bytes();
    }

    /** The header of the compacted segment. It has the number and the epoch of the last segment that it replaces. */
    Segment.Header header() {
        Segment.Header first = segments.get(0).header();
        Segment last = segments.get(segments.size() - 1);
        return new Segment.Header(
                last.header().epoch(),
                first.logId(),
                last.header().number(),
                first.firstFrame(),
                first.firstOffset(),
                first.createdMillis(),
                Optional.of(new Segment.Compaction(
                        UUID.randomUUID(), first.firstNumber(), bytes(), last.endFrame(), last.endOffset())));
    }

    /** Writes and forces the compacted segment, and returns its index. */
    GrowingIndex write(LogFile file, Segment.Header header) throws IOException {
        CompactedFile output = new CompactedFile(file, header);
        List<Frame> factFrames = facts.frames();
        int nextFact = 0;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            int[] positions = livePositions.get(i);
            FrameWindow window = window(segment, positions);
            for (int position : positions) {
                Frame frame = frame(segment, window, position);
                while (nextFact < factFrames.size() && factFrames.get(nextFact).number() < frame.number()) {
                    output.add(factFrames.get(nextFact++));
                }
                output.add(frame);
            }
        }
        while (nextFact < factFrames.size()) {
            output.add(factFrames.get(nextFact++));
        }
        return output.finish();
    }
}
