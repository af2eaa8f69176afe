package io.rebalancer.persistence.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Chooses the segments that are worth a compaction: neighbours that are mostly deleted, and small segments beside them. For
 * one thread.
 *
 * <pre>
 * a segment takes part   less than the set part of it is still needed, or it is small
 * a run is compacted     it frees a quarter of a segment, or it has many files
 * </pre>
 *
 * The lengths of live frames are read from the segments: indexes only count frames. A search reads a limited number of
 * them, and until then frames of one segment count as equally long. If all frames of a segment live, as after a compaction,
 * its size is known, so no segment is compacted twice without a deletion in between.
 */
final class CompactionChoice {
    /** So many files are united even if they are small: each takes file descriptors. */
    private static final int MANY_FILES = 16;
    /** A segment below this fraction of the largest size is small. */
    private static final int SMALL_DIVISOR = 8;
    /** The fraction of the largest segment that must become free. */
    private static final int FREED_DIVISOR = 4;

    private static final int PERCENT = 100;
    /** About so many frames are read in one search. */
    private static final int MAX_READ_FRAMES = 100_000;
    /** Lengths are read again when fewer than this part of the frames that were read are still alive. */
    private static final int READ_AGAIN_BELOW_PERCENT = 90;

    private final LogSettings settings;
    private final IdTable ids;
    // Facts never change, while the number of live events does.
    private final Map<Segment, Long> factBytes = new HashMap<>();
    private final Map<Segment, LiveFrames> liveFrames = new HashMap<>();
    private long framesToRead;

    /** The live frames of a segment when their lengths were read. */
    private record LiveFrames(long count, long bytes) {}

    /** The bytes of a segment after its header, and how many of them are still needed. */
    private record Use(long bytes, long neededBytes) {}

    CompactionChoice(LogSettings settings, IdTable ids) {
        this.settings = settings;
        this.ids = ids;
    }

    /**
     * The oldest run of neighbours that is worth a compaction.
     *
     * @param old neighbouring segments whose deleted events nothing needs any more
     */
    List<Segment> oldestRun(List<Segment> old) throws IOException {
        factBytes.keySet().retainAll(Set.copyOf(old));
        liveFrames.keySet().retainAll(Set.copyOf(old));
        framesToRead = MAX_READ_FRAMES;
        List<Segment> run = new ArrayList<>();
        long neededBytes = 0;
        long freedBytes = 0;
        for (Segment segment : old) {
            Use use = use(segment);
            boolean takesPart = segment.index() instanceof IndexFile && takesPart(use);
            if (!takesPart || neededBytes + use.neededBytes() > maxNeededBytes()) {
                if (isWorthwhile(run, freedBytes)) {
                    return run;
                }
                run.clear();
                neededBytes = 0;
                freedBytes = 0;
            }
            if (takesPart) {
                run.add(segment);
                neededBytes += use.neededBytes();
                freedBytes += use.bytes() - use.neededBytes();
            }
        }
        return isWorthwhile(run, freedBytes) ? run : List.of();
    }

    private long maxNeededBytes() {
        return (long) settings.segmentBytes() * settings.retention().compactBelowPercent() / PERCENT;
    }

    private boolean takesPart(Use use) {
        return use.neededBytes() * PERCENT < use.bytes() * settings.retention().compactBelowPercent()
                || use.bytes() <= settings.segmentBytes() / SMALL_DIVISOR;
    }

    private boolean isWorthwhile(List<Segment> run, long freedBytes) {
        return freedBytes >= settings.segmentBytes() / FREED_DIVISOR || run.size() >= MANY_FILES;
    }

    private Use use(Segment segment) throws IOException {
        long bytes = segment.endPosition() - Segment.BLOCK_BYTES;
        if (!(segment.index() instanceof IndexFile index)) {
            return new Use(bytes, bytes);
        }
        long liveCount = 0;
        long highestFrames = 0;
        for (long id : index.ids()) {
            long deletedTo = ids.get(id).deletedTo();
            liveCount += index.framesFrom(id, deletedTo + 1);
            highestFrames += index.highest(id) <= deletedTo ? 1 : 0;
        }
        long liveBytes = liveBytes(segment, index, liveCount);
        return new Use(bytes, liveBytes + factBytes(segment, index) + highestFrames * FrameFormat.HEADER_BYTES);
    }

    private long liveBytes(Segment segment, IndexFile index, long liveCount) throws IOException {
        long eventFrames = index.eventFrames();
        long eventBytes = segment.endPosition() - Segment.BLOCK_BYTES - index.controlBytes();
        if (liveCount == eventFrames) {
            return eventBytes;
        }
        LiveFrames known = liveFrames.get(segment);
        boolean isCurrent = known != null && liveCount * PERCENT >= known.count() * READ_AGAIN_BELOW_PERCENT;
        if (!isCurrent && framesToRead > 0) {
            framesToRead -= liveCount;
            known = new LiveFrames(liveCount, readLiveBytes(segment, index));
            liveFrames.put(segment, known);
        }
        LiveFrames frames = known == null ? new LiveFrames(eventFrames, eventBytes) : known;
        return frames.count() == 0 ? 0 : frames.bytes() * liveCount / frames.count();
    }

    private long readLiveBytes(Segment segment, IndexFile index) throws IOException {
        IntStream.Builder positions = IntStream.builder();
        for (long id : index.ids()) {
            for (int position : index.positions(id, ids.get(id).deletedTo() + 1, Long.MAX_VALUE, Integer.MAX_VALUE)) {
                positions.add(position);
            }
        }
        int[] sorted = positions.build().sorted().toArray();
        return new ScatteredFrames(segment, sorted, settings.maxFrameBytes()).bytes();
    }

    private long factBytes(Segment segment, IndexFile index) throws IOException {
        Long known = factBytes.get(segment);
        if (known != null) {
            return known;
        }
        SegmentFacts facts = new SegmentFacts();
        index.controlFrames().forEach(facts::add);
        long bytes = facts.bytes();
        factBytes.put(segment, bytes);
        return bytes;
    }
}
