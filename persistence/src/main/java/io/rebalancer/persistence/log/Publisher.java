package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogQueue.Job;
import io.rebalancer.persistence.log.LogWriter.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** Makes forced groups visible, and has them acknowledged after that. */
final class Publisher {
    private final IdTable ids;
    private final Cursors cursors;
    private final LogQueue queue;
    private final LogListener listener;
    private final Executor acknowledging;
    private final List<Waiter> waiters = new ArrayList<>();
    private final CompletableFuture<LogException> whenFailed = new CompletableFuture<>();
    private volatile long durableOffset;
    private volatile long published;
    private volatile long busySince;
    private volatile List<Job> writing = List.of();
    private boolean ended;

    /** Somebody who waits for an event. */
    private record Waiter(long offset, CompletableFuture<Long> reached) {}

    Publisher(
            IdTable ids,
            Cursors cursors,
            LogQueue queue,
            LogListener listener,
            Executor acknowledging,
            long durableOffset) {
        this.ids = ids;
        this.cursors = cursors;
        this.queue = queue;
        this.listener = listener;
        this.acknowledging = acknowledging;
        this.durableOffset = durableOffset;
    }

    // Called by the writer.

    /** These frames are durable, and these entries whole with them. */
    void publish(List<Placed> placed, List<Job> jobs) {
        if (!placed.isEmpty()) {
            Placed last = placed.get(placed.size() - 1);
            long offset = last.frame().endOffset();
            // Before the index tells of these frames: a reader believes the index, and holds
            // what lies beyond the segment's end to be damage.
            last.segment().ends(last.end(), last.frame().number() + 1, offset);
            placed.forEach(this::apply);
            published++;
            synchronized (waiters) {
                durableOffset = offset;
            }
            wake(waiter -> waiter.offset() < offset);
        }
        if (!jobs.isEmpty()) {
            acknowledging.execute(() -> jobs.forEach(job -> job.acknowledge(listener)));
        }
    }

    /** Nothing more comes. */
    void end() {
        synchronized (waiters) {
            ended = true;
        }
        wake(waiter -> true);
    }

    /** The disk was asked for something, at this {@link System#nanoTime()}. */
    void diskBusySince(long nanos) {
        busySince = nanos == 0 ? 1 : nanos;
    }

    void diskIdle() {
        busySince = 0;
    }

    /** When the disk was asked what it has not answered yet; 0 if it has answered everything. */
    long busySince() {
        return busySince;
    }

    /** The entries that the disk has at the moment. */
    void writing(List<Job> jobs) {
        writing = jobs;
    }

    /** Fails what is being written, what waits, and all that comes. */
    void fail(LogException why) {
        queue.fail(why);
        writing.forEach(job -> job.fail(why, listener));
        whenFailed.complete(why);
    }

    private void apply(Placed placed) {
        Frame frame = placed.frame();
        GrowingIndex index = (GrowingIndex) placed.segment().index();
        if (frame.kind() == Frame.Kind.EVENTS) {
            index.events(frame.id(), frame.sequenceNr(), frame.events(), frame.offset(), placed.position());
            ids.raise(frame.id(), frame.lastSequenceNr());
            return;
        }
        index.fact(frame);
        switch (frame.kind()) {
            case DELETED -> ids.delete(frame.id(), frame.sequenceNr());
            case CURSOR -> cursors.move(frame.text(), frame.sequenceNr(), frame.timeMillis());
            case CURSOR_REMOVED -> cursors.remove(frame.text());
            case EVENTS, ID_DEFINED, HIGHEST, LOG_BEGINS -> {
                // Known already.
            }
        }
    }

    // Called by anybody.

    /** Number of the event after the last one that is there to be read. */
    long durableOffset() {
        return durableOffset;
    }

    /** Groups that were forced since the log was opened. */
    long published() {
        return published;
    }

    /** Completes when there are events at {@code offset} or beyond; at once if there are. */
    CompletionStage<Long> reached(long offset) {
        CompletableFuture<Long> waiter = new CompletableFuture<>();
        synchronized (waiters) {
            if (durableOffset <= offset && !ended) {
                waiters.add(new Waiter(offset, waiter));
                return waiter;
            }
        }
        return CompletableFuture.completedFuture(durableOffset);
    }

    CompletionStage<LogException> whenFailed() {
        return whenFailed;
    }

    private void wake(Predicate<Waiter> whom) {
        List<Waiter> woken;
        synchronized (waiters) {
            if (waiters.isEmpty()) {
                return;
            }
            woken = waiters.stream().filter(whom).toList();
            waiters.removeAll(woken);
        }
        woken.forEach(waiter -> waiter.reached().complete(durableOffset));
    }
}
