package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static io.rebalancer.persistence.log.SmallLogs.refused;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full, slow or silent, and threads that are interrupted. */
class BadWorldsTest {
    @TempDir
    private Path directory;

    /** The disk says no at every single operation in turn, over opening, appending, rolling and keeping in order. */
    @Test
    void aDiskThatSaysNoAtAnyStepLosesNothingThatWasAcknowledged() throws Exception {
        boolean reachedTheEnd = false;
        int steps = 0;
        while (!reachedTheEnd) {
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
            reachedTheEnd = !disk.faulted();
            SimulatedDisk after = disk.afterPowerCut(new Random(steps));
            try (EventLog again = open(after, SMALL)) {
                assertThat(read(again, "a")).startsWith(acknowledged.toArray(new String[0]));
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
                                LogException.class, f -> assertThat(f.kind()).isEqualTo(Kind.FAILED));
                assertThat(log.status().state()).isEqualTo(EventLog.State.FAILED);
                assertThat(log.status().failure()).get().asString().contains("Input/output error");
                return;
            }
            if (i % 20 == 0) {
                log.keep();
            }
        }
    }

    @Test
    void aNearlyFullDiskTakesNoEventsButDeletesAndTakesThemAgainLater() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        try (EventLog log = open(disk, SmallLogs.withLowWater(1 << 20))) {
            get(log.append("a", 1, events("stored")));
            disk.usable(1000);
            log.keep();
            refused(log.append("a", 2, events("no room")), Kind.NO_SPACE);
            assertThat(Kind.NO_SPACE.retryable()).isTrue();
            assertThat(log.status().state()).isEqualTo(EventLog.State.THROTTLED);
            get(log.deleteTo("a", 1));
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(1);
            assertThat(read(log, "a")).isEmpty();
            disk.usable(1L << 40);
            log.keep();
            get(log.append("a", 2, events("room")));
        }
    }

    @Test
    void aSilentDiskCountsAsFailedAfterTheDeadline() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        EventLog log = open(disk, SmallLogs.with(SMALL.queue(), Duration.ofMillis(300)));
        get(log.append("a", 1, events("stored")));
        CompletionStage<Long> waits;
        synchronized (disk) {
            waits = log.append("a", 2, events("in doubt"));
            refused(waits, Kind.FAILED);
            assertThat(get(log.whenFailed())).hasMessageContaining("has not answered");
            refused(log.append("a", 2, events("no more")), Kind.FAILED);
        }
        log.close();
        try (EventLog again = open(disk, SMALL)) {
            assertThat(read(again, "a")).startsWith("stored");
        }
    }

    /** An entry that waits for longer than it may fails by itself, and is not stored. */
    @Test
    void whatWaitsForTooLongIsRefusedAndNeverStored() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        LogSettings.Queue impatient = new LogSettings.Queue(64 << 10, 100, Duration.ofMillis(200));
        try (EventLog log = open(disk, SmallLogs.with(impatient, Duration.ofMinutes(1)))) {
            CompletionStage<Long> withTheDisk;
            synchronized (disk) {
                withTheDisk = log.append("a", 1, events("with the disk"));
                await().until(() -> log.status().queued() == 0);
                CompletionStage<Long> waiting = log.append("b", 1, events("waits"));
                refused(waiting, Kind.BACKPRESSURE);
            }
            get(withTheDisk);
            assertThat(get(log.highestSequenceNr("b"))).isZero();
            get(log.append("b", 1, events("second try")));
            assertThat(read(log, "b")).containsExactly("second try");
        }
    }

    /** An interrupted reader gets its interrupt; the writer and other readers notice nothing. */
    @Test
    void anInterruptedThreadHurtsOnlyItself() throws Exception {
        try (EventLog log = EventLog.open(directory, SMALL, Clock.systemUTC(), LogListener.NONE)) {
            get(log.append("a", 1, events("a1")));
            AtomicReference<Throwable> met = new AtomicReference<>();
            CountDownLatch ended = new CountDownLatch(1);
            Thread reader = new Thread(() -> {
                Thread.currentThread().interrupt();
                try {
                    log.append("a", 2, events("a2"));
                    log.read("a", 1, 9, 9);
                } catch (IOException e) {
                    met.set(e);
                } finally {
                    ended.countDown();
                }
            });
            reader.start();
            ended.await();
            assertThat(met.get()).isInstanceOf(ClosedByInterruptException.class);
            get(log.append("a", 3, events("a3")));
            assertThat(read(log, "a")).containsExactly("a1", "a2", "a3");
            assertThat(log.status().state()).isEqualTo(EventLog.State.READY);
        }
    }

    @Test
    void aDirectoryThatCantBeMadeIsToldByName() throws Exception {
        Path file = directory.resolve("file");
        java.nio.file.Files.writeString(file, "no directory");
        assertThatThrownBy(() -> EventLog.open(file.resolve("log"), SMALL, Clock.systemUTC(), LogListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("file");
    }
}
