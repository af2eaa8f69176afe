package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.COMPACTING;
import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.assertFails;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.persistence.log.EventLog.Event;
import io.rebalancer.persistence.log.LogException.Kind;
import io.rebalancer.persistence.log.SimulatedDisk.Operation;
import io.rebalancer.persistence.log.SimulatedDisk.Times;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Disks that fail, fill up or stop responding, and interrupted threads. */
@Tag("slow")
class EventLogFaultTest {
    @TempDir
    private Path directory;

    /**
     * Each operation of the disk fails in turn, once or from then on, while the log opens, appends, starts segments, stores
     * indexes, deletes segments and compacts them. Then the power fails, or the process starts again with what the page cache holds, and the
     * power fails later.
     */
    @ParameterizedTest
    @MethodSource("faults")
    void aDiskFailureAtAnyStepLosesNoAcknowledgedEvent(Set<Operation> operations, Times times) throws Exception {
        boolean ranWithoutFault = false;
        int first = 0;
        while (!ranWithoutFault) {
            first++;
            SimulatedDisk disk = new SimulatedDisk();
            disk.fail(operations, first, times);
            Writer writer = new Writer();
            for (int run = 0; run < 2; run++) {
                writer.run(disk);
            }
            ranWithoutFault = !disk.faulted();
            assertThat(!ranWithoutFault || writer.highest == Writer.EVENTS)
                    .as("a healthy disk stores everything")
                    .isTrue();
            disk.repair();
            Random random = new Random(first);
            SimulatedDisk afterPowerCut = disk.afterPowerCut(random);
            writer.check(afterPowerCut);
            long visible = writer.check(disk);
            long visibleLater = writer.check(disk.afterPowerCut(random));
            assertThat(visibleLater).as("what readers saw is durable").isGreaterThanOrEqualTo(visible);
        }
        assertThat(first).isGreaterThan(1);
    }

    static Stream<Arguments> faults() {
        Stream<Set<Operation>> each = Stream.of(Operation.values()).map(Set::of);
        Set<Operation> all = EnumSet.allOf(Operation.class);
        return Stream.concat(each, Stream.of(all))
                .flatMap(operations -> Stream.of(Times.values()).map(times -> Arguments.of(operations, times)));
    }

    /** Appends events, deletes the older ones, and knows what must be stored. */
    private static final class Writer {
        private static final int EVENTS = 140;
        private static final int EVENT_BYTES = 1500;
        private long highest;
        private long deletedTo;
        private long maxDeletedTo;

        /** Uses the log until half of the events are stored, or the disk fails. */
        void run(SimulatedDisk disk) throws Exception {
            EventLog log;
            try {
                log = open(disk, COMPACTING);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("Input/output error");
                return;
            }
            highest = Math.max(highest, get(log.highestSequenceNr("a")));
            boolean failed = false;
            for (int i = 1; i <= EVENTS / 2; i++) {
                failed |= !isStored(log, log.append("a", highest + 1, events("x".repeat(EVENT_BYTES))), failed);
                highest += failed ? 0 : 1;
                if (i % 10 == 0 && !failed) {
                    maxDeletedTo = highest - 2;
                    failed = !isStored(log, log.deleteTo("a", maxDeletedTo), false);
                    deletedTo = failed ? deletedTo : maxDeletedTo;
                    log.runRetention();
                }
            }
            try {
                log.close();
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("Input/output error");
            }
        }

        /** Whether a request was acknowledged. After the first failure none is. */
        private static boolean isStored(EventLog log, CompletionStage<Long> request, boolean failedBefore)
                throws Exception {
            try {
                get(request);
                assertThat(failedBefore).as("acknowledged after a failure").isFalse();
                return true;
            } catch (ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                LogException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(Kind.FAILED));
                assertThat(log.status().state()).isEqualTo(EventLog.State.FAILED);
                assertThat(log.status().failure()).get().asString().contains("Input/output error");
                return false;
            }
        }

        /** Opens the log, compares it with what was acknowledged, and returns the highest sequence number. */
        long check(SimulatedDisk disk) throws Exception {
            try (EventLog log = open(disk, SMALL)) {
                long stored = get(log.highestSequenceNr("a"));
                assertThat(stored).isGreaterThanOrEqualTo(highest);
                List<Event> found = log.read("a", 1, Long.MAX_VALUE, Long.MAX_VALUE);
                assertThat(log.deletedTo("a")).isBetween(deletedTo, maxDeletedTo);
                assertThat(found)
                        .extracting(Event::sequenceNr)
                        .containsExactlyElementsOf(LongStream.rangeClosed(log.deletedTo("a") + 1, stored)
                                .boxed()
                                .toList());
                return stored;
            }
        }
    }

    /** Without a stored index, reads work and the log opens; the index is stored when the disk permits it. */
    @Test
    void anIndexThatCantBeStoredDoesNotPreventTheStart() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        long next;
        try (EventLog log = open(disk, SMALL)) {
            next = SmallLogs.fillSegment(log, "a", 1);
            get(log.append("b", 1, events("b")));
        }
        disk.names().stream().filter(IndexFile::isIndex).forEach(disk::remove);
        disk.fail(Set.of(Operation.RENAME), 1, Times.FOR_EVER);
        try (EventLog log = open(disk, SMALL)) {
            assertThat(read(log, "a")).hasSize((int) next - 1);
            get(log.append("b", 2, events("b2")));
            disk.repair();
            log.runRetention();
            assertThat(disk.names()).contains(IndexFile.name(0), IndexFile.name(1));
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
        EventLog log = open(disk, SmallLogs.with(SMALL.queue(), force(100, 300)));
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

    private static LogSettings.Force force(long throttleMillis, long deadlineMillis) {
        return new LogSettings.Force(Duration.ofMillis(throttleMillis), Duration.ofMillis(deadlineMillis));
    }

    /** Events are rejected while the write takes its time; the write itself succeeds, and the log continues. */
    @Test
    void aSlowDiskThrottlesTheLogAndDoesNotFailIt() throws Exception {
        List<String> reports = new CopyOnWriteArrayList<>();
        LogListener listener = new LogListener() {
            @Override
            public void throttled(LogException reason) {
                reports.add("throttled");
            }

            @Override
            public void throttleEnded(LogException reason) {
                reports.add("ended");
            }
        };
        SimulatedDisk disk = new SimulatedDisk();
        LogSettings settings = SmallLogs.with(SMALL.queue(), force(200, 600_000));
        try (EventLog log = EventLog.open(disk, settings, Clock.systemUTC(), listener)) {
            get(log.append("a", 1, events("stored")));
            CompletionStage<Long> slow;
            CompletionStage<Long> deletion;
            synchronized (disk) {
                slow = log.append("a", 2, events("slow"));
                await().until(() -> log.status().state() == EventLog.State.THROTTLED);
                assertFails(log.append("a", 3, events("rejected")), Kind.BACKPRESSURE);
                deletion = log.deleteTo("a", 1);
                assertThat(slow.toCompletableFuture()).isNotDone();
            }
            get(slow);
            get(deletion);
            await().until(() -> log.status().state() == EventLog.State.READY);
            get(log.append("a", 3, events("accepted")));
            assertThat(read(log, "a")).containsExactly("slow", "accepted");
            assertThat(reports).startsWith("throttled", "ended");
        }
    }

    @Test
    void theDeadlineMustBeLongerThanTheThrottle() {
        assertThatThrownBy(() -> force(1000, 1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("force-deadline must be longer than force-throttle-after");
    }

    /** The entry fails when it has waited for the maximum age, without any other call. */
    @Test
    void anEntryThatWaitsTooLongIsRejectedAndNeverStored() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        LogSettings.Queue shortQueue = new LogSettings.Queue(64 << 10, 100, Duration.ofMillis(200));
        try (EventLog log = open(disk, SmallLogs.with(shortQueue, force(50_000, 60_000)))) {
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
