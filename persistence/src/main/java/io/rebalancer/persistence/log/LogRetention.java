package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogQueue.Job;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keeps a log in order: stores the indexes of finished segments, looks at the free space, removes cursors that are given
 * up, and deletes segments that nobody needs. A fault of it hurts no event; it tries again in its next round.
 *
 * <pre>
 * a segment may go when   it is finished, and indexed
 *                         every event in it is deleted
 *                         every cursor is beyond it
 *                         it is old enough, and enough newer ones stay
 * how it goes             what it says of ids and cursors is said again ─► LOG_BEGINS, forced ─► deleted, oldest first
 * </pre>
 */
final class LogRetention {
    private static final int IDS_IN_ONE_JOB = 500;
    private static final int BYTES_OF_ONE_ID = 1024;

    private final LogDisk disk;
    private final LogSettings settings;
    private final Clock clock;
    private final LogQueue queue;
    private final SegmentList segments;
    private final IdTable ids;
    private final Cursors cursors;
    private final LogListener listener;
    private CompletionStage<Long> announced = CompletableFuture.completedFuture(0L);
    private long begins;

    LogRetention(
            LogDisk disk,
            LogSettings settings,
            Clock clock,
            LogQueue queue,
            SegmentList segments,
            IdTable ids,
            Cursors cursors,
            LogListener listener) {
        this.disk = disk;
        this.settings = settings;
        this.clock = clock;
        this.queue = queue;
        this.segments = segments;
        this.ids = ids;
        this.cursors = cursors;
        this.listener = listener;
    }

    /** Does what is to be done now; never waits for the writer. */
    synchronized void round() {
        try {
            lookAtSpace();
            storeIndexes();
            lookAtCursors();
            retire();
        } catch (IOException e) {
            listener.fault("the log in " + disk.where() + " can't be kept in order: " + e.getMessage(), e);
        }
    }

    private void lookAtSpace() throws IOException {
        if (settings.lowWaterBytes() == 0) {
            return;
        }
        long usable = disk.usableBytes();
        long least = Math.min(settings.lowWaterBytes(), disk.totalBytes() / 10);
        queue.noSpace(
                usable < least
                        ? Optional.of(new LogException(
                                LogException.Kind.NO_SPACE,
                                "no events are taken: " + disk.where() + " has " + usable
                                        + " bytes left, and must have " + least + "; make room there"))
                        : Optional.empty());
    }

    private void storeIndexes() throws IOException {
        List<Segment> all = segments.all();
        for (int i = 0; i + 1 < all.size(); i++) {
            Segment segment = all.get(i);
            boolean shown = segment.endFrame() == all.get(i + 1).header().firstFrame();
            if (shown && segment.index() instanceof GrowingIndex index) {
                segment.indexed(IndexFile.write(disk, segment, index));
            }
        }
    }

    private void lookAtCursors() {
        LogSettings.Retention retention = settings.retention();
        for (Cursor cursor : cursors.all()) {
            long lag = segments.bytesFrom(cursor.next());
            Duration still = Duration.ofMillis(clock.millis() - cursor.movedMillis());
            if (lag > 0 && still.compareTo(retention.cursorExpiry()) > 0) {
                evict(cursor, "it acknowledged nothing for " + still);
            } else if (retention.maxLagBytes().isPresent()
                    && lag > retention.maxLagBytes().getAsLong()) {
                evict(cursor, "it is " + lag + " bytes behind");
            } else if (lag > retention.lagAlarmBytes()) {
                listener.lagging(cursor.name(), lag);
            }
        }
    }

    private void evict(Cursor cursor, String why) {
        queue.submit(removal(cursor.name())).thenAccept(done -> listener.evicted(cursor.name(), why));
    }

    static Job removal(String name) {
        List<byte[]> text = Frame.text(name);
        return new Job(FrameFormat.length(text)) {
            @Override
            long encode(LogWriter writer) {
                writer.add(Frame.Kind.CURSOR_REMOVED, 0, 0, text);
                return 0;
            }

            @Override
            boolean evenWhenFull() {
                return true;
            }
        };
    }

    private void retire() throws IOException {
        if (!announced.toCompletableFuture().isDone()) {
            return;
        }
        if (!announced.toCompletableFuture().isCompletedExceptionally()) {
            while (segments.all().get(0).header().number() < begins) {
                Segment first = segments.all().get(0);
                segments.deleteFirst(disk);
                listener.deleted(first.name(), first.end());
            }
        }
        List<Segment> gone = notNeeded();
        if (!gone.isEmpty()) {
            announce(gone);
        }
    }

    private List<Segment> notNeeded() {
        List<Segment> all = segments.all();
        List<Segment> gone = new ArrayList<>();
        int finished = all.size() - 1;
        for (int i = 0; i < finished - settings.retention().keepSegments(); i++) {
            long finishedAt = all.get(i + 1).header().createdMillis();
            boolean old =
                    clock.millis() - finishedAt >= settings.retention().minAge().toMillis();
            if (!old || !isNotNeeded(all.get(i))) {
                return gone;
            }
            gone.add(all.get(i));
        }
        return gone;
    }

    private boolean isNotNeeded(Segment segment) {
        if (!(segment.index() instanceof IndexFile index)
                || cursors.slowest().orElse(Long.MAX_VALUE) < segment.endOffset()) {
            return false;
        }
        for (long id : index.ids()) {
            if (index.highest(id) > ids.get(id).deletedTo()) {
                return false;
            }
        }
        return true;
    }

    private void announce(List<Segment> gone) throws IOException {
        SortedSet<Long> spokenOf = new TreeSet<>();
        SortedSet<String> named = new TreeSet<>();
        for (Segment segment : gone) {
            for (long id : segment.index().ids()) {
                spokenOf.add(id);
            }
            for (Frame fact : segment.index().facts()) {
                switch (fact.kind()) {
                    case ID_DEFINED, DELETED, HIGHEST -> spokenOf.add(fact.id());
                    case CURSOR -> named.add(fact.text());
                    case CURSOR_REMOVED, LOG_BEGINS, EVENTS -> {
                        // Nothing that still holds without it.
                    }
                }
            }
        }
        List<IdTable.Entry> entries = spokenOf.stream().map(ids::get).toList();
        LastWords lastWords =
                new LastWords(named, gone.get(gone.size() - 1).header().number() + 1);
        for (int i = 0; i < entries.size(); i += IDS_IN_ONE_JOB) {
            queue.submit(lastWords.sayAgain(entries.subList(i, Math.min(entries.size(), i + IDS_IN_ONE_JOB))));
        }
        begins = lastWords.from;
        announced = queue.submit(lastWords);
    }

    /** Where the cursors are, and where the log begins; only after all was said again that would go with segments. */
    private final class LastWords extends Job {
        private final SortedSet<String> named;
        private final long from;
        private int unsaid;

        LastWords(SortedSet<String> named, long from) {
            super((named.size() + 1L) * BYTES_OF_ONE_ID);
            this.named = named;
            this.from = from;
        }

        Job sayAgain(List<IdTable.Entry> entries) {
            unsaid++;
            return new Job((long) entries.size() * BYTES_OF_ONE_ID) {
                @Override
                long encode(LogWriter writer) {
                    for (IdTable.Entry entry : entries) {
                        writer.add(Frame.Kind.ID_DEFINED, entry.number(), 0, Frame.text(entry.name()));
                        writer.add(Frame.Kind.HIGHEST, entry.number(), entry.written(), List.of());
                        writer.add(Frame.Kind.DELETED, entry.number(), entry.deletedTo(), List.of());
                    }
                    unsaid--;
                    return 0;
                }

                @Override
                boolean evenWhenFull() {
                    return true;
                }
            };
        }

        @Override
        long encode(LogWriter writer) {
            if (unsaid > 0) {
                throw new LogException(
                        LogException.Kind.BACKPRESSURE, "what the old segments say could not be said again yet");
            }
            for (String name : named) {
                cursors.find(name)
                        .ifPresent(
                                cursor -> writer.add(Frame.Kind.CURSOR, 0, cursor.next(), Frame.text(cursor.name())));
            }
            return writer.add(Frame.Kind.LOG_BEGINS, 0, from, List.of());
        }

        @Override
        boolean evenWhenFull() {
            return true;
        }
    }
}
