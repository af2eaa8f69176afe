package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.assertFails;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.fillSegment;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static io.rebalancer.persistence.log.SmallLogs.runRetentionUntilSegments;
import static io.rebalancer.persistence.log.SmallLogs.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.persistence.log.EventLog.Event;
import io.rebalancer.persistence.log.LogException.Kind;
import io.rebalancer.persistence.log.SimulatedDisk.Operation;
import io.rebalancer.persistence.log.SimulatedDisk.Times;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which segments are deleted, which are kept, and how cursors affect that. */
@Tag("slow")
class LogRetentionTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    private long firstSegment() {
        return disk.names().stream()
                .filter(Segment::isSegment)
                .mapToLong(name -> Long.parseLong(name.substring(0, 16), 16))
                .min()
                .orElseThrow();
    }

    @Test
    void segmentsOfDeletedEventsAreDeletedAndNumbersContinue() throws Exception {
        long next = 1;
        long end;
        try (EventLog log = open(disk, SMALL)) {
            for (int i = 0; i < 3; i++) {
                next = fillSegment(log, "a", next);
            }
            assertThat(log.status().segments()).isEqualTo(4);
            get(log.deleteTo("a", next - 1));
            runRetentionUntilSegments(log, 1);
            assertThat(read(log, "a")).isEmpty();
            end = log.endOffset();
        }
        assertThat(firstSegment()).isEqualTo(3);
        try (EventLog log = open(disk, SMALL)) {
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
            assertThat(log.endOffset()).as("no offset is used again").isEqualTo(end);
            assertThat(get(log.append("a", next, events("continued")))).isEqualTo(end);
            assertFails(log.append("a", next, events("duplicate")), Kind.CONFLICT);
        }
    }

    /** All events and segments are deleted twice. The positions of the ids are carried over each time. */
    @Test
    void idsSurviveTheDeletionOfTheirSegments() throws Exception {
        long next = 1;
        try (EventLog log = open(disk, SMALL)) {
            get(log.append("quiet", 1, events("q1", "q2", "q3")));
            get(log.deleteTo("quiet", 2));
            for (int i = 0; i < 6; i++) {
                next = fillSegment(log, "a", next);
                get(log.deleteTo("a", next - 1));
                log.runRetention();
            }
            assertThat(firstSegment())
                    .as("one event of a quiet id keeps its segment and all later ones")
                    .isZero();
            get(log.deleteTo("quiet", 3));
            runRetentionUntilSegments(log, 1);
            for (int i = 0; i < 2; i++) {
                next = fillSegment(log, "a", next);
                get(log.deleteTo("a", next - 1));
                runRetentionUntilSegments(log, 1);
            }
        }
        try (EventLog log = open(disk, SMALL)) {
            assertThat(get(log.highestSequenceNr("quiet"))).isEqualTo(3);
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
            assertThat(log.deletedTo("quiet")).isEqualTo(3);
            assertThat(log.persistenceIds()).containsExactly("a", "quiet");
        }
    }

    @Test
    void theNewestAndTheYoungSegmentsAreKept() throws Exception {
        AtomicLong nowMillis = new AtomicLong(1_000_000);
        Clock clock = new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(nowMillis.get());
            }
        };
        LogSettings settings = SmallLogs.with(new LogSettings.Retention(
                1, Duration.ofHours(1), 1L << 40, OptionalLong.empty(), Duration.ofDays(1), 0));
        try (EventLog log = EventLog.open(disk, settings, clock, LogListener.NONE)) {
            long next = 1;
            for (int i = 0; i < 3; i++) {
                next = fillSegment(log, "a", next);
            }
            get(log.deleteTo("a", next - 1));
            log.runRetention();
            get(log.highestSequenceNr("a"));
            log.runRetention();
            assertThat(log.status().segments()).as("too young").isEqualTo(4);
            nowMillis.addAndGet(Duration.ofHours(2).toMillis());
            runRetentionUntilSegments(log, 2);
        }
    }

    @Test
    void aCursorKeepsUnacknowledgedEvents() throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            assertThat(get(log.registerCursor("reader", 0))).isZero();
            long next = fillSegment(log, "a", 1);
            next = fillSegment(log, "a", next);
            get(log.deleteTo("a", next - 1));
            log.runRetention();
            get(log.highestSequenceNr("a"));
            log.runRetention();
            assertThat(log.status().segments()).isEqualTo(3);
            List<Event> first = log.feed(0, 10);
            assertThat(first).extracting(Event::offset).startsWith(0L).hasSize(10);
            assertThat(texts(first)).first().asString().startsWith("1x");
            assertThat(log.bytesFrom(0)).isGreaterThan(100_000);

            long acknowledged = first.get(9).offset();
            assertThat(get(log.acknowledge("reader", acknowledged))).isEqualTo(acknowledged + 1);
            get(log.acknowledge("reader", acknowledged));
            get(log.acknowledge("reader", 3));
            assertThat(log.cursors()).singleElement().extracting(Cursor::next).isEqualTo(acknowledged + 1);
            assertThat(log.status().segments()).isEqualTo(3);

            get(log.acknowledge("reader", log.endOffset() - 1));
            runRetentionUntilSegments(log, 1);
        }
        try (EventLog log = open(disk, SMALL)) {
            assertThat(log.cursors()).singleElement().extracting(Cursor::name).isEqualTo("reader");
            assertThat(log.feed(log.cursors().get(0).next(), 10)).isEmpty();
            get(log.removeCursor("reader"));
            assertFails(log.acknowledge("reader", 1), Kind.REFUSED);
        }
    }

    @Test
    void theFeedHasNoGapsAcrossSegmentsRetentionAndRestarts() throws Exception {
        List<String> seen = new ArrayList<>();
        long next = 1;
        long from = 0;
        try (EventLog log = open(disk, SMALL)) {
            get(log.registerCursor("reader", 0));
        }
        for (int run = 0; run < 4; run++) {
            try (EventLog log = open(disk, SMALL)) {
                next = fillSegment(log, "a", next);
                get(log.append("b" + run, 1, events("b of run " + run)));
                get(log.deleteTo("a", next - 1));
                List<Event> page = log.feed(from, 40);
                while (!page.isEmpty()) {
                    for (Event event : page) {
                        assertThat(event.offset()).isEqualTo(from++);
                        seen.add(event.persistenceId() + event.sequenceNr());
                    }
                    get(log.acknowledge("reader", from - 1));
                    log.runRetention();
                    page = log.feed(from, 40);
                }
                assertThat(from).isEqualTo(log.endOffset());
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize((int) (next - 1 + 4));
    }

    @Test
    void aLaggingCursorIsReportedAndThenRemoved() throws Exception {
        List<String> reports = new ArrayList<>();
        LogListener listener = new LogListener() {
            @Override
            public synchronized void cursorLagging(String cursor, long bytes) {
                reports.add(cursor + " lags");
            }

            @Override
            public synchronized void cursorEvicted(String cursor, String reason) {
                reports.add(cursor + " removed");
            }
        };
        LogSettings settings = SmallLogs.with(
                new LogSettings.Retention(0, Duration.ZERO, 10_000, OptionalLong.of(100_000), Duration.ofDays(1), 0));
        try (EventLog log = EventLog.open(disk, settings, Clock.systemUTC(), listener)) {
            get(log.registerCursor("slow", 0));
            for (int i = 1; i <= 20; i++) {
                get(log.append("a", i, events("x".repeat(1000))));
            }
            log.runRetention();
            assertThat(reports).contains("slow lags").doesNotContain("slow removed");
            long next = 21;
            while (log.bytesFrom(0) < 110_000) {
                get(log.append("a", next, events("x".repeat(1000))));
                next++;
            }
            await().until(() -> {
                log.runRetention();
                return reports.contains("slow removed");
            });
            assertThat(log.cursors()).isEmpty();
            assertFails(log.acknowledge("slow", 5), Kind.REFUSED);
            get(log.deleteTo("a", next - 1));
            runRetentionUntilSegments(log, 1);
        }
    }

    @Test
    void aPeriodicTaskThatThrowsIsReportedAndRepeated() throws Exception {
        AtomicLong runs = new AtomicLong();
        List<String> failures = new CopyOnWriteArrayList<>();
        LogListener listener = new LogListener() {
            @Override
            public void cursorLagging(String cursor, long bytes) {
                runs.incrementAndGet();
                throw new IllegalStateException("broken listener");
            }

            @Override
            public void maintenanceFailed(String message, Throwable cause) {
                failures.add(message);
            }
        };
        LogSettings settings = SmallLogs.with(
                new LogSettings.Retention(0, Duration.ZERO, 1, OptionalLong.empty(), Duration.ofDays(1), 0));
        try (EventLog log = EventLog.open(disk, settings, Clock.systemUTC(), listener)) {
            get(log.registerCursor("slow", 0));
            get(log.append("a", 1, events("x".repeat(1000))));
            await().until(() -> runs.get() >= 2);
            assertThat(failures).first().asString().contains("broken listener");
        }
    }

    /** Each kind of failure, also in a listener that fails while it reports another failure. */
    @ParameterizedTest
    @ValueSource(classes = {IOException.class, UncheckedIOException.class, StackOverflowError.class})
    void maintenanceSurvivesEveryFailureAndItsAgeShowsIt(Class<? extends Throwable> type) throws Exception {
        AtomicLong failures = new AtomicLong();
        AtomicLong laterSteps = new AtomicLong();
        LogListener listener = new LogListener() {
            @Override
            public void maintenanceFailed(String message, Throwable cause) {
                failures.incrementAndGet();
                if (failures.get() % 2 == 0) {
                    throw new IllegalStateException("broken listener");
                }
            }

            @Override
            public void cursorLagging(String cursor, long bytes) {
                laterSteps.incrementAndGet();
            }
        };
        LogSettings settings = SmallLogs.with(
                new LogSettings.Retention(0, Duration.ZERO, 1, OptionalLong.empty(), Duration.ofDays(1), 0));
        try (EventLog log = EventLog.open(disk, settings, Clock.systemUTC(), listener)) {
            get(log.registerCursor("slow", 0));
            // The thread's handler of uncaught exceptions gets what the listener throws. The index of the finished
            // segment can't be stored.
            disk.fail(Set.of(Operation.CREATE), 2, Times.FOR_EVER, () -> failure(type));
            fillSegment(log, "a", 1);
            await().dontCatchUncaughtExceptions().until(() -> disk.faulted() && failures.get() >= 1);
            long failingNanos = System.nanoTime();
            await().dontCatchUncaughtExceptions().until(() -> failures.get() >= 3 && laterSteps.get() >= 2);
            Duration elapsed = Duration.ofNanos(System.nanoTime() - failingNanos);
            assertThat(log.status().maintenance().sinceGoodRound()).isGreaterThan(elapsed);
            disk.repair();
            await().dontCatchUncaughtExceptions()
                    .until(() -> log.status()
                                    .maintenance()
                                    .sinceGoodRound()
                                    .compareTo(Duration.ofNanos(System.nanoTime() - failingNanos))
                            < 0);
            assertThat(disk.names()).contains(IndexFile.name(0));
            assertThat(log.status().state()).isEqualTo(EventLog.State.READY);
        }
    }

    private static Throwable failure(Class<? extends Throwable> type) {
        IOException ioError = new IOException("Input/output error");
        if (type == IOException.class) {
            return ioError;
        }
        return type == UncheckedIOException.class ? new UncheckedIOException(ioError) : new StackOverflowError();
    }

    @Test
    void aMissingFirstSegmentIsDetected() throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            fillSegment(log, "a", fillSegment(log, "a", 1));
        }
        disk.delete(Segment.name(0));
        assertThatThrownBy(() -> open(disk, SMALL))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                .hasMessageContaining(Segment.name(0) + " at byte 0 (it is missing)");
    }

    @Test
    void aLostIndexIsRebuilt() throws Exception {
        long next = 1;
        try (EventLog log = open(disk, SMALL)) {
            next = fillSegment(log, "a", fillSegment(log, "a", 1));
        }
        open(disk, SMALL).close();
        List<String> indexes = disk.names().stream().filter(IndexFile::isIndex).toList();
        assertThat(indexes).hasSizeGreaterThanOrEqualTo(2);
        List<byte[]> before = indexes.stream().map(disk::content).toList();
        for (int i = 0; i < indexes.size(); i++) {
            if (i % 2 == 0) {
                disk.delete(indexes.get(i));
            } else {
                disk.damage(indexes.get(i), 90);
            }
        }
        try (EventLog log = open(disk, SMALL)) {
            assertThat(read(log, "a")).hasSize((int) next - 1);
        }
        for (int i = 0; i < indexes.size(); i++) {
            assertThat(disk.content(indexes.get(i))).as(indexes.get(i)).isEqualTo(before.get(i));
        }
    }

    @Test
    void damageInAFinishedSegmentIsDetectedByReadsAndByVerifyAll() throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            fillSegment(log, "a", fillSegment(log, "a", 1));
        }
        // The next start stores the indexes.
        open(disk, SMALL).close();
        disk.damage(Segment.name(0), 9000);
        try (EventLog log = open(disk, SMALL)) {
            assertThatThrownBy(() -> read(log, "a"))
                    .isInstanceOfSatisfying(
                            LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                    .hasMessageContaining(Segment.name(0));
            assertThatThrownBy(() -> log.feed(0, 100)).hasMessageContaining(Segment.name(0));
        }
        LogSettings verifyAll = new LogSettings(
                SMALL.segmentBytes(),
                SMALL.maxBatchBytes(),
                SMALL.maxFrameBytes(),
                SMALL.aheadBytes(),
                SMALL.queue(),
                SMALL.force(),
                0,
                SMALL.retention(),
                true);
        assertThatThrownBy(() -> open(disk, verifyAll))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }
}
