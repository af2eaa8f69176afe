package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.fillSegment;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static io.rebalancer.persistence.log.SmallLogs.refused;
import static io.rebalancer.persistence.log.SmallLogs.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.persistence.log.EventLog.Stored;
import io.rebalancer.persistence.log.LogException.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What goes, what stays, and what cursors have to do with it. */
class LogRetentionTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    private static void keepUntilSegments(EventLog log, int segments) {
        await().until(() -> {
            log.keep();
            return log.status().segments() == segments;
        });
    }

    private long firstSegment() {
        return disk.list().stream()
                .filter(Segment::isSegment)
                .mapToLong(name -> Long.parseLong(name.substring(0, 16), 16))
                .min()
                .orElseThrow();
    }

    @Test
    void deletedEventsGoWithTheirSegmentsAndNumbersGoOnAfterAReopen() throws Exception {
        long next = 1;
        long end;
        try (EventLog log = open(disk, SMALL)) {
            for (int i = 0; i < 3; i++) {
                next = fillSegment(log, "a", next);
            }
            assertThat(log.status().segments()).isEqualTo(4);
            get(log.deleteTo("a", next - 1));
            keepUntilSegments(log, 1);
            assertThat(read(log, "a")).isEmpty();
            end = log.endOffset();
        }
        assertThat(firstSegment()).isEqualTo(3);
        try (EventLog log = open(disk, SMALL)) {
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
            assertThat(log.endOffset()).as("no number is used again").isEqualTo(end);
            assertThat(get(log.append("a", next, events("goes on")))).isEqualTo(end);
            refused(log.append("a", next, events("again")), Kind.CONFLICT);
        }
    }

    /** Everything deleted and gone, twice over: what is known of the ids is carried along each time. */
    @Test
    void whatIsKnownOfAnIdOutlivesEverySegmentThatSpokeOfIt() throws Exception {
        long next = 1;
        try (EventLog log = open(disk, SMALL)) {
            get(log.append("quiet", 1, events("q1", "q2", "q3")));
            get(log.deleteTo("quiet", 2));
            for (int i = 0; i < 6; i++) {
                next = fillSegment(log, "a", next);
                get(log.deleteTo("a", next - 1));
                log.keep();
            }
            assertThat(firstSegment())
                    .as("one event of a quiet id keeps its segment and all later ones")
                    .isZero();
            get(log.deleteTo("quiet", 3));
            keepUntilSegments(log, 1);
            for (int i = 0; i < 2; i++) {
                next = fillSegment(log, "a", next);
                get(log.deleteTo("a", next - 1));
                keepUntilSegments(log, 1);
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
    void theNewestAndTheYoungestSegmentsStay() throws Exception {
        AtomicLong now = new AtomicLong(1_000_000);
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
                return Instant.ofEpochMilli(now.get());
            }
        };
        LogSettings settings = SmallLogs.with(
                new LogSettings.Retention(1, Duration.ofHours(1), 1L << 40, OptionalLong.empty(), Duration.ofDays(1)));
        try (EventLog log = EventLog.open(disk, settings, clock, LogListener.NONE)) {
            long next = 1;
            for (int i = 0; i < 3; i++) {
                next = fillSegment(log, "a", next);
            }
            get(log.deleteTo("a", next - 1));
            log.keep();
            get(log.highestSequenceNr("a"));
            log.keep();
            assertThat(log.status().segments()).as("too young").isEqualTo(4);
            now.addAndGet(Duration.ofHours(2).toMillis());
            keepUntilSegments(log, 2);
        }
    }

    @Test
    void aCursorKeepsWhatItsReaderHasNotAcknowledged() throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            assertThat(get(log.registerCursor("reader", 0))).isZero();
            long next = fillSegment(log, "a", 1);
            next = fillSegment(log, "a", next);
            get(log.deleteTo("a", next - 1));
            log.keep();
            get(log.highestSequenceNr("a"));
            log.keep();
            assertThat(log.status().segments()).isEqualTo(3);
            List<Stored> first = log.feed(0, 10);
            assertThat(first).extracting(Stored::offset).startsWith(0L).hasSize(10);
            assertThat(texts(first)).first().asString().startsWith("1x");
            assertThat(log.bytesFrom(0)).isGreaterThan(100_000);

            long acknowledged = first.get(9).offset();
            assertThat(get(log.acknowledge("reader", acknowledged))).isEqualTo(acknowledged + 1);
            get(log.acknowledge("reader", acknowledged));
            get(log.acknowledge("reader", 3));
            assertThat(log.cursors()).singleElement().extracting(Cursor::next).isEqualTo(acknowledged + 1);
            assertThat(log.status().segments()).isEqualTo(3);

            get(log.acknowledge("reader", log.endOffset() - 1));
            keepUntilSegments(log, 1);
        }
        try (EventLog log = open(disk, SMALL)) {
            assertThat(log.cursors()).singleElement().extracting(Cursor::name).isEqualTo("reader");
            assertThat(log.feed(log.cursors().get(0).next(), 10)).isEmpty();
            get(log.removeCursor("reader"));
            refused(log.acknowledge("reader", 1), Kind.REFUSED);
        }
    }

    @Test
    void theFeedHasNoGapsOverSegmentsRetentionAndRestarts() throws Exception {
        List<String> seen = new ArrayList<>();
        long next = 1;
        long from = 0;
        try (EventLog log = open(disk, SMALL)) {
            get(log.registerCursor("reader", 0));
        }
        for (int life = 0; life < 4; life++) {
            try (EventLog log = open(disk, SMALL)) {
                next = fillSegment(log, "a", next);
                get(log.append("b" + life, 1, events("b of life " + life)));
                get(log.deleteTo("a", next - 1));
                List<Stored> some = log.feed(from, 40);
                while (!some.isEmpty()) {
                    for (Stored stored : some) {
                        assertThat(stored.offset()).isEqualTo(from++);
                        seen.add(stored.persistenceId() + stored.sequenceNr());
                    }
                    get(log.acknowledge("reader", from - 1));
                    log.keep();
                    some = log.feed(from, 40);
                }
                assertThat(from).isEqualTo(log.endOffset());
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize((int) (next - 1 + 4));
    }

    @Test
    void anAbandonedCursorIsRemovedAndALaggingOneComplainedOf() throws Exception {
        List<String> said = new ArrayList<>();
        LogListener listener = new LogListener() {
            @Override
            public synchronized void lagging(String cursor, long bytes) {
                said.add(cursor + " lags");
            }

            @Override
            public synchronized void evicted(String cursor, String why) {
                said.add(cursor + " removed");
            }
        };
        LogSettings settings = SmallLogs.with(
                new LogSettings.Retention(0, Duration.ZERO, 10_000, OptionalLong.of(100_000), Duration.ofDays(1)));
        try (EventLog log = EventLog.open(disk, settings, Clock.systemUTC(), listener)) {
            get(log.registerCursor("slow", 0));
            for (int i = 1; i <= 20; i++) {
                get(log.append("a", i, events("x".repeat(1000))));
            }
            log.keep();
            assertThat(said).contains("slow lags").doesNotContain("slow removed");
            long next = 21;
            while (log.bytesFrom(0) < 110_000) {
                get(log.append("a", next, events("x".repeat(1000))));
                next++;
            }
            await().until(() -> {
                log.keep();
                return said.contains("slow removed");
            });
            assertThat(log.cursors()).isEmpty();
            refused(log.acknowledge("slow", 5), Kind.REFUSED);
            get(log.deleteTo("a", next - 1));
            keepUntilSegments(log, 1);
        }
    }

    @Test
    void aMissingFirstSegmentIsNoticed() throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            fillSegment(log, "a", fillSegment(log, "a", 1));
        }
        disk.delete(Segment.name(0));
        assertThatThrownBy(() -> open(disk, SMALL))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                .hasMessageContaining(Segment.name(0) + " at byte 0 (it is missing)");
    }

    /** Power goes at every step of the deletion of segments: the next start finds the same log. */
    @Test
    void deletingSegmentsMayStopAnywhere() throws Exception {
        int finished = 0;
        for (int step = 1; finished == 0; step++) {
            SimulatedDisk small = new SimulatedDisk();
            long next = 1;
            try (EventLog log = open(small, SMALL)) {
                for (int i = 0; i < 3; i++) {
                    next = fillSegment(log, "a", next);
                }
                get(log.append("b", 1, events("stays")));
                get(log.deleteTo("a", next - 1));
            }
            EventLog log = open(small, SMALL);
            small.failAfter(step);
            for (int round = 0; round < 3; round++) {
                log.keep();
                // The writer's answer comes between two rounds.
                log.highestSequenceNr("a")
                        .exceptionally(failure -> 0L)
                        .toCompletableFuture()
                        .join();
            }
            finished = small.faulted() ? 0 : 1;
            SimulatedDisk after = small.afterPowerCut(new Random(step));
            try (EventLog again = open(after, SMALL)) {
                assertThat(get(again.highestSequenceNr("a"))).isEqualTo(next - 1);
                assertThat(read(again, "a")).isEmpty();
                assertThat(read(again, "b")).containsExactly("stays");
            }
        }
    }

    @Test
    void aLostIndexIsMadeAnew() throws Exception {
        long next = 1;
        try (EventLog log = open(disk, SMALL)) {
            next = fillSegment(log, "a", fillSegment(log, "a", 1));
        }
        open(disk, SMALL).close();
        List<String> indexes = disk.list().stream().filter(IndexFile::isIndex).toList();
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
    void damageInAFinishedSegmentIsFoundWhenItIsReadOrAtAStartThatReadsAll() throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            fillSegment(log, "a", fillSegment(log, "a", 1));
        }
        // The first start after that stores the indexes.
        open(disk, SMALL).close();
        disk.damage(Segment.name(0), 9000);
        try (EventLog log = open(disk, SMALL)) {
            assertThatThrownBy(() -> read(log, "a"))
                    .isInstanceOfSatisfying(
                            LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                    .hasMessageContaining(Segment.name(0));
            assertThatThrownBy(() -> log.feed(0, 100)).hasMessageContaining(Segment.name(0));
        }
        LogSettings all = new LogSettings(
                SMALL.segmentBytes(),
                SMALL.maxBatchBytes(),
                SMALL.maxFrameBytes(),
                SMALL.aheadBytes(),
                SMALL.queue(),
                SMALL.forceDeadline(),
                0,
                SMALL.retention(),
                true);
        assertThatThrownBy(() -> open(disk, all))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }
}
