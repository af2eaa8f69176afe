package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.COMPACTING;
import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.fillSegment;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.runRetentionUntilSegments;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.log.SimulatedDisk.Operation;
import io.rebalancer.persistence.log.SimulatedDisk.Times;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Disks that fail, and power that fails, at each step of a compaction. No event is lost, doubled or refused. {@code make test-long}
 * cuts the power at each step twice, because chance decides what was on the disk, and lets the second process die at each step.
 */
@Tag("slow")
class CompactionFaultTest {
    private static final int POWER_CUTS = Integer.getInteger("log.power.cuts", 1);
    /** The second process dies at one of so many steps; at which of them depends on where the first one died. */
    private static final int STRIDE = POWER_CUTS > 1 ? 1 : 4;

    private final SimulatedDisk original = new SimulatedDisk();
    private final LogContent content;

    /**
     * A log that is worth a compaction: after a first segment whose events all live, a compacted segment and some whose events
     * are mostly deleted.
     */
    CompactionFaultTest() throws Exception {
        try (EventLog log = open(original, COMPACTING)) {
            get(log.registerCursor("reader", 0));
            fillSegment(log, "full", 1);
            long next = 1;
            for (int i = 1; i <= 3; i++) {
                get(log.append("b", i, events("stays " + i)));
                next = fillSegment(log, "a", next);
            }
            get(log.append("c", 1, events("c1", "c2", "c3")));
            get(log.deleteTo("a", next - 1));
            get(log.acknowledge("reader", log.endOffset() - 1));
            runRetentionUntilSegments(log, 3);
            log.runRetention();
            for (int i = 4; i <= 6; i++) {
                get(log.append("b", i, events("stays " + i)));
                next = fillSegment(log, "a", next);
            }
            get(log.deleteTo("a", next - 1));
            get(log.deleteTo("c", 2));
            get(log.acknowledge("reader", log.endOffset() - 1));
            content = LogContent.of(log);
        }
        // Stores the indexes, so that from here on only the compaction uses the disk.
        open(original, SMALL).close();
    }

    private static SimulatedDisk copy(SimulatedDisk disk) {
        SimulatedDisk copy = new SimulatedDisk();
        disk.names().forEach(name -> copy.put(name, disk.content(name)));
        return copy;
    }

    private static long segments(SimulatedDisk disk) {
        return disk.names().stream().filter(Segment::isSegment).count();
    }

    private void assertIsWhole(SimulatedDisk disk) throws Exception {
        try (EventLog log = open(disk, SMALL)) {
            assertThat(LogContent.of(log)).isEqualTo(content);
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(Operation.values())
                .filter(operation -> operation != Operation.TRUNCATE)
                .flatMap(operation -> Stream.of(Times.values()).map(times -> Arguments.of(operation, times)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aStepThatFailsIsTriedAgainInTheNextRound(Operation operation, Times times) throws Exception {
        boolean ranWithoutFault = false;
        int first = 0;
        while (!ranWithoutFault) {
            first++;
            SimulatedDisk disk = copy(original);
            List<String> failures = new CopyOnWriteArrayList<>();
            LogListener listener = new LogListener() {
                @Override
                public void maintenanceFailed(String message, Throwable cause) {
                    failures.add(message);
                }
            };
            Random random = new Random(first);
            try (EventLog log = EventLog.open(disk, COMPACTING, Clock.systemUTC(), listener)) {
                long before = segments(disk);
                disk.fail(Set.of(operation), first, times);
                for (int round = 0; round < 2; round++) {
                    log.runRetention();
                    assertThat(LogContent.of(log)).isEqualTo(content);
                    for (int cut = 0; cut < POWER_CUTS; cut++) {
                        assertIsWhole(disk.afterPowerCut(random));
                    }
                }
                ranWithoutFault = !disk.faulted();
                assertThat(failures.isEmpty()).as("failures are reported").isEqualTo(ranWithoutFault);
                disk.repair();
                assertIsWhole(copy(disk));
                for (int round = 0; round < 3; round++) {
                    log.runRetention();
                }
                assertThat(log.status().maintenance().undeletedSegments()).isZero();
                assertThat(segments(disk)).isLessThan(before).isEqualTo(3);
                assertThat(disk.names()).noneMatch(Segment::isUnfinished);
                assertThat(LogContent.of(log)).isEqualTo(content);
                assertThat(log.status().state()).isEqualTo(EventLog.State.READY);
            }
            assertIsWhole(disk);
        }
        assertThat(first).isGreaterThan(1);
    }

    /**
     * The process dies at each step of a compaction, and the next one finds what the page cache holds. It dies at each of its
     * steps too, and then the power fails.
     */
    @Test
    void theProcessMayDieAtAnyStepAndThePowerAtAnyLaterOne() throws Exception {
        boolean finished = false;
        int steps = 0;
        while (!finished) {
            SimulatedDisk disk = copy(original);
            finished = !dies(disk, steps++);
            boolean secondFinished = false;
            for (int second = steps % STRIDE; !secondFinished; second += STRIDE) {
                SimulatedDisk again = disk.afterKill();
                secondFinished = !dies(again, second);
                for (int cut = 0; cut < POWER_CUTS; cut++) {
                    assertIsWhole(again.afterPowerCut(new Random(1000L * second + cut)));
                }
                SimulatedDisk afterPowerCut = again.afterPowerCut(new Random(second));
                assertThat(dies(afterPowerCut, Integer.MAX_VALUE)).isFalse();
                assertThat(segments(afterPowerCut)).isEqualTo(3);
                assertIsWhole(afterPowerCut);
            }
        }
        assertThat(steps).isGreaterThan(20);
    }

    /** Opens and compacts the log; true if the process died after so many operations of the disk. */
    private static boolean dies(SimulatedDisk disk, int operations) throws Exception {
        disk.failAfter(operations);
        try (EventLog log = open(disk, COMPACTING)) {
            for (int round = 0; round < 3; round++) {
                log.runRetention();
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("Input/output error");
        }
        return disk.faulted();
    }
}
