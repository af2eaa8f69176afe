package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.assertFails;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.persistence.log.LogException.Kind;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fail, fill up or stop responding, and interrupted threads. */
@Tag("slow")
class EventLogFaultTest {
    @TempDir
    private Path directory;

    /** Each disk operation fails in turn, while the log opens, appends, starts segments and runs retention. */
    @Test
    void aDiskFailureAtAnyStepLosesNoAcknowledgedEvent() throws Exception {
        boolean ranWithoutFault = false;
        int steps = 0;
        while (!ranWithoutFault) {
            steps++;
            SimulatedDisk disk = new SimulatedDisk();
            disk.failAfter(steps);
            List<String> acknowledged = new ArrayList<>();
            try {
                EventLog log = open(disk, SMALL);
                append(log, acknowledged);
                log.close();
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("Input/output error");
            }
            ranWithoutFault = !disk.faulted();
            SimulatedDisk recoveredDisk = disk.afterPowerCut(new Random(steps));
            try (EventLog reopened = open(recoveredDisk, SMALL)) {
                List<String> stored = read(reopened, "a");
                assertThat(stored).hasSizeGreaterThanOrEqualTo(acknowledged.size());
                assertThat(stored.subList(0, acknowledged.size())).isEqualTo(acknowledged);
            }
        }
        assertThat(steps).isGreaterThan(100);
    }

    private static void append(EventLog log, List<String> acknowledged) throws Exception {
        for (int i = 1; i <= 70; i++) {
            String event = i + "x".repeat(1000);
            try {
                get(log.append("a", i, events(event)));
                acknowledged.add(event);
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                LogException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(Kind.FAILED));
                assertThat(log.status().state()).isEqualTo(EventLog.State.FAILED);
                assertThat(log.status().failure()).get().asString().contains("Input/output error");
                return;
            }
            if (i % 20 == 0) {
                log.runRetention();
            }
        }
    }

    @Test
    void aNearlyFullDiskRejectsEventsButAcceptsDeletions() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        try (EventLog log = open(disk, SmallLogs.withLowWater(1 << 20))) {
            get(log.append("a", 1, events("stored")));
            disk.setUsableBytes(1000);
            log.runRetention();
            assertFails(log.append("a", 2, events("no room")), Kind.NO_SPACE);
            assertThat(Kind.NO_SPACE.retryable()).isTrue();
            assertThat(log.status().state()).isEqualTo(EventLog.State.THROTTLED);
            get(log.deleteTo("a", 1));
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(1);
            assertThat(read(log, "a")).isEmpty();
            disk.setUsableBytes(1L << 40);
            log.runRetention();
            get(log.append("a", 2, events("room")));
        }
    }

    @Test
    void aDiskThatDoesNotRespondFailsTheLogAfterTheDeadline() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        EventLog log = open(disk, SmallLogs.with(SMALL.queue(), Duration.ofMillis(300)));
        get(log.append("a", 1, events("stored")));
        CompletionStage<Long> blocked;
        synchronized (disk) {
            blocked = log.append("a", 2, events("in doubt"));
            assertFails(blocked, Kind.FAILED);
            assertThat(get(log.whenFailed())).hasMessageContaining("did not complete a write");
            assertFails(log.append("a", 2, events("no more")), Kind.FAILED);
        }
        log.close();
        try (EventLog reopened = open(disk, SMALL)) {
            assertThat(read(reopened, "a")).startsWith("stored");
        }
    }

    /** The entry fails when it has waited for the maximum age, without any other call. */
    @Test
    void anEntryThatWaitsTooLongIsRejectedAndNeverStored() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        LogSettings.Queue shortQueue = new LogSettings.Queue(64 << 10, 100, Duration.ofMillis(200));
        try (EventLog log = open(disk, SmallLogs.with(shortQueue, Duration.ofMinutes(1)))) {
            CompletionStage<Long> writing;
            synchronized (disk) {
                writing = log.append("a", 1, events("being written"));
                await().until(() -> log.status().queued() == 0);
                CompletionStage<Long> waiting = log.append("b", 1, events("waits"));
                assertFails(waiting, Kind.BACKPRESSURE);
            }
            get(writing);
            assertThat(get(log.highestSequenceNr("b"))).isZero();
            get(log.append("b", 1, events("second try")));
            assertThat(read(log, "b")).containsExactly("second try");
        }
    }

    /** The interrupted reader fails; the writer and other readers are not affected. */
    @Test
    void anInterruptAffectsOnlyTheInterruptedThread() throws Exception {
        try (EventLog log = EventLog.open(directory, SMALL, Clock.systemUTC(), LogListener.NONE)) {
            get(log.append("a", 1, events("a1")));
            AtomicReference<Throwable> readFailure = new AtomicReference<>();
            CountDownLatch ended = new CountDownLatch(1);
            Thread reader = new Thread(() -> {
                Thread.currentThread().interrupt();
                try {
                    log.append("a", 2, events("a2"));
                    log.read("a", 1, 9, 9);
                } catch (IOException e) {
                    readFailure.set(e);
                } finally {
                    ended.countDown();
                }
            });
            reader.start();
            ended.await();
            assertThat(readFailure.get()).isInstanceOf(ClosedByInterruptException.class);
            get(log.append("a", 3, events("a3")));
            assertThat(read(log, "a")).containsExactly("a1", "a2", "a3");
            assertThat(log.status().state()).isEqualTo(EventLog.State.READY);
        }
    }

    @Test
    void theErrorNamesADirectoryThatCantBeCreated() throws Exception {
        Path file = directory.resolve("file");
        java.nio.file.Files.writeString(file, "not a directory");
        assertThatThrownBy(() -> EventLog.open(file.resolve("log"), SMALL, Clock.systemUTC(), LogListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("file");
    }
}
