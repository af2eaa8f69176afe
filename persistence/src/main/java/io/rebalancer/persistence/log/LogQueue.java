package io.rebalancer.persistence.log;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits for the writer: bounded by bytes, entries and age. Who comes when it is full is told so at once. */
final class LogQueue {
    private final LogSettings.Queue bounds;
    private final int maxBatchBytes;
    private final LogListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Job> jobs = new ArrayDeque<>();
    private long bytes;
    private boolean writerWaits;
    private boolean closing;
    private Optional<LogException> failed = Optional.empty();
    private volatile Optional<LogException> noSpace = Optional.empty();

    /** Something to be written. */
    abstract static class Job {
        private final long bytes;
        private final long sinceNanos = System.nanoTime();
        private final CompletableFuture<Long> done = new CompletableFuture<>();
        private Optional<LogException> refusal = Optional.empty();
        private long result;

        /** @param bytes what it will take in the log, about */
        Job(long bytes) {
            this.bytes = bytes;
        }

        /**
         * Adds its frames to the group that is being written; called by the writer's thread.
         *
         * @return what the caller is told once the group is durable
         * @throws LogException if it can't be stored; it has added nothing then
         */
        abstract long encode(LogWriter writer) throws LogException;

        /** Whether it is taken even when the disk is nearly full, since it stores next to nothing or makes room. */
        boolean evenWhenFull() {
            return false;
        }

        void encodeInto(LogWriter writer) {
            try {
                result = encode(writer);
            } catch (LogException e) {
                refusal = Optional.of(e);
            }
        }

        void acknowledge(LogListener listener) {
            if (refusal.isPresent()) {
                fail(refusal.get(), listener);
            } else {
                listener.acknowledged(System.nanoTime() - sinceNanos);
                done.complete(result);
            }
        }

        void fail(LogException why, LogListener listener) {
            if (done.completeExceptionally(why)) {
                listener.failed(why.kind());
            }
        }
    }

    LogQueue(LogSettings settings, LogListener listener) {
        this.bounds = settings.queue();
        this.maxBatchBytes = settings.maxBatchBytes();
        this.listener = listener;
    }

    CompletionStage<Long> submit(Job job) {
        lock.lock();
        try {
            Optional<LogException> refusal = refusal(job);
            if (refusal.isPresent()) {
                return refuse(refusal.get());
            }
            jobs.addLast(job);
            bytes += job.bytes;
            if (writerWaits) {
                changed.signal();
            }
            return job.done;
        } finally {
            lock.unlock();
        }
    }

    /** Tells somebody that their entry is not taken, and counts it. */
    CompletionStage<Long> refuse(LogException why) {
        listener.failed(why.kind());
        return CompletableFuture.failedFuture(why);
    }

    private Optional<LogException> refusal(Job job) {
        if (failed.isPresent()) {
            return failed;
        }
        if (closing) {
            return Optional.of(new LogException(LogException.Kind.CLOSED, "the log is closed"));
        }
        if (noSpace.isPresent() && !job.evenWhenFull()) {
            return noSpace;
        }
        boolean full = bytes + job.bytes > bounds.bytes() || jobs.size() >= bounds.entries();
        boolean late = oldest().compareTo(bounds.maxAge()) > 0;
        return full || late ? Optional.of(backpressure()) : Optional.empty();
    }

    private LogException backpressure() {
        return new LogException(
                LogException.Kind.BACKPRESSURE,
                jobs.size() + " entries of " + bytes + " bytes wait for the disk already, the oldest for "
                        + oldest().toMillis() + " ms; try again later");
    }

    private Duration oldest() {
        return jobs.isEmpty() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - jobs.getFirst().sinceNanos);
    }

    /** From now on events are refused for this reason, or taken again. */
    void noSpace(Optional<LogException> reason) {
        noSpace = reason;
    }

    boolean throttled() {
        return noSpace.isPresent();
    }

    /** Entries that wait. */
    int size() {
        lock.lock();
        try {
            return jobs.size();
        } finally {
            lock.unlock();
        }
    }

    /** How long the oldest entry has waited. */
    Duration age() {
        lock.lock();
        try {
            return oldest();
        } finally {
            lock.unlock();
        }
    }

    Optional<LogException> failed() {
        lock.lock();
        try {
            return failed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for work: all that waits, up to a batch; empty when the log is closed or failed and nothing is left. */
    List<Job> take() {
        lock.lock();
        try {
            while (jobs.isEmpty() && !closing && failed.isEmpty()) {
                writerWaits = true;
                changed.awaitUninterruptibly();
            }
            writerWaits = false;
            List<Job> taken = new ArrayList<>(jobs.size());
            long size = 0;
            while (!jobs.isEmpty() && (taken.isEmpty() || size + jobs.getFirst().bytes <= maxBatchBytes)) {
                Job job = jobs.removeFirst();
                size += job.bytes;
                taken.add(job);
            }
            bytes -= size;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what has waited for too long; the writer never sees it. */
    void expire() {
        List<Job> expired = new ArrayList<>();
        Optional<LogException> why = Optional.empty();
        lock.lock();
        try {
            if (oldest().compareTo(bounds.maxAge()) > 0) {
                why = Optional.of(backpressure());
            }
            while (oldest().compareTo(bounds.maxAge()) > 0) {
                Job job = jobs.removeFirst();
                bytes -= job.bytes;
                expired.add(job);
            }
        } finally {
            lock.unlock();
        }
        why.ifPresent(reason -> expired.forEach(job -> job.fail(reason, listener)));
    }

    /** Fails what waits, and all that comes. */
    void fail(LogException why) {
        List<Job> all;
        lock.lock();
        try {
            failed = Optional.of(failed.orElse(why));
            all = new ArrayList<>(jobs);
            jobs.clear();
            bytes = 0;
            changed.signal();
        } finally {
            lock.unlock();
        }
        all.forEach(job -> job.fail(why, listener));
    }

    /** Takes nothing more; what waits is still written. */
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
