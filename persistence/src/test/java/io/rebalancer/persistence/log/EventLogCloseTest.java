package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.log.LogException.Kind;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** A log that is closed while many write: every future ends, and what was acknowledged is there. */
class EventLogCloseTest {
    private static final int WRITERS = 6;

    @TempDir
    private Path directory;

    @RepeatedTest(5)
    void everyFutureEndsAndNothingAcknowledgedIsLost() throws Exception {
        EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE);
        List<AtomicLong> acknowledged = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<Long>> all = java.util.Collections.synchronizedList(new ArrayList<>());
        CountDownLatch busy = new CountDownLatch(500);
        for (int i = 0; i < WRITERS; i++) {
            AtomicLong last = new AtomicLong();
            acknowledged.add(last);
            String id = "id-" + i;
            Thread thread = new Thread(() -> append(log, id, last, all, busy));
            threads.add(thread);
            thread.start();
        }
        busy.await();
        log.close();
        log.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(all).allMatch(CompletableFuture::isDone);
        assertThat(log.status().state()).isEqualTo(EventLog.State.CLOSED);
        try (EventLog again = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
            for (int i = 0; i < WRITERS; i++) {
                assertThat((long) read(again, "id-" + i).size())
                        .isGreaterThanOrEqualTo(acknowledged.get(i).get());
            }
            assertThat(again.status().tornBytes()).isZero();
        }
    }

    private static void append(
            EventLog log, String id, AtomicLong acknowledged, List<CompletableFuture<Long>> all, CountDownLatch busy) {
        long next = log.highestSequenceNr(id).toCompletableFuture().join() + 1;
        while (true) {
            CompletableFuture<Long> answer =
                    log.append(id, next, events(id + "/" + next)).toCompletableFuture();
            all.add(answer);
            try {
                answer.join();
            } catch (CompletionException e) {
                assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                LogException.class,
                                closed -> assertThat(closed.kind()).isEqualTo(Kind.CLOSED));
                return;
            }
            acknowledged.set(next++);
            busy.countDown();
        }
    }
}
