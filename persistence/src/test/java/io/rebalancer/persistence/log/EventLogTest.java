package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.assertFails;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.persistence.log.EventLog.Event;
import io.rebalancer.persistence.log.LogException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
    @TempDir
    private Path directory;

    private EventLog open() throws IOException {
        return EventLog.open(directory, SMALL, Clock.systemUTC(), LogListener.NONE);
    }

    private static List<String> read(EventLog log, String id, long from, long to) throws IOException {
        return log.read(id, from, to, Long.MAX_VALUE).stream()
                .map(event -> new String(event.bytes(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void eventsAreReadByIdAndNumberedAcrossTheLog() throws Exception {
        try (EventLog log = open()) {
            assertThat(get(log.append("a", 1, events("a1", "a2")))).isZero();
            assertThat(get(log.append("b", 1, events("b1")))).isEqualTo(2);
            assertThat(get(log.append("a", 3, events("a3")))).isEqualTo(3);
            assertThat(read(log, "a", 1, Long.MAX_VALUE)).containsExactly("a1", "a2", "a3");
            assertThat(read(log, "a", 2, 2)).containsExactly("a2");
            assertThat(log.read("a", 1, 9, 2)).extracting(Event::sequenceNr).containsExactly(1L, 2L);
            assertThat(log.read("a", 3, 9, 2)).extracting(Event::offset).containsExactly(3L);
            assertThat(read(log, "unknown", 1, 9)).isEmpty();
            assertThat(log.persistenceIds()).containsExactly("a", "b");
            assertThat(log.endOffset()).isEqualTo(4);
        }
    }

    @Test
    void everythingSurvivesAReopenAndNumbersContinue() throws Exception {
        try (EventLog log = open()) {
            get(log.append("a", 1, events("a1", "a2")));
            get(log.deleteTo("a", 2));
            get(log.registerCursor("reader", 1));
        }
        try (EventLog log = open()) {
            assertThat(read(log, "a", 1, 9)).isEmpty();
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(2);
            assertThat(get(log.highestSequenceNr("unknown"))).isZero();
            assertThat(log.cursors()).extracting(Cursor::next).containsExactly(1L);
            assertThat(get(log.append("a", 3, events("a3")))).isEqualTo(2);
            get(log.acknowledge("reader", 0));
            assertThat(log.cursors())
                    .as("a cursor never moves back")
                    .extracting(Cursor::next)
                    .containsExactly(1L);
            get(log.removeCursor("reader"));
            assertThat(log.cursors()).isEmpty();
        }
    }

    @Test
    void severalSegmentsAreReadAsOneLog() throws Exception {
        int entries = 400;
        try (EventLog log = open()) {
            for (int i = 1; i <= entries; i++) {
                get(log.append("a", i, events("x".repeat(1000) + i)));
            }
            assertThat(log.status().segments()).isGreaterThan(5);
        }
        try (EventLog log = open()) {
            assertThat(read(log, "a", 1, Long.MAX_VALUE))
                    .hasSize(entries)
                    .last()
                    .asString()
                    .endsWith("x400");
            assertThat(log.status().events()).isEqualTo(entries);
        }
    }

    @Test
    void anOversizedEntryIsRejectedWithoutSideEffects() throws Exception {
        try (EventLog log = open()) {
            assertFails(log.append("a", 1, List.of(new byte[17 << 10])), Kind.REFUSED);
            assertThat(get(log.append("a", 1, events("small")))).isZero();
        }
    }

    @Test
    void theHighestSequenceNumberIncludesWaitingWrites() throws Exception {
        try (EventLog log = open()) {
            List<CompletionStage<?>> writes = new ArrayList<>();
            for (int i = 1; i <= 50; i++) {
                writes.add(log.append("a", i, events("e")));
            }
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(50);
            for (CompletionStage<?> each : writes) {
                get(each);
            }
        }
    }

    @Test
    void aSecondLogOnTheSameDirectoryIsRejected() throws Exception {
        try (EventLog log = open()) {
            assertThat(log.endOffset()).isZero();
            assertThatThrownBy(this::open)
                    .isInstanceOfSatisfying(
                            LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IN_USE))
                    .hasMessageContaining(directory.toString());
        }
        open().close();
    }

    @Test
    void aClosedLogRejectsWrites() throws Exception {
        EventLog log = open();
        CompletionStage<Long> last = log.append("a", 1, events("stored"));
        log.close();
        assertThat(get(last)).isZero();
        assertFails(log.append("a", 2, events("too late")), Kind.CLOSED);
    }

    private Path segment(int number) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".seg"))
                    .sorted()
                    .toList()
                    .get(number);
        }
    }

    private void flipBit(Path file, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[position] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void damageIsDistinguishedFromATornTail() throws Exception {
        try (EventLog log = open()) {
            for (int i = 1; i <= 20; i++) {
                get(log.append("a", i, events("event " + i)));
            }
        }
        Path segment = segment(0);
        byte[] whole = Files.readAllBytes(segment);
        // The last bytes are missing: a tail that was torn before its acknowledgement.
        Files.write(segment, Arrays.copyOf(whole, whole.length - 20));
        try (EventLog log = open()) {
            assertThat(read(log, "a", 1, 99)).hasSize(19);
            assertThat(log.status().tornBytes()).isPositive();
        }
        Files.delete(segment(1));
        // A byte in the middle is wrong, and the frames after it prove that it was stored.
        Files.write(segment, whole);
        flipBit(segment, Segment.BLOCK_BYTES + 300);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                .hasMessageContaining(segment.getFileName().toString())
                .hasMessageContaining("Nothing is skipped");
        assertThat(Files.size(segment)).as("nothing was cut off").isEqualTo(whole.length);
    }

    @Test
    void aShortenedOrMissingFinishedSegmentIsDetected() throws Exception {
        for (int run = 0; run < 3; run++) {
            try (EventLog log = open()) {
                get(log.append("a", run + 1, events("run " + run)));
            }
        }
        byte[] whole = Files.readAllBytes(segment(1));
        Files.write(segment(1), Arrays.copyOf(whole, whole.length - 8));
        assertThatThrownBy(this::open).hasMessageContaining("it is shorter than when it was finished");
        Path missing = segment(1);
        Files.delete(missing);
        assertThatThrownBy(this::open).hasMessageContaining(missing.getFileName() + " at byte 0 (it is missing)");
        Files.write(missing, whole);
        open().close();
    }

    @Test
    void aLogOfANewerFormatIsNotChanged() throws Exception {
        open().close();
        byte[] bytes = Files.readAllBytes(segment(0));
        bytes[11] = 9;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, Segment.BLOCK_BYTES - 4);
        ByteBuffer.wrap(bytes).putInt(Segment.BLOCK_BYTES - 4, (int) crc.getValue());
        Files.write(segment(0), bytes);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NEWER_FORMAT));
        assertThat(segment(0)).hasBinaryContent(bytes);
    }

    /** When the disk fails, all waiting entries fail, nothing is forced again, and a reopened log has what was stored. */
    @Test
    void aDiskFailureStopsTheLogWithoutRetries() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        EventLog log = EventLog.open(disk, SMALL, Clock.systemUTC(), LogListener.NONE);
        get(log.append("a", 1, events("stored")));
        disk.failAfter(2);
        AtomicReference<LogException> reported = new AtomicReference<>();
        CompletableFuture<Void> failed =
                log.whenFailed().thenAccept(reported::set).toCompletableFuture();
        assertFails(log.append("a", 2, events("lost")), Kind.FAILED);
        failed.get();
        int forcesBefore = disk.forces();
        assertFails(log.append("a", 2, events("refused")), Kind.FAILED);
        assertThat(disk.forces()).isEqualTo(forcesBefore);
        assertThat(reported.get()).hasMessageContaining("Input/output error");
        SimulatedDisk recoveredDisk = disk.afterPowerCut(new Random(1));
        try (EventLog reopened = EventLog.open(recoveredDisk, SMALL, Clock.systemUTC(), LogListener.NONE)) {
            assertThat(read(reopened, "a", 1, 9).get(0)).isEqualTo("stored");
        }
    }

    /** While the disk hangs, the queue is bounded, and an entry that does not fit is rejected at once. */
    @Test
    void aHangingDiskCausesBackpressure() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        EventLog log = EventLog.open(disk, SMALL, Clock.systemUTC(), LogListener.NONE);
        List<CompletionStage<Long>> accepted = new ArrayList<>();
        synchronized (disk) {
            // The writer blocks on the disk's lock from here on.
            CompletionStage<Long> next = log.append("a", 1, events("x"));
            while (!next.toCompletableFuture().isDone() && accepted.size() < 1000) {
                accepted.add(next);
                next = log.append("a", accepted.size() + 1, events("x"));
            }
            assertFails(next, Kind.BACKPRESSURE);
            assertThat(accepted).hasSizeBetween(100, 300);
        }
        for (CompletionStage<Long> each : accepted) {
            get(each);
        }
        assertThat(get(log.append("a", accepted.size() + 1, events("again")))).isEqualTo(accepted.size());
        log.close();
    }

    @Test
    void aReaderThatWaitsForAnEventIsNotified() throws Exception {
        try (EventLog log = open()) {
            CompletionStage<Long> second = log.whenReached(1);
            get(log.append("a", 1, events("first")));
            assertThat(second.toCompletableFuture()).isNotDone();
            get(log.append("a", 2, events("second")));
            assertThat(get(second)).isEqualTo(2);
            assertThat(get(log.whenReached(0))).isEqualTo(2);
        }
    }
}
