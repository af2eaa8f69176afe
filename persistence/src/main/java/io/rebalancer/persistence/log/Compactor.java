package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.util.List;

/**
 * Copies what is still needed of old segments to a smaller one, so that an event that is never deleted does not keep its
 * segment and all later ones. One run of neighbouring segments in each round. For the thread of retention.
 *
 * <pre>
 * steps    write and force n.seg.part ─► rename it to n.seg, which it replaces ─► force the directory ─► readers use it
 *          ─► delete the files of the other segments that it replaces
 * a crash  before the rename: only n.seg.part remains, which the next start deletes
 *          after it:          n.seg states which segments it replaces; the next start ignores and deletes them
 * </pre>
 *
 * A failure at any step leaves a log that is whole, and the next round begins again.
 */
final class Compactor {
    /** A search takes at most this part of the time. */
    private static final int SEARCH_DIVISOR = 20;

    private final LogDisk disk;
    private final LogSettings settings;
    private final SegmentList segments;
    private final UnneededSegments unneeded;
    private final IdTable ids;
    private final Cursors cursors;
    private final LogListener listener;
    private final CompactionChoice choice;
    private boolean isStarted;
    private boolean mayHaveUnfinishedFiles = true;
    private long nextSearchNanos;

    Compactor(
            LogDisk disk,
            LogSettings settings,
            SegmentList segments,
            UnneededSegments unneeded,
            IdTable ids,
            Cursors cursors,
            LogListener listener) {
        this.disk = disk;
        this.settings = settings;
        this.segments = segments;
        this.unneeded = unneeded;
        this.ids = ids;
        this.cursors = cursors;
        this.listener = listener;
        this.choice = new CompactionChoice(settings, ids);
        this.nextSearchNanos = System.nanoTime();
    }

    /**
     * Compacts the oldest segments for which it is worthwhile, if there are any.
     *
     * @param old neighbouring segments whose deleted events nothing needs any more
     */
    void runOnce(List<Segment> old) throws IOException {
        if (mayHaveUnfinishedFiles) {
            deleteUnfinishedFiles();
        }
        if (!isStarted) {
            // The first round is part of the start, which waits for nothing that can be done later.
            isStarted = true;
            return;
        }
        long startNanos = System.nanoTime();
        if (settings.retention().compactBelowPercent() == 0 || startNanos - nextSearchNanos < 0) {
            return;
        }
        List<Segment> run = choice.oldestRun(old);
        long endNanos = System.nanoTime();
        if (run.isEmpty()) {
            nextSearchNanos = endNanos + (endNanos - startNanos) * SEARCH_DIVISOR;
        } else {
            compact(CompactionPlan.of(settings, ids, run));
        }
    }

    private void deleteUnfinishedFiles() throws IOException {
        for (String name : disk.list()) {
            if (Segment.isUnfinished(name)) {
                disk.delete(name);
            }
        }
        mayHaveUnfinishedFiles = false;
    }

    private void compact(CompactionPlan plan) throws IOException {
        requireSpace(plan);
        Segment.Header header = plan.header();
        String unfinishedName = Segment.unfinishedName(header.number());
        mayHaveUnfinishedFiles = true;
        GrowingIndex index;
        try (LogFile file = disk.create(unfinishedName)) {
            index = plan.write(file, header);
        }
        List<Segment> replaced = plan.segments();
        Segment last = replaced.get(replaced.size() - 1);
        if (cursors.slowest().orElse(Long.MAX_VALUE) < last.endOffset()) {
            // A cursor was registered in the meantime, and its reader needs the deleted events too.
            return;
        }
        segments.replace(replaced, () -> putInPlace(unfinishedName, header, index), unneeded);
        mayHaveUnfinishedFiles = false;
        listener.segmentsCompacted(last.name(), replaced.size(), plan.bytesBefore(), plan.bytes());
        // Readers that still use it fail, and read its replacement.
        last.close();
    }

    private void requireSpace(CompactionPlan plan) throws IOException {
        // Twice: the writer must not run out of space because of the compaction.
        if (disk.usableBytes() < 2 * plan.bytes()) {
            throw new IOException("segments in " + disk.location() + " are not compacted, because that needs "
                    + 2 * plan.bytes() + " free bytes for a while; free space there");
        }
    }

    /** The index is stored in the next round, as for any finished segment. */
    private Segment putInPlace(String unfinishedName, Segment.Header header, GrowingIndex index) throws IOException {
        String name = Segment.name(header.number());
        disk.rename(unfinishedName, name);
        disk.forceDirectory();
        Segment segment = Segment.open(disk, name)
                .orElseThrow(() -> new IOException("the compacted segment " + name + " is not readable"));
        segment.useIndex(index);
        return segment;
    }
}
