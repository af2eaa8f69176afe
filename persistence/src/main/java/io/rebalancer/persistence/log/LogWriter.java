package io.rebalancer.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The one thread that writes.
 *
 * <pre>
 * submit ─► bounded queue ─► all that waits ─► one write ─► one force ─► published ─► acknowledged, in order
 * </pre>
 *
 * While a group is being forced the next one gathers; there is no timer. A write or force that failed is never repeated:
 * what the disk holds then is not known. Everything that waits fails, and the log has to be opened anew.
 */
final class LogWriter {
    private final LogSettings settings;
    private final Clock clock;
    private final Consumer<List<Job>> group;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Job> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean closing;
    private Optional<LogException> failed = Optional.empty();
    private final CompletableFuture<LogException> whenFailed = new CompletableFuture<>();

    /**
     * Something to be written.
     *
     * @param bytes what it will take in the log, about
     */
    static final class Job {
        private final long bytes;
        private final long sinceNanos = System.nanoTime();
        private final Work work;
        private final CompletableFuture<Long> done = new CompletableFuture<>();

        Job(long bytes, Work work) {
            this.bytes = bytes;
            this.work = work;
        }

        Work work() {
            return work;
        }

        CompletableFuture<Long> done() {
            return done;
        }
    }

    /** What a job adds to a group; called by the writer's thread only. */
    interface Work {
        /** Appends frames to {@code batch}. */
        void encode(Batch batch) throws IOException;

        /** What the caller is told once the group is durable. */
        default long result() {
            return 0;
        }
    }

    /** Frames gathered for one write. */
    interface Batch {
        void add(Frame.Kind kind, long id, long sequenceNr, List<byte[]> parts);
    }

    /** @param group writes and forces all of them; throws if it can't, and is then not called again */
    LogWriter(LogSettings settings, Clock clock, String name, Consumer<List<Job>> group) {
        this.settings = settings;
        this.clock = clock;
        this.group = group;
        // A thread of its own that nobody interrupts: an interrupt would close the file under it.
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    CompletionStage<Long> submit(long bytes, Work work) {
        Job job = new Job(bytes, work);
        lock.lock();
        try {
            Optional<LogException> refusal = refusal(bytes);
            if (refusal.isPresent()) {
                return CompletableFuture.failedFuture(refusal.get());
            }
            queue.addLast(job);
            queuedBytes += bytes;
            changed.signalAll();
            return job.done();
        } finally {
            lock.unlock();
        }
    }

    private Optional<LogException> refusal(long bytes) {
        if (failed.isPresent()) {
            return failed;
        }
        if (closing) {
            return Optional.of(new LogException(LogException.Kind.CLOSED, "the log is closed"));
        }
        boolean full = queuedBytes + bytes > settings.queueBytes() || queue.size() >= settings.queueEntries();
        boolean late = !queue.isEmpty() && age(queue.getFirst()).compareTo(settings.queueMaxAge()) > 0;
        return full || late
                ? Optional.of(new LogException(
                        LogException.Kind.BACKPRESSURE,
                        queue.size() + " entries of " + queuedBytes
                                + " bytes wait for the disk already, the oldest for "
                                + (queue.isEmpty() ? 0 : age(queue.getFirst()).toMillis()) + " ms; try again later"))
                : Optional.empty();
    }

    private static Duration age(Job job) {
        return Duration.ofNanos(System.nanoTime() - job.sinceNanos);
    }

    /** Entries that wait. */
    int queued() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    CompletionStage<LogException> whenFailed() {
        return whenFailed;
    }

    Clock clock() {
        return clock;
    }

    private void run() {
        while (true) {
            List<Job> jobs = take();
            if (jobs.isEmpty()) {
                return;
            }
            try {
                group.accept(jobs);
                jobs.forEach(job -> job.done().complete(job.work().result()));
            } catch (RuntimeException | Error e) {
                fail(e, jobs);
                return;
            }
        }
    }

    /** All that waits, up to a batch; empty when the log is closed and nothing waits any more. */
    private List<Job> take() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closing) {
                changed.awaitUninterruptibly();
            }
            List<Job> jobs = new ArrayList<>();
            long bytes = 0;
            while (!queue.isEmpty() && (jobs.isEmpty() || bytes + queue.getFirst().bytes <= settings.maxBatchBytes())) {
                Job job = queue.removeFirst();
                bytes += job.bytes;
                jobs.add(job);
            }
            queuedBytes -= bytes;
            return jobs;
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable cause, List<Job> jobs) {
        LogException failure = cause instanceof LogException known
                ? known
                : new LogException(
                        LogException.Kind.FAILED,
                        "the log could not be written (" + cause.getMessage()
                                + "); nothing more is taken until it is opened anew",
                        cause);
        List<Job> all = new ArrayList<>(jobs);
        lock.lock();
        try {
            failed = Optional.of(failure);
            all.addAll(queue);
            queue.clear();
            queuedBytes = 0;
        } finally {
            lock.unlock();
        }
        all.forEach(job -> job.done().completeExceptionally(failure));
        whenFailed.complete(failure);
    }

    /** Takes nothing more, writes what waits, and ends. */
    void close() throws InterruptedException {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.join(TimeUnit.SECONDS.toMillis(30));
    }

    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes);
    }
}
