package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.fillSegment;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.persistence.log.LogException.Kind;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log without its last segment does not open, although the segments that remain are whole. */
class HighestSegmentTest {
    private static final int SLOT_BYTES = 512;
    private static final int CRC_AT = 40;

    private final SimulatedDisk disk = new SimulatedDisk();

    @TempDir
    private Path directory;

    private void assertMissing(String segment) {
        assertThatThrownBy(() -> open(disk, SMALL))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                .hasMessageContaining(segment + " at byte 0 (it is missing");
    }

    /** Fills two segments, and stores one event in the third. */
    private long fillThreeSegments() throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            long next = fillSegment(log, "a", fillSegment(log, "a", 1));
            get(log.append("b", 1, events("in the last segment")));
            return next;
        }
    }

    @Test
    void aMissingLastSegmentIsDetectedAndNothingIsChanged() throws Exception {
        long next = fillThreeSegments();
        byte[] last = disk.content(Segment.name(2));
        disk.remove(Segment.name(2));
        // As the last segment it would have a torn tail now, which would be cut off.
        byte[] finished = disk.content(Segment.name(1));
        byte[] longer = Arrays.copyOf(finished, finished.length + 100);
        longer[finished.length] = 1;
        disk.put(Segment.name(1), longer);
        List<String> names = disk.names();
        assertMissing(Segment.name(2));
        assertThat(disk.names()).isEqualTo(names);
        assertThat(disk.content(Segment.name(1))).isEqualTo(longer);
        disk.put(Segment.name(1), finished);
        disk.put(Segment.name(2), last);
        try (EventLog log = open(disk, SMALL)) {
            assertThat(read(log, "a")).hasSize((int) next - 1);
            assertThat(read(log, "b")).containsExactly("in the last segment");
        }
    }

    @Test
    void aLogWithoutAnySegmentIsDetected() throws Exception {
        fillThreeSegments();
        disk.names().stream().filter(name -> !name.equals(HighestSegment.FILE)).forEach(disk::remove);
        assertMissing(Segment.name(2));
    }

    /** A process that stored nothing leaves a segment without events; nothing is lost with it. */
    @Test
    void aMissingSegmentWithoutEventsIsHarmless() throws Exception {
        fillThreeSegments();
        open(disk, SMALL).close();
        disk.remove(Segment.name(3));
        try (EventLog log = open(disk, SMALL)) {
            assertThat(read(log, "b")).containsExactly("in the last segment");
        }
    }

    /** Older versions do not write the file. The index of the missing segment may show that it existed. */
    @Test
    void aLogOfAVersionWithoutTheFileOpens() throws Exception {
        fillThreeSegments();
        disk.remove(HighestSegment.FILE);
        try (EventLog log = open(disk, SMALL)) {
            get(log.append("b", 2, events("more")));
        }
        assertThat(HighestSegment.read(disk).map(HighestSegment.Stored::number)).contains(3L);
        disk.remove(HighestSegment.FILE);
        open(disk, SMALL).close();
        disk.remove(Segment.name(3));
        disk.remove(Segment.name(4));
        assertMissing(Segment.name(3));
    }

    @Test
    void aTornWriteLeavesTheNumberBeforeIt() throws Exception {
        UUID logId = UUID.randomUUID();
        for (long number = 0; number < 5; number++) {
            HighestSegment.write(disk, logId, number);
            assertThat(HighestSegment.read(disk)).contains(new HighestSegment.Stored(logId, number));
        }
        disk.damage(HighestSegment.FILE, 35);
        assertThat(HighestSegment.read(disk)).contains(new HighestSegment.Stored(logId, 3));
        disk.damage(HighestSegment.FILE, SLOT_BYTES + 35);
        assertThat(HighestSegment.read(disk)).isEmpty();
        disk.put(HighestSegment.FILE, new byte[0]);
        assertThat(HighestSegment.read(disk)).isEqualTo(Optional.empty());
    }

    @Test
    void filesOfAnotherLogAndOfNewerVersionsAreRejected() throws Exception {
        fillThreeSegments();
        byte[] whole = disk.content(HighestSegment.FILE);
        disk.remove(HighestSegment.FILE);
        HighestSegment.write(disk, UUID.randomUUID(), 1);
        assertThatThrownBy(() -> open(disk, SMALL)).hasMessageContaining("it belongs to another log");
        ByteBuffer newer = ByteBuffer.wrap(Arrays.copyOf(whole, whole.length)).putInt(8, 9);
        CRC32C crc = new CRC32C();
        crc.update(newer.array(), 0, CRC_AT);
        newer.putInt(CRC_AT, (int) crc.getValue());
        disk.put(HighestSegment.FILE, newer.array());
        assertThatThrownBy(() -> open(disk, SMALL))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NEWER_FORMAT));
    }

    @Test
    void theInspectorReportsTheMissingSegment() throws Exception {
        try (EventLog log = EventLog.open(directory, SMALL, Clock.systemUTC(), LogListener.NONE)) {
            fillSegment(log, "a", 1);
            get(log.append("b", 1, events("in the last segment")));
        }
        try (LogInspector inspector = LogInspector.open(directory)) {
            assertThat(inspector.summary().hasDamage()).isFalse();
        }
        Files.delete(directory.resolve(Segment.name(1)));
        try (LogInspector inspector = LogInspector.open(directory)) {
            assertThat(inspector.summary().hasDamage()).isTrue();
        }
        Files.delete(directory.resolve(Segment.name(0)));
        assertThatThrownBy(() -> LogInspector.open(directory)).hasMessageContaining(Segment.name(1) + " is missing");
    }
}
