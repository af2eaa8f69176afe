package io.rebalancer.persistence.log;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Maintains a log: writes the indexes of finished segments, checks the free space, removes expired cursors, deletes segments
 * that are no longer needed, and {@linkplain Compactor compacts} those that are mostly deleted. A failure affects no event; the next run tries again.
 *
 * <pre>
 * a segment is deleted when   it is finished and indexed
 *                             every event in it is deleted
 *                             every cursor is beyond it
 *                             it is old enough, and enough newer segments remain
 * steps                       rewrite its ids and cursors ─► LOG_BEGINS, forced ─► take it from the list
 *                             ─► delete its files, oldest first; a file that can't be deleted is tried again
 * </pre>
 */
final class LogRetention {
    private static final int IDS_PER_REWRITE = 500;
    private static final int ESTIMATED_ENTRY_BYTES = 1024;

    private final LogDisk disk;
    private final LogSettings settings;
    private final Clock clock;
    private final LogQueue queue;
    private final SegmentList segments;
    private final UnneededSegments unneeded;
    private final IdTable ids;
    private final Cursors cursors;
    private final LogListener listener;
    private final Compactor compactor;
    private Beginning beginning = new Beginning(0, CompletableFuture.completedFuture(0L));
    private volatile long lastGoodRunNanos = System.nanoTime();

    LogRetention(
            LogDisk disk,
            LogSettings settings,
            Clock clock,
            LogQueue queue,
            SegmentList segments,
            UnneededSegments unneeded,
            IdTable ids,
            Cursors cursors,
            LogListener listener) {
        this.disk = disk;
        this.settings = settings;
        this.clock = clock;
        this.queue = queue;
        this.segments = segments;
        this.unneeded = unneeded;
        this.ids = ids;
        this.cursors = cursors;
        this.listener = listener;
        this.compactor = new Compactor(disk, settings, segments, unneeded, ids, cursors, listener);
    }

    /** A first needed segment, and whether the frame is stored that permits the deletion of the segments before it. */
    private record Beginning(long firstNeededSegment, CompletionStage<Long> stored) {}

    /** A step of the maintenance. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /**
     * Does the maintenance that is due. Never waits for the writer. A step that fails is reported and does not prevent the
     * others; the next run tries it again.
     */
    synchronized void runOnce() {
        boolean good = succeeds(this::checkFreeSpace);
        good &= succeeds(this::writeIndexes);
        good &= succeeds(this::checkCursors);
        good &= succeeds(this::findUnneededSegments);
        good &= succeeds(() -> compactor.runOnce(oldSegments()));
        good &= succeeds(unneeded::deleteAll);
        if (good) {
            lastGoodRunNanos = System.nanoTime();
        }
    }

    private boolean succeeds(Step step) {
        try {
            step.run();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            // Errors too: without maintenance, the log would fill the disk. Whether the JVM ends after an
            // OutOfMemoryError
            // is an option of the JVM.
            String cause = e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString();
            LogThreads.report(listener, "maintenance of the log in " + disk.location() + " failed: " + cause, e);
            return false;
        }
    }

    EventLog.Maintenance status() {
        return new EventLog.Maintenance(unneeded.size(), Duration.ofNanos(System.nanoTime() - lastGoodRunNanos));
    }

    /** Closes the files that are no longer needed and still open. */
    void close() throws IOException {
        unneeded.close();
    }

    private void checkFreeSpace() throws IOException {
        if (settings.lowWaterBytes() == 0) {
            return;
        }
        long usableBytes = disk.usableBytes();
        long minFreeBytes = Math.min(settings.lowWaterBytes(), disk.totalBytes() / 10);
        if (usableBytes < minFreeBytes) {
            queue.throttle(new LogException(
                    LogException.Kind.NO_SPACE,
                    "events are rejected: " + disk.location() + " has " + usableBytes
                            + " bytes free, less than the minimum of " + minFreeBytes + "; free space there"));
        } else {
            queue.endThrottle(LogException.Kind.NO_SPACE);
        }
    }

    private void writeIndexes() throws IOException {
        List<Segment> all = segments.all();
        for (int i = 0; i + 1 < all.size(); i++) {
            Segment segment = all.get(i);
            boolean published = segment.endFrame() == all.get(i + 1).header().firstFrame();
            if (published && segment.index() instanceof GrowingIndex index) {
                segment.useIndex(IndexFile.write(disk, segment, index));
            }
        }
    }

    private void checkCursors() {
        LogSettings.Retention retention = settings.retention();
        for (Cursor cursor : cursors.all()) {
            long lagBytes = segments.bytesFrom(cursor.next());
            Duration idle = Duration.ofMillis(clock.millis() - cursor.movedMillis());
            if (lagBytes > 0 && idle.compareTo(retention.cursorExpiry()) > 0) {
                evict(cursor, "it acknowledged nothing for " + idle);
            } else if (retention.maxLagBytes().isPresent()
                    && lagBytes > retention.maxLagBytes().getAsLong()) {
                evict(cursor, "it is " + lagBytes + " bytes behind");
            } else if (lagBytes > retention.lagAlarmBytes()) {
                listener.cursorLagging(cursor.name(), lagBytes);
            }
        }
    }

    private void evict(Cursor cursor, String reason) {
        queue.submit(cursorRemoval(cursor.name())).thenAccept(written -> listener.cursorEvicted(cursor.name(), reason));
    }

    static WriteRequest cursorRemoval(String name) {
        List<byte[]> text = Frame.text(name);
        return WriteRequest.bookkeeping(FrameFormat.length(text), writer -> {
            writer.add(Frame.Kind.CURSOR_REMOVED, 0, 0, text);
            return 0;
        });
    }

    private void findUnneededSegments() throws IOException {
        if (!beginning.stored().toCompletableFuture().isDone()) {
            return;
        }
        if (!beginning.stored().toCompletableFuture().isCompletedExceptionally()) {
            segments.removeBefore(beginning.firstNeededSegment(), unneeded);
        }
        List<Segment> oldest = unneededSegments();
        if (!oldest.isEmpty()) {
            carryOver(oldest);
        }
    }

    /**
     * The oldest segments that may be deleted or compacted: they are finished and old enough, enough newer ones remain, and
     * every cursor is beyond them.
     */
    private List<Segment> oldSegments() {
        List<Segment> all = segments.all();
        int mostSegments = all.size() - 1 - settings.retention().keepSegments();
        int count = 0;
        while (count < mostSegments && isOld(all.get(count), all.get(count + 1))) {
            count++;
        }
        return all.subList(0, count);
    }

    private boolean isOld(Segment segment, Segment next) {
        long ageMillis = clock.millis() - next.header().createdMillis();
        return ageMillis >= settings.retention().minAge().toMillis()
                && cursors.slowest().orElse(Long.MAX_VALUE) >= segment.endOffset();
    }

    /** The oldest segments that are no longer needed, up to the first that is. */
    private List<Segment> unneededSegments() {
        List<Segment> oldest = new ArrayList<>();
        for (Segment segment : oldSegments()) {
            if (isNeeded(segment)) {
                return oldest;
            }
            oldest.add(segment);
        }
        return oldest;
    }

    private boolean isNeeded(Segment segment) {
        if (!(segment.index() instanceof IndexFile index)) {
            return true;
        }
        for (long id : index.ids()) {
            if (index.highest(id) > ids.get(id).deletedTo()) {
                return true;
            }
        }
        return false;
    }

    private void carryOver(List<Segment> oldest) throws IOException {
        SortedSet<Long> idNumbers = new TreeSet<>();
        SortedSet<String> cursorNames = new TreeSet<>();
        for (Segment segment : oldest) {
            for (long id : segment.index().ids()) {
                idNumbers.add(id);
            }
            for (Frame frame : segment.index().controlFrames()) {
                switch (frame.kind()) {
                    case ID_DEFINED, DELETED, HIGHEST -> idNumbers.add(frame.id());
                    case CURSOR -> cursorNames.add(frame.text());
                    case CURSOR_REMOVED, LOG_BEGINS, EVENTS -> {
                        // Holds nothing that has to outlive its segment.
                    }
                }
            }
        }
        List<IdTable.Entry> entries = idNumbers.stream().map(ids::get).toList();
        long firstNeededSegment = oldest.get(oldest.size() - 1).header().number() + 1;
        CarryOver carryOver = new CarryOver(cursorNames, firstNeededSegment);
        for (int i = 0; i < entries.size(); i += IDS_PER_REWRITE) {
            queue.submit(carryOver.rewrite(entries.subList(i, Math.min(entries.size(), i + IDS_PER_REWRITE))));
        }
        beginning = new Beginning(firstNeededSegment, queue.submit(carryOver.logBegins()));
    }

    /**
     * Rewrites, at the end of the log, the ids and cursors of segments that will be deleted. The frame that permits the
     * deletion, LOG_BEGINS, is written only when every rewrite before it was: a full queue may have rejected one.
     */
    private final class CarryOver {
        private final SortedSet<String> cursorNames;
        private final long firstNeededSegment;
        private final AtomicInteger pendingRewrites = new AtomicInteger();

        CarryOver(SortedSet<String> cursorNames, long firstNeededSegment) {
            this.cursorNames = cursorNames;
            this.firstNeededSegment = firstNeededSegment;
        }

        WriteRequest rewrite(List<IdTable.Entry> entries) {
            pendingRewrites.incrementAndGet();
            return WriteRequest.bookkeeping((long) entries.size() * ESTIMATED_ENTRY_BYTES, writer -> {
                for (IdTable.Entry entry : entries) {
                    writer.add(Frame.Kind.ID_DEFINED, entry.number(), 0, Frame.text(entry.name()));
                    writer.add(Frame.Kind.HIGHEST, entry.number(), entry.highestWritten(), List.of());
                    writer.add(Frame.Kind.DELETED, entry.number(), entry.deletedTo(), List.of());
                }
                pendingRewrites.decrementAndGet();
                return 0;
            });
        }

        WriteRequest logBegins() {
            return WriteRequest.bookkeeping((cursorNames.size() + 1L) * ESTIMATED_ENTRY_BYTES, writer -> {
                if (pendingRewrites.get() > 0) {
                    throw new LogException(
                            LogException.Kind.BACKPRESSURE,
                            "segments are kept for now: the queue had no space to rewrite their ids");
                }
                for (String name : cursorNames) {
                    cursors.find(name)
                            .ifPresent(cursor ->
                                    writer.add(Frame.Kind.CURSOR, 0, cursor.next(), Frame.text(cursor.name())));
                }
                return writer.add(Frame.Kind.LOG_BEGINS, 0, firstNeededSegment, List.of());
            });
        }
    }
}
