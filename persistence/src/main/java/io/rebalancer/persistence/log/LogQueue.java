package io.rebalancer.persistence.log;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The requests that wait for the writer, bounded by bytes, entries and age. A full queue rejects requests at once. */
final class LogQueue {
    private final LogSettings.Queue bounds;
    private final int maxBatchBytes;
    private final LogListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<WriteRequest> requests = new ArrayDeque<>();
    private long queuedBytes;
    private boolean writerWaits;
    private boolean closing;
    private Optional<LogException> failure = Optional.empty();
    private final Map<LogException.Kind, LogException> throttles = new ConcurrentHashMap<>();

    LogQueue(LogSettings settings, LogListener listener) {
        this.bounds = settings.queue();
        this.maxBatchBytes = settings.maxBatchBytes();
        this.listener = listener;
    }

    CompletionStage<Long> submit(WriteRequest request) {
        lock.lock();
        try {
            Optional<LogException> rejection = rejection(request);
            if (rejection.isPresent()) {
                return reject(rejection.get());
            }
            requests.addLast(request);
            queuedBytes += request.bytes();
            if (writerWaits) {
                changed.signal();
            }
            return request.result();
        } finally {
            lock.unlock();
        }
    }

    /** A failed result, counted as a failure. */
    CompletionStage<Long> reject(LogException reason) {
        listener.requestFailed(reason.kind());
        return CompletableFuture.failedFuture(reason);
    }

    private Optional<LogException> rejection(WriteRequest request) {
        if (failure.isPresent()) {
            return failure;
        }
        if (closing) {
            return Optional.of(new LogException(LogException.Kind.CLOSED, "the log is closed"));
        }
        if (!throttles.isEmpty() && !request.isAcceptedWhenThrottled()) {
            Optional<LogException> reason = throttles.values().stream().findFirst();
            if (reason.isPresent()) {
                return reason;
            }
        }
        boolean full = queuedBytes + request.bytes() > bounds.bytes() || requests.size() >= bounds.entries();
        boolean stalled = oldestAge().compareTo(bounds.maxAge()) > 0;
        return full || stalled ? Optional.of(backpressure()) : Optional.empty();
    }

    private LogException backpressure() {
        return new LogException(
                LogException.Kind.BACKPRESSURE,
                requests.size() + " entries of " + queuedBytes + " bytes already wait for the disk, the oldest for "
                        + oldestAge().toMillis() + " ms; try again later");
    }

    private Duration oldestAge() {
        return requests.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(System.nanoTime() - requests.getFirst().submittedNanos());
    }

    /** Rejects events with this reason until {@link #endThrottle} is called with its kind. */
    void throttle(LogException reason) {
        if (throttles.put(reason.kind(), reason) == null) {
            listener.throttled(reason);
        }
    }

    /** Accepts events again, unless they are rejected for another kind of reason. Without effect if they are not rejected. */
    void endThrottle(LogException.Kind kind) {
        LogException reason = throttles.remove(kind);
        if (reason != null) {
            listener.throttleEnded(reason);
        }
    }

    boolean isThrottled() {
        return !throttles.isEmpty();
    }

    /** Number of waiting requests. */
    int size() {
        lock.lock();
        try {
            return requests.size();
        } finally {
            lock.unlock();
        }
    }

    /** How long the oldest request has waited. */
    Duration age() {
        lock.lock();
        try {
            return oldestAge();
        } finally {
            lock.unlock();
        }
    }

    Optional<LogException> failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for requests and removes them.
     *
     * @return the waiting requests, up to the size of a batch; empty if the log is closed or failed and no request is left
     */
    List<WriteRequest> take() {
        lock.lock();
        try {
            while (requests.isEmpty() && !closing && failure.isEmpty()) {
                writerWaits = true;
                changed.awaitUninterruptibly();
            }
            writerWaits = false;
            List<WriteRequest> batch = new ArrayList<>(requests.size());
            long batchBytes = 0;
            while (!requests.isEmpty()
                    && (batch.isEmpty() || batchBytes + requests.getFirst().bytes() <= maxBatchBytes)) {
                WriteRequest request = requests.removeFirst();
                batchBytes += request.bytes();
                batch.add(request);
            }
            queuedBytes -= batchBytes;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Fails the requests that have waited for too long. They are never written. */
    void expire() {
        List<WriteRequest> expired = new ArrayList<>();
        Optional<LogException> cause = Optional.empty();
        lock.lock();
        try {
            if (oldestAge().compareTo(bounds.maxAge()) > 0) {
                cause = Optional.of(backpressure());
            }
            while (oldestAge().compareTo(bounds.maxAge()) > 0) {
                WriteRequest request = requests.removeFirst();
                queuedBytes -= request.bytes();
                expired.add(request);
            }
        } finally {
            lock.unlock();
        }
        cause.ifPresent(reason -> expired.forEach(request -> request.fail(reason, listener)));
    }

    /** Fails all waiting requests, and every later one. The first failure is kept. */
    void fail(LogException cause) {
        List<WriteRequest> waiting;
        lock.lock();
        try {
            failure = Optional.of(failure.orElse(cause));
            waiting = new ArrayList<>(requests);
            requests.clear();
            queuedBytes = 0;
            changed.signal();
        } finally {
            lock.unlock();
        }
        waiting.forEach(request -> request.fail(cause, listener));
    }

    /** Rejects new requests. Those that already wait are still written. */
    void close() {
        lock.lock();
        try {
            closing = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
