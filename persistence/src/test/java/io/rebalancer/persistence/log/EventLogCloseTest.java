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

/** A log is closed while several threads write to it. */
class EventLogCloseTest {
    private static final int WRITERS = 6;

    @TempDir
    private Path directory;

    @RepeatedTest(5)
    void everyFutureCompletesAndNoAcknowledgedEventIsLost() throws Exception {
        EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE);
        List<AtomicLong> acknowledged = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<Long>> results = java.util.Collections.synchronizedList(new ArrayList<>());
        CountDownLatch busy = new CountDownLatch(500);
        for (int i = 0; i < WRITERS; i++) {
            AtomicLong last = new AtomicLong();
            acknowledged.add(last);
            String id = "id-" + i;
            Thread thread = new Thread(() -> append(log, id, last, results, busy));
            threads.add(thread);
            thread.start();
        }
        busy.await();
        log.close();
        log.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(results).allMatch(CompletableFuture::isDone);
        assertThat(log.status().state()).isEqualTo(EventLog.State.CLOSED);
        try (EventLog reopened = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
            for (int i = 0; i < WRITERS; i++) {
                assertThat((long) read(reopened, "id-" + i).size())
                        .isGreaterThanOrEqualTo(acknowledged.get(i).get());
            }
            assertThat(reopened.status().tornBytes()).isZero();
        }
    }

    private static void append(
            EventLog log,
            String id,
            AtomicLong acknowledged,
            List<CompletableFuture<Long>> results,
            CountDownLatch busy) {
        long next = log.highestSequenceNr(id).toCompletableFuture().join() + 1;
        while (true) {
            CompletableFuture<Long> result =
                    log.append(id, next, events(id + "/" + next)).toCompletableFuture();
            results.add(result);
            try {
                result.join();
            } catch (CompletionException e) {
                assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                LogException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(Kind.CLOSED));
                return;
            }
            acknowledged.set(next++);
            busy.countDown();
        }
    }
}
