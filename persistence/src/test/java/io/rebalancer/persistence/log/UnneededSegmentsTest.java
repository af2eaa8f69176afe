package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.fillSegment;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static io.rebalancer.persistence.log.SmallLogs.runRetentionUntilSegments;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.persistence.log.LogException.Kind;
import io.rebalancer.persistence.log.SimulatedDisk.Operation;
import io.rebalancer.persistence.log.SimulatedDisk.Times;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Segments that nothing needs, and whose files outlive that: deletions that fail, and starts that find the files. */
@Tag("slow")
class UnneededSegmentsTest {
    private final SimulatedDisk disk = new SimulatedDisk();

    /** A log whose first three segments are no longer needed, although they exist. */
    private long logWithUnneededSegments(EventLog log) throws Exception {
        long next = 1;
        for (int i = 0; i < 3; i++) {
            next = fillSegment(log, "a", next);
        }
        get(log.append("b", 1, events("stays")));
        get(log.deleteTo("a", next - 1));
        return next;
    }

    private void assertIsWhole(EventLog log, long next) throws Exception {
        assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
        assertThat(read(log, "a")).isEmpty();
        assertThat(read(log, "b")).containsExactly("stays");
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"DELETE", "LIST", "FORCE_DIRECTORY", "CLOSE"})
    void aFailedDeletionIsTriedAgainInTheNextRound(Operation operation) throws Exception {
        for (int first = 1; first <= 8; first++) {
            SimulatedDisk small = new SimulatedDisk();
            long next;
            try (EventLog log = open(small, SMALL)) {
                next = logWithUnneededSegments(log);
                // The indexes are complete from here on, so the next failure is that of a deletion.
                log.runRetention();
                get(log.highestSequenceNr("a"));
                small.fail(Set.of(operation), first, Times.ONCE);
                runRetentionUntilSegments(log, 1);
                await().until(() -> {
                    log.runRetention();
                    return log.status().maintenance().undeletedSegments() == 0;
                });
                assertThat(small.names()).filteredOn(Segment::isSegment).containsExactly(Segment.name(3));
                assertThat(log.status().state()).isEqualTo(EventLog.State.READY);
                small.repair();
            }
            try (EventLog log = open(small, SMALL)) {
                assertIsWhole(log, next);
            }
        }
    }

    @Test
    void filesThatCanNeverBeDeletedAreKeptAndReported() throws Exception {
        List<String> failures = new CopyOnWriteArrayList<>();
        LogListener listener = new LogListener() {
            @Override
            public void maintenanceFailed(String message, Throwable cause) {
                failures.add(message);
            }
        };
        long next;
        try (EventLog log = EventLog.open(disk, SMALL, Clock.systemUTC(), listener)) {
            next = logWithUnneededSegments(log);
            disk.fail(Set.of(Operation.DELETE), 1, Times.FOR_EVER);
            runRetentionUntilSegments(log, 1);
            log.runRetention();
            assertThat(log.status().maintenance().undeletedSegments()).isEqualTo(3);
            assertThat(failures).last().asString().contains(Segment.name(0)).contains("can't be deleted");
            get(log.append("b", 2, events("more")));
            get(log.deleteTo("b", 0));
        }
        assertThat(disk.names()).contains(Segment.name(0), Segment.name(1), Segment.name(2), Segment.name(3));
        try (EventLog log = EventLog.open(disk, SMALL, Clock.systemUTC(), listener)) {
            assertThat(get(log.highestSequenceNr("a"))).isEqualTo(next - 1);
            assertThat(read(log, "b")).containsExactly("stays", "more");
            assertThat(log.status().maintenance().undeletedSegments()).isEqualTo(3);
            disk.repair();
            log.runRetention();
            assertThat(log.status().maintenance().undeletedSegments()).isZero();
            assertThat(disk.names()).filteredOn(Segment::isSegment).first().isEqualTo(Segment.name(3));
        }
    }

    /** Each set of the segments before LOG_BEGINS may have outlived the others. */
    @Test
    void segmentsBeforeTheBeginningMayRemainInAnyCombination() throws Exception {
        long next;
        List<byte[]> deleted = new ArrayList<>();
        try (EventLog log = open(disk, SMALL)) {
            next = logWithUnneededSegments(log);
            for (int i = 0; i < 3; i++) {
                deleted.add(disk.content(Segment.name(i)));
            }
            runRetentionUntilSegments(log, 1);
        }
        for (int remaining = 0; remaining < 8; remaining++) {
            for (int i = 0; i < 3; i++) {
                if ((remaining & 1 << i) != 0) {
                    disk.put(Segment.name(i), deleted.get(i));
                }
            }
            try (EventLog log = open(disk, SMALL)) {
                assertIsWhole(log, next);
                log.runRetention();
                assertThat(disk.names()).doesNotContain(Segment.name(0), Segment.name(1), Segment.name(2));
            }
        }
        // A hole that LOG_BEGINS does not explain is damage.
        disk.put(Segment.name(0), deleted.get(0));
        disk.remove(Segment.name(3));
        assertThatThrownBy(() -> open(disk, SMALL))
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                .hasMessageContaining(Segment.name(3) + " at byte 0 (it is missing");
    }

    /** The power fails at each step of the deletion in turn. The next start finds the same log. */
    @Test
    void theDeletionOfSegmentsMayStopAtAnyStep() throws Exception {
        boolean finished = false;
        for (int step = 1; !finished; step++) {
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
                log.runRetention();
                // Waits for the writer between two rounds.
                log.highestSequenceNr("a")
                        .exceptionally(failure -> 0L)
                        .toCompletableFuture()
                        .join();
            }
            finished = !small.faulted();
            SimulatedDisk recoveredDisk = small.afterPowerCut(new Random(step));
            try (EventLog reopened = open(recoveredDisk, SMALL)) {
                assertThat(get(reopened.highestSequenceNr("a"))).isEqualTo(next - 1);
                assertThat(read(reopened, "a")).isEmpty();
                assertThat(read(reopened, "b")).containsExactly("stays");
            }
        }
    }
}
