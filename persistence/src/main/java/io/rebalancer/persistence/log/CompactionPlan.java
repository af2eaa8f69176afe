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
    private final LogSettings settings;
    private final IdTable ids;
    private final List<Segment> segments = new ArrayList<>();
    private final List<ScatteredFrames> liveFrames = new ArrayList<>();
    private final SegmentFacts facts = new SegmentFacts();
    private long eventBytes;

    private CompactionPlan(LogSettings settings, IdTable ids) {
        this.settings = settings;
        this.ids = ids;
    }

    /**
     * Plans the compaction of neighbouring segments, or of the first of them if the result would be larger than a segment.
     *
     * @throws LogException if an event that must be kept is damaged
     */
    static CompactionPlan of(LogSettings settings, IdTable ids, List<Segment> run) throws IOException {
        CompactionPlan plan = new CompactionPlan(settings, ids);
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
            int[] kept = index.positions(id, deletedTo + 1, Long.MAX_VALUE, Integer.MAX_VALUE);
            Arrays.stream(kept).forEach(positions::add);
            (kept.length > 0 ? keptIds : deletedIds).add(id);
        }
        ScatteredFrames live = frames(segment, positions.build().sorted().toArray());
        long liveBytes = live.bytes();
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
        liveFrames.add(live);
        return true;
    }

    private ScatteredFrames frames(Segment segment, int[] positions) {
        return new ScatteredFrames(segment, positions, settings.maxFrameBytes());
    }

    /** A frame in the place of the last events of an id in a segment, without these events. */
    private Frame highestFrame(Segment segment, IndexFile index, long id) throws IOException {
        long highest = index.highest(id);
        ScatteredFrames last = frames(segment, index.positions(id, highest, highest, 1));
        Frame frame = last.frame(last.window(), last.positions()[0]);
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
        for (ScatteredFrames live : liveFrames) {
            FrameWindow window = live.window();
            for (int position : live.positions()) {
                Frame frame = live.frame(window, position);
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
