package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.async.ConcurrencyLimiter;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.port.RecordScan.ShardCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The reads that wait for one shard, which is read by one at a time. Checks of live rows are first. Then comes the read whose
 * position is the furthest behind, so that the scans of a shard meet and share reads from then on. After
 * {@link #MAX_OVERTAKING} reads ahead of it, the read that has waited longest is next.
 *
 * <p>A scan asks for its next read a moment after its last one. Without a pause after that read, a scan ahead of it took each
 * second turn, and the scan behind never caught up. The shard is therefore idle for at most the pause after a read of a scan
 * that is behind all waiting reads.
 *
 * <p>Thread-safe. Each scan and each verification has at most one request, so the queue is bounded by their number.
 */
final class ShardQueue {
    /** Reads that may go ahead of the read that has waited longest. */
    static final int MAX_OVERTAKING = 4;

    private final ConcurrencyLimiter permits;
    private final Duration longestHold;
    private final Duration pause;
    /** In the order of arrival. */
    private final List<Request<?>> waiting = new ArrayList<>();
    /** Reads that went ahead of the first in {@link #waiting} while it was the first. */
    private int overtaking;

    private boolean busy;
    private Optional<Pause> current = Optional.empty();

    /** The shard is kept free for the scan that is at this position. Compared by identity. */
    private static final class Pause {
        private final ScanPosition behind;

        Pause(ScanPosition behind) {
            this.behind = behind;
        }
    }

    /** A request, and the stage that completes with what it returns. */
    static final class Request<T> {
        private final boolean check;
        private final Supplier<ScanPosition> position;
        private final Optional<ShardCursor> cursor;
        private final Supplier<CompletionStage<T>> call;
        private final CompletableFuture<T> result = new CompletableFuture<>();

        private Request(
                boolean check,
                Supplier<ScanPosition> position,
                Optional<ShardCursor> cursor,
                Supplier<CompletionStage<T>> call) {
            this.check = check;
            this.position = position;
            this.cursor = cursor;
            this.call = call;
        }

        /** A call for the next chunk of a cursor. */
        static <T> Request<T> read(ShardCursor cursor, Supplier<CompletionStage<T>> call) {
            return new Request<>(false, cursor::position, Optional.of(cursor), call);
        }

        /** A read that belongs to no scan. */
        static <T> Request<T> read(ScanPosition from, Supplier<CompletionStage<T>> call) {
            return new Request<>(false, () -> from, Optional.empty(), call);
        }

        /** A check of rows that the cursor has returned. */
        static <T> Request<T> check(ShardCursor cursor, Supplier<CompletionStage<T>> call) {
            return new Request<>(true, cursor::position, Optional.of(cursor), call);
        }

        CompletionStage<T> result() {
            return result;
        }

        private boolean needsNoRead() {
            return !check && cursor.filter(ShardCursor::hasChunk).isPresent();
        }

        /** The returned stage completes after the result. */
        private CompletionStage<T> start() {
            CompletionStage<T> started;
            try {
                started = call.get();
            } catch (RuntimeException e) {
                started = CompletableFuture.failedStage(e);
            }
            return started.whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        }
    }

    /**
     * @param permits each read takes one
     * @param longestHold how long a read keeps its permit at most
     * @param pause how long the shard is kept free for a scan that is behind
     */
    ShardQueue(ConcurrencyLimiter permits, Duration longestHold, Duration pause) {
        this.permits = permits;
        this.longestHold = longestHold;
        this.pause = pause;
    }

    /** Starts the request at once if it needs no read, or else as soon as it has its turn and a permit. */
    void submit(Request<?> request) {
        if (request.needsNoRead()) {
            request.start();
            return;
        }
        synchronized (this) {
            waiting.add(request);
            current = current.filter(
                    each -> !request.check && request.position.get().compareTo(each.behind) > 0);
        }
        advance();
    }

    synchronized int waiting() {
        return waiting.size();
    }

    private void advance() {
        synchronized (this) {
            if (busy || current.isPresent() || waiting.isEmpty()) {
                return;
            }
            busy = true;
        }
        permits.run(this::takeTurn);
    }

    /** The returned stage completes when the permit is free again. */
    private CompletionStage<Boolean> takeTurn() {
        Request<?> next = removeNext();
        CompletableFuture<Boolean> released = new CompletableFuture<>();
        next.start().whenComplete((value, failure) -> {
            released.complete(true);
            end(next, failure == null);
        });
        return released.completeOnTimeout(true, longestHold.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized Request<?> removeNext() {
        Request<?> longest = waiting.get(0);
        Request<?> next = waiting.stream()
                .filter(each -> each.check)
                .findFirst()
                .orElseGet(() -> overtaking >= MAX_OVERTAKING ? longest : furthestBehind());
        if (next == longest) {
            overtaking = 0;
        } else if (!next.check) {
            overtaking++;
        }
        waiting.remove(next);
        return next;
    }

    /** The first of several at the same position. */
    private Request<?> furthestBehind() {
        return waiting.stream()
                .min(Comparator.comparing(each -> each.position.get()))
                .orElseThrow();
    }

    private void end(Request<?> ended, boolean succeeded) {
        List<Request<?>> withoutRead;
        synchronized (this) {
            busy = false;
            withoutRead = removeThoseWithoutRead();
            if (succeeded) {
                current = pauseAfter(ended);
                current.ifPresent(this::scheduleEnd);
            }
        }
        withoutRead.forEach(Request::start);
        advance();
    }

    /** The read that ended may have been shared. */
    private List<Request<?>> removeThoseWithoutRead() {
        List<Request<?>> removed = new ArrayList<>();
        for (Iterator<Request<?>> each = waiting.iterator(); each.hasNext(); ) {
            Request<?> request = each.next();
            if (request.needsNoRead()) {
                if (request == waiting.get(0)) {
                    overtaking = 0;
                }
                removed.add(request);
                each.remove();
            }
        }
        return removed;
    }

    private Optional<Pause> pauseAfter(Request<?> ended) {
        if (waiting.isEmpty()
                || overtaking >= MAX_OVERTAKING
                || waiting.stream().anyMatch(each -> each.check)) {
            return Optional.empty();
        }
        return ended.cursor
                .filter(cursor -> !cursor.hasChunk())
                .map(ShardCursor::position)
                .filter(position -> position.compareTo(furthestBehind().position.get()) < 0)
                .map(Pause::new);
    }

    private void scheduleEnd(Pause started) {
        CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    synchronized (this) {
                        current = current.filter(each -> each != started);
                    }
                    advance();
                });
    }
}
