package io.rebalancer.persistence.bench;

import io.rebalancer.persistence.bench.Figures.Result;
import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.log.LogListener;
import io.rebalancer.persistence.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/** The engine without Pekko, and bare appends and forces for comparison. */
final class EngineBench {
    /** Approximate bytes that a frame adds to an event. */
    private static final int FRAME_BYTES = 80;

    private final EventLog log;
    private final Figures figures = new Figures();
    private final CountDownLatch ended;
    private final long endNanos;

    private EngineBench(EventLog log, int writers) {
        this.log = log;
        this.ended = new CountDownLatch(writers);
        this.endNanos = System.nanoTime() + Figures.runTime().toNanos();
    }

    /** @param group average number of events in a group */
    record Run(Result result, int group) {}

    static Run run(int writers) throws Exception {
        Path directory = Figures.directory("engine");
        try (EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
            // The first of the two runs is the warm-up.
            new EngineBench(log, writers).append(writers, "warm");
            EventLog.Status before = log.status();
            Result result = new EngineBench(log, writers).append(writers, "id");
            EventLog.Status after = log.status();
            double group = (double) (after.events() - before.events()) / (after.groups() - before.groups());
            return new Run(result, (int) Math.max(1, Math.round(group)));
        } finally {
            Figures.delete(directory);
        }
    }

    private Result append(int writers, String name) throws InterruptedException {
        long startNanos = System.nanoTime();
        for (int writer = 0; writer < writers; writer++) {
            append(name + "-" + writer, 1);
        }
        ended.await();
        return figures.result(System.nanoTime() - startNanos);
    }

    private void append(String id, long next) {
        long startNanos = System.nanoTime();
        log.append(id, next, List.of(new byte[Figures.EVENT_BYTES])).whenComplete((offset, failure) -> {
            long nowNanos = System.nanoTime();
            figures.stored(next, nowNanos - startNanos);
            if (nowNanos >= endNanos || failure != null) {
                ended.countDown();
            } else {
                append(id, next + 1);
            }
        });
    }

    /** One thread that appends and forces groups: the upper limit of the disk. */
    static Result raw(int group) throws IOException {
        Path directory = Figures.directory("raw");
        Figures figures = new Figures();
        ByteBuffer bytes = ByteBuffer.allocateDirect(group * (Figures.EVENT_BYTES + FRAME_BYTES));
        long startNanos = System.nanoTime();
        try (FileChannel channel =
                FileChannel.open(directory.resolve("raw"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long position = 0;
            while (System.nanoTime() - startNanos < Figures.runTime().toNanos()) {
                long writeStartNanos = System.nanoTime();
                position += channel.write(bytes.clear(), position);
                channel.force(false);
                long nanos = System.nanoTime() - writeStartNanos;
                for (int i = 0; i < group; i++) {
                    figures.stored(i, nanos);
                }
            }
        }
        Result result = figures.result(System.nanoTime() - startNanos);
        Figures.delete(directory);
        return result;
    }

    /** Measures how long it takes to open a log of this size, with and without its indexes. */
    static void recovery(long bytes) throws Exception {
        Path directory = Figures.directory("recovery");
        try (EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
            long[] next = new long[1000];
            CompletionStage<Long> last = CompletableFuture.completedFuture(0L);
            while (log.status().bytes() < bytes) {
                for (int i = 0; i < next.length; i++) {
                    last = log.append("id-" + i, ++next[i], List.of(new byte[Figures.EVENT_BYTES]));
                }
                last.toCompletableFuture().join();
            }
        }
        try (EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
            print("with indexes of finished segments", log);
        }
        try (var files = Files.list(directory)) {
            for (Path index :
                    files.filter(file -> file.toString().endsWith(".idx")).toList()) {
                Files.delete(index);
            }
        }
        try (EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
            print("every byte read, indexes rebuilt", log);
        }
        Figures.delete(directory);
    }

    private static void print(String description, EventLog log) {
        System.out.printf(
                "recovery of %,d MiB, %,d events: %.2f s (%s)%n",
                log.status().bytes() >> 20,
                log.status().events(),
                log.status().recovery().toMillis() / 1000.0,
                description);
    }
}
