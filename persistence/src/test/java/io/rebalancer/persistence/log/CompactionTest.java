package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.COMPACTING;
import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.assertFails;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.fillSegment;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static io.rebalancer.persistence.log.SmallLogs.runRetentionUntilSegments;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.persistence.log.EventLog.Event;
import io.rebalancer.persistence.log.LogException.Kind;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a compaction keeps, what it drops, and what a start finds after it. */
@Tag("slow")
class CompactionTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    private List<String> segmentFiles() {
        return disk.names().stream().filter(Segment::isSegment).toList();
    }

    /** Six segments of the id "a", whose events are deleted, after three events of "quiet", of which one is deleted. */
    private static long fillWithQuietId(EventLog log) throws Exception {
        get(log.append("quiet", 1, events("q1")));
        get(log.append("quiet", 2, events("q2", "q3")));
        get(log.deleteTo("quiet", 1));
        long next = 1;
        for (int i = 0; i < 6; i++) {
            next = fillSegment(log, "a", next);
        }
        get(log.deleteTo("a", next - 1));
        return next;
    }

    @Test
    void aQuietIdKeepsOnlyItsOwnEvents() throws Exception {
        List<String> reports = new CopyOnWriteArrayList<>();
        LogListener listener = new LogListener() {
            @Override
            public void segmentsCompacted(String segment, int segments, long bytesBefore, long bytesAfter) {
                reports.add(segment + " replaces " + segments + ", smaller: " + (bytesAfter < bytesBefore / 10));
            }
        };
        long next;
        try (EventLog log = EventLog.open(disk, COMPACTING, Clock.systemUTC(), listener)) {
            next = fillWithQuietId(log);
            assertThat(log.status().segments()).isEqualTo(7);
            runRetentionUntilSegments(log, 2);
            log.runRetention();
            assertThat(reports).containsExactly(Segment.name(5) + " replaces 6, smaller: true");
            assertThat(segmentFiles()).containsExactly(Segment.name(5), Segment.name(6));
            assertThat(disk.names()).contains(IndexFile.name(5)).doesNotContain(IndexFile.name(0));
            assertThat(read(log, "quiet")).containsExactly("q2", "q3");
            assertThat(log.status().maintenance().undeletedSegments()).isZero();
        }
        try (EventLog log = open(disk, COMPACTING)) {
            assertThat(read(log, "quiet")).containsExactly("q2", "q3");
            assertThat(log.read("quiet", 3, 3, 9)).extracting(Event::offset).containsExactly(2L);
            assertThat(read(log, "a")).isEmpty();
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
            assertThat(log.deletedTo("a")).isEqualTo(next - 1);
            assertFails(log.append("a", next - 1, events("taken")), Kind.CONFLICT);
            assertThat(get(log.append("a", next, events("continued")))).isEqualTo(next - 1 + 3);
        }
    }

    @Test
    void nothingIsCompactedWhenThatIsOffOrACursorNeedsTheEvents() throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            fillWithQuietId(log);
            log.runRetention();
            log.runRetention();
            assertThat(log.status().segments()).isEqualTo(7);
            get(log.registerCursor("reader", 0));
        }
        try (EventLog log = open(disk, COMPACTING)) {
            log.runRetention();
            log.runRetention();
            assertThat(log.feed(0, Integer.MAX_VALUE)).hasSize((int) log.endOffset());
            get(log.acknowledge("reader", log.endOffset() - 1));
            await().until(() -> {
                log.runRetention();
                return log.status().segments() < 7;
            });
            get(log.append("a", 10_000, events("new")));
            assertThat(SmallLogs.texts(log.feed(log.cursors().get(0).next(), 9)))
                    .containsExactly("new");
        }
        try (EventLog log = open(disk, COMPACTING)) {
            assertThat(log.cursors()).extracting(Cursor::name).containsExactly("reader");
            assertThat(SmallLogs.texts(log.feed(log.cursors().get(0).next(), 9)))
                    .containsExactly("new");
        }
    }

    /** Everything that can be read of live events is the same before and after, and after a restart with and without indexes. */
    @Test
    void liveEventsAreReadAsBefore() throws Exception {
        Random random = new Random(5);
        for (int round = 0; round < 10; round++) {
            SimulatedDisk small = new SimulatedDisk();
            LogContent before;
            try (EventLog log = open(small, SMALL)) {
                writeRandomly(log, random);
                before = LogContent.of(log);
            }
            long filesBefore = small.names().stream().filter(Segment::isSegment).count();
            try (EventLog log = open(small, COMPACTING)) {
                for (int i = 0; i < 5; i++) {
                    log.runRetention();
                    assertThat(LogContent.of(log)).isEqualTo(before);
                }
            }
            List<String> files =
                    small.names().stream().filter(Segment::isSegment).toList();
            assertThat(files).hasSizeLessThan((int) filesBefore);
            try (EventLog log = open(small, SMALL)) {
                assertThat(LogContent.of(log)).isEqualTo(before);
            }
            for (String name : small.names()) {
                if (IndexFile.isIndex(name)) {
                    small.remove(name);
                }
            }
            try (EventLog log = open(small, SMALL)) {
                assertThat(LogContent.of(log)).isEqualTo(before);
            }
        }
    }

    /** Most ids lose all or nearly all of their events; cursors come, move and go. */
    private static void writeRandomly(EventLog log, Random random) throws Exception {
        long[] highest = new long[12];
        for (int i = 0; i < 700; i++) {
            int id = random.nextInt(highest.length);
            List<byte[]> entry = new ArrayList<>();
            for (int count = random.nextInt(3); count >= 0; count--) {
                entry.add((id + "-" + i + "x".repeat(random.nextInt(900)))
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            get(log.append("id-" + id, highest[id] + 1, entry));
            highest[id] += entry.size();
            if (i % 50 == 25) {
                get(log.registerCursor("cursor-" + i % 100, log.endOffset()));
            }
            if (i % 100 == 99) {
                get(log.removeCursor("cursor-25"));
                get(log.acknowledge("cursor-75", log.endOffset() - 1));
            }
        }
        for (int id = 0; id < highest.length; id++) {
            long left = id % 3 == 0 ? 0 : random.nextInt(6);
            get(log.deleteTo("id-" + id, Math.max(0, highest[id] - left)));
        }
        for (Cursor cursor : log.cursors()) {
            get(log.acknowledge(cursor.name(), log.endOffset() - 1));
        }
    }

    /** The events of the second half are deleted after the first compaction, so that its result is compacted again. */
    @Test
    void aCompactedSegmentIsCompactedAgain() throws Exception {
        long next = 1;
        try (EventLog log = open(disk, COMPACTING)) {
            for (int round = 1; round <= 4; round++) {
                get(log.append("gone" + round, 1, events("g".repeat(5000))));
                get(log.append("stays" + round, 1, events("stays in round " + round)));
                for (int i = 0; i < 3; i++) {
                    next = fillSegment(log, "a", next);
                }
                get(log.deleteTo("a", next - 1));
                runRetentionUntilSegments(log, 2);
                get(log.deleteTo("gone" + round, 1));
            }
            log.runRetention();
        }
        assertThat(segmentFiles()).hasSize(2);
        for (int open = 0; open < 2; open++) {
            try (EventLog log = open(disk, COMPACTING)) {
                for (int round = 1; round <= 4; round++) {
                    assertThat(read(log, "gone" + round)).isEmpty();
                    assertThat(get(log.highestSequenceNr("gone" + round))).isEqualTo(1);
                    assertThat(read(log, "stays" + round)).containsExactly("stays in round " + round);
                }
                assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
                // At the end everything is deleted, and the compacted segment with it.
                if (open == 1) {
                    for (int round = 1; round <= 4; round++) {
                        get(log.deleteTo("stays" + round, 1));
                    }
                    runRetentionUntilSegments(log, 1);
                }
            }
        }
        try (EventLog log = open(disk, COMPACTING)) {
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
            assertThat(get(log.highestSequenceNr("gone1"))).isEqualTo(1);
            assertThat(log.persistenceIds()).hasSize(9);
        }
    }

    /** Without a deletion in between, a compaction never follows another: its estimate is then exact. */
    @Test
    void nothingIsCompactedTwice() throws Exception {
        List<String> reports = new CopyOnWriteArrayList<>();
        LogListener listener = new LogListener() {
            @Override
            public void segmentsCompacted(String segment, int segments, long bytesBefore, long bytesAfter) {
                reports.add(segment);
            }
        };
        try (EventLog log = EventLog.open(disk, COMPACTING, Clock.systemUTC(), listener)) {
            writeRandomly(log, new Random(3));
            for (int i = 0; i < 10; i++) {
                log.runRetention();
            }
            List<String> first = List.copyOf(reports);
            assertThat(first).isNotEmpty();
            for (int i = 0; i < 10; i++) {
                log.runRetention();
            }
            assertThat(reports).isEqualTo(first);
        }
    }

    @Test
    void theNewestAndTheYoungSegmentsAreNotCompacted() throws Exception {
        LogSettings young = SmallLogs.with(new LogSettings.Retention(
                0, Duration.ofHours(1), 1L << 40, OptionalLong.empty(), Duration.ofDays(1), 25));
        LogSettings newest = SmallLogs.with(
                new LogSettings.Retention(4, Duration.ZERO, 1L << 40, OptionalLong.empty(), Duration.ofDays(1), 25));
        try (EventLog log = open(disk, young)) {
            fillWithQuietId(log);
            log.runRetention();
            log.runRetention();
            assertThat(log.status().segments()).isEqualTo(7);
        }
        try (EventLog log = open(disk, newest)) {
            runRetentionUntilSegments(log, 6);
        }
        assertThat(segmentFiles()).contains(Segment.name(3), Segment.name(4), Segment.name(5), Segment.name(6));
    }

    /** The index of the segment that had the name before does not fit, although it has the same number and epoch. */
    @Test
    void anEarlierIndexOfTheSameNameIsNotUsed() throws Exception {
        byte[] earlierIndex;
        try (EventLog log = open(disk, COMPACTING)) {
            fillWithQuietId(log);
            // In its first round after the start, retention stores indexes, and compacts.
            log.runRetention();
            earlierIndex = disk.content(IndexFile.name(5));
            log.runRetention();
        }
        byte[] index = disk.content(IndexFile.name(5));
        assertThat(index).isNotEqualTo(earlierIndex);
        disk.put(IndexFile.name(5), earlierIndex);
        try (EventLog log = open(disk, SMALL)) {
            assertThat(read(log, "quiet")).containsExactly("q2", "q3");
        }
        assertThat(disk.content(IndexFile.name(5))).as("rebuilt").isEqualTo(index);
    }

    private void awaitSmallerThan(int bytes, EventLog log) {
        await().until(() -> {
            log.runRetention();
            return disk.content(Segment.name(0)).length < bytes;
        });
    }

    /** Large events are deleted and many small ones live: what counts are bytes. */
    @Test
    void fewDeletedEventsThatWereLargeAreWorthACompaction() throws Exception {
        try (EventLog log = open(disk, COMPACTING)) {
            for (int i = 1; i <= 50; i++) {
                get(log.append("small", i, events("s" + i)));
            }
            for (int i = 1; i <= 5; i++) {
                get(log.append("large", i, events("l".repeat(12_000))));
            }
            get(log.deleteTo("large", 5));
            awaitSmallerThan(12_000, log);
            assertThat(read(log, "small")).hasSize(50);
        }
    }

    /** The same for the index of an earlier compaction. */
    @Test
    void theIndexOfAnEarlierCompactionIsNotUsed() throws Exception {
        LogSettings below50Percent = SmallLogs.with(
                new LogSettings.Retention(0, Duration.ZERO, 1L << 40, OptionalLong.empty(), Duration.ofDays(1), 50));
        byte[] earlierIndex;
        try (EventLog log = open(disk, below50Percent)) {
            get(log.append("gone", 1, events("g".repeat(12_000))));
            get(log.append("gone", 2, events("h".repeat(12_000))));
            get(log.append("quiet", 1, events("q1")));
            get(log.deleteTo("a", fillSegment(log, "a", 1)));
            awaitSmallerThan(30_000, log);
            log.runRetention();
            earlierIndex = disk.content(IndexFile.name(0));
            get(log.deleteTo("gone", 2));
            awaitSmallerThan(12_000, log);
            log.runRetention();
        }
        byte[] index = disk.content(IndexFile.name(0));
        assertThat(ByteBuffer.wrap(earlierIndex).getInt(8)).as("format").isEqualTo(2);
        assertThat(index).isNotEqualTo(earlierIndex);
        disk.put(IndexFile.name(0), earlierIndex);
        try (EventLog log = open(disk, SMALL)) {
            assertThat(read(log, "quiet")).containsExactly("q1");
        }
        assertThat(disk.content(IndexFile.name(0))).as("rebuilt").isEqualTo(index);
    }

    /** Each set of the replaced segments may have outlived the others, with or without their indexes. */
    @Test
    void replacedSegmentsMayRemainInAnyCombination() throws Exception {
        List<byte[]> contents = new ArrayList<>();
        long next;
        try (EventLog log = open(disk, COMPACTING)) {
            next = fillWithQuietId(log);
            for (int i = 0; i < 5; i++) {
                contents.add(disk.content(Segment.name(i)));
            }
            runRetentionUntilSegments(log, 2);
        }
        for (int remaining = 1; remaining < 32; remaining++) {
            for (int i = 0; i < 5; i++) {
                if ((remaining & 1 << i) != 0) {
                    disk.put(Segment.name(i), contents.get(i));
                    disk.put(IndexFile.name(4 - i), new byte[10]);
                }
            }
            disk.put(Segment.unfinishedName(3), contents.get(3));
            try (EventLog log = open(disk, SMALL)) {
                assertThat(read(log, "quiet")).containsExactly("q2", "q3");
                assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
                assertThat(log.feed(0, Integer.MAX_VALUE))
                        .extracting(Event::offset)
                        .doesNotHaveDuplicates();
                log.runRetention();
                assertThat(segmentFiles()).startsWith(Segment.name(5));
                assertThat(disk.names()).noneMatch(name -> name.startsWith("000000000000000") && name.charAt(15) < '5');
            }
        }
    }

    /** The frame that explains why the log begins later is itself in a segment that is compacted. */
    @Test
    void theBeginningOfTheLogStaysKnown() throws Exception {
        long next = 1;
        try (EventLog log = open(disk, COMPACTING)) {
            for (int i = 0; i < 3; i++) {
                next = fillSegment(log, "a", next);
            }
            get(log.deleteTo("a", next - 1));
            runRetentionUntilSegments(log, 1);
            get(log.append("quiet", 1, events("q1")));
            for (int i = 0; i < 3; i++) {
                next = fillSegment(log, "a", next);
            }
            get(log.deleteTo("a", next - 1));
            runRetentionUntilSegments(log, 2);
        }
        assertThat(segmentFiles()).containsExactly(Segment.name(5), Segment.name(6));
        try (EventLog log = open(disk, COMPACTING)) {
            assertThat(read(log, "quiet")).containsExactly("q1");
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
        }
    }

    @Test
    void damageOfACompactedSegmentIsDetected() throws Exception {
        try (EventLog log = open(disk, COMPACTING)) {
            fillWithQuietId(log);
            runRetentionUntilSegments(log, 2);
        }
        byte[] whole = disk.content(Segment.name(5));
        for (int position = Segment.BLOCK_BYTES; position < whole.length; position += 20) {
            disk.damage(Segment.name(5), position);
            disk.remove(IndexFile.name(5));
            assertThatThrownBy(() -> open(disk, SMALL))
                    .isInstanceOfSatisfying(
                            LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                    .hasMessageContaining(Segment.name(5));
            disk.put(Segment.name(5), whole);
        }
        disk.put(Segment.name(5), java.util.Arrays.copyOf(whole, whole.length - 8));
        assertThatThrownBy(() -> open(disk, SMALL)).hasMessageContaining("its length is not " + whole.length);
        disk.damage(Segment.name(5), 84);
        assertThatThrownBy(() -> open(disk, SMALL)).hasMessageContaining("its header is incomplete");
        disk.remove(Segment.name(5));
        assertThatThrownBy(() -> open(disk, SMALL))
                .hasMessageContaining(Segment.name(0) + " at byte 0 (it is missing)");
    }

    @Test
    void aSegmentBeforeACompactedOneMustNotBeMissing() throws Exception {
        try (EventLog log = open(disk, COMPACTING)) {
            // Not deleted, so it is not part of the compaction.
            fillSegment(log, "full", 1);
            fillSegment(log, "full2", 1);
            long next = 1;
            for (int i = 0; i < 3; i++) {
                next = fillSegment(log, "a", next);
            }
            get(log.deleteTo("a", next - 2));
            runRetentionUntilSegments(log, 4);
        }
        assertThat(segmentFiles()).startsWith(Segment.name(0), Segment.name(1), Segment.name(4));
        open(disk, SMALL).close();
        disk.remove(Segment.name(1));
        assertThatThrownBy(() -> open(disk, SMALL))
                .hasMessageContaining(Segment.name(1) + " at byte 0 (it is missing)");
    }

    /** As a version without compaction rejects format 2. */
    @Test
    void aNewerFormatIsRejected() throws Exception {
        try (EventLog log = open(disk, COMPACTING)) {
            fillWithQuietId(log);
            runRetentionUntilSegments(log, 2);
        }
        ByteBuffer content = ByteBuffer.wrap(disk.content(Segment.name(5)));
        assertThat(content.getInt(8)).as("format").isEqualTo(2);
        assertThat(ByteBuffer.wrap(disk.content(Segment.name(6))).getInt(8))
                .as("format without compaction")
                .isEqualTo(1);
        content.putInt(8, 3);
        CRC32C crc = new CRC32C();
        crc.update(content.array(), 0, Segment.BLOCK_BYTES - Integer.BYTES);
        content.putInt(Segment.BLOCK_BYTES - Integer.BYTES, (int) crc.getValue());
        disk.put(Segment.name(5), content.array());
        assertThatThrownBy(() -> open(disk, SMALL))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NEWER_FORMAT))
                .hasMessageContaining("format 3");
    }
}
