package io.rebalancer.persistence.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** Makes forced groups visible to readers, then acknowledges their requests. */
final class Publisher {
    private final IdTable ids;
    private final Cursors cursors;
    private final LogQueue queue;
    private final LogListener listener;
    private final Executor acknowledgements;
    private final List<Waiter> waiters = new ArrayList<>();
    private final CompletableFuture<LogException> whenFailed = new CompletableFuture<>();
    private volatile long durableOffset;
    private volatile long publishedGroups;
    private volatile long diskBusySinceNanos;
    private volatile List<WriteRequest> inProgress = List.of();
    private boolean ended;

    /** A caller that waits for the event with this offset. */
    private record Waiter(long offset, CompletableFuture<Long> reached) {}

    /** @param acknowledgements completes the futures of each group, in order */
    Publisher(
            IdTable ids,
            Cursors cursors,
            LogQueue queue,
            LogListener listener,
            Executor acknowledgements,
            long durableOffset) {
        this.ids = ids;
        this.cursors = cursors;
        this.queue = queue;
        this.listener = listener;
        this.acknowledgements = acknowledgements;
        this.durableOffset = durableOffset;
    }

    // The writer's thread calls these.

    /** Publishes durable frames, and acknowledges the requests that are durable with them. */
    void publish(List<WrittenFrame> frames, List<WriteRequest> requests) {
        if (!frames.isEmpty()) {
            WrittenFrame last = frames.get(frames.size() - 1);
            long offset = last.frame().endOffset();
            // First the segment's end, then the index: a reader follows the index,
            // and would take a frame beyond the segment's end for damage.
            last.segment().moveEnd(last.endPosition(), last.frame().number() + 1, offset);
            frames.forEach(this::apply);
            publishedGroups++;
            synchronized (waiters) {
                durableOffset = offset;
            }
            wake(waiter -> waiter.offset() < offset);
        }
        if (!requests.isEmpty()) {
            acknowledgements.execute(() -> requests.forEach(request -> request.acknowledge(listener)));
        }
    }

    /** Wakes all waiters: no further event will be published. */
    void end() {
        synchronized (waiters) {
            ended = true;
        }
        wake(waiter -> true);
    }

    /** Records that a disk operation started at this {@link System#nanoTime()}. */
    void setDiskBusySince(long nanos) {
        diskBusySinceNanos = nanos == 0 ? 1 : nanos;
    }

    void setDiskIdle() {
        diskBusySinceNanos = 0;
    }

    /** Start of the disk operation that is in progress, as {@link System#nanoTime()}; 0 if there is none. */
    long diskBusySinceNanos() {
        return diskBusySinceNanos;
    }

    /** Records the requests that are being written. */
    void setInProgress(List<WriteRequest> requests) {
        inProgress = requests;
    }

    /** Fails the requests that are being written, those that wait, and all later ones. */
    void fail(LogException cause) {
        queue.fail(cause);
        inProgress.forEach(request -> request.fail(cause, listener));
        whenFailed.complete(cause);
    }

    private void apply(WrittenFrame written) {
        Frame frame = written.frame();
        GrowingIndex index = (GrowingIndex) written.segment().index();
        if (frame.kind() == Frame.Kind.EVENTS) {
            index.addEvents(frame.id(), frame.sequenceNr(), frame.events(), frame.offset(), written.position());
            ids.raiseHighest(frame.id(), frame.lastSequenceNr());
            return;
        }
        index.addControlFrame(frame);
        switch (frame.kind()) {
            case DELETED -> ids.raiseDeleted(frame.id(), frame.sequenceNr());
            case CURSOR -> cursors.move(frame.text(), frame.sequenceNr(), frame.timeMillis());
            case CURSOR_REMOVED -> cursors.remove(frame.text());
            case EVENTS, ID_DEFINED, HIGHEST, LOG_BEGINS -> {
                // The tables in memory already have it.
            }
        }
    }

    // Any thread may call these.

    /** Offset after the last event that can be read. */
    long durableOffset() {
        return durableOffset;
    }

    /** Number of groups forced since the log was opened. */
    long publishedGroups() {
        return publishedGroups;
    }

    /** Completes when an event with this offset or a higher one is durable; at once if there is one. */
    CompletionStage<Long> whenReached(long offset) {
        CompletableFuture<Long> reached = new CompletableFuture<>();
        synchronized (waiters) {
            if (durableOffset <= offset && !ended) {
                waiters.add(new Waiter(offset, reached));
                return reached;
            }
        }
        return CompletableFuture.completedFuture(durableOffset);
    }

    CompletionStage<LogException> whenFailed() {
        return whenFailed;
    }

    private void wake(Predicate<Waiter> selection) {
        List<Waiter> woken;
        synchronized (waiters) {
            if (waiters.isEmpty()) {
                return;
            }
            woken = waiters.stream().filter(selection).toList();
            waiters.removeAll(woken);
        }
        woken.forEach(waiter -> waiter.reached().complete(durableOffset));
    }
}
