package io.rebalancer.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.log.EventLog.Event;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares random histories of appends, deletions, cursors, faults and power cuts with a model. Acknowledged events are
 * stored exactly once and in order. Every other stored event was submitted. Each entry is whole or absent. A cursor never
 * loses an event that it has not acknowledged, although segments are deleted and compacted. {@code make test-long} runs 10,000
 * histories.
 */
@Tag("slow")
class EventLogModelTest {
    private static final LogSettings SMALL = new LogSettings(
            64 << 10,
            16 << 10,
            16 << 10,
            4 << 10,
            new LogSettings.Queue(1 << 20, 1000, Duration.ofSeconds(5)),
            new LogSettings.Force(Duration.ofSeconds(5), Duration.ofSeconds(8)),
            0,
            new LogSettings.Retention(0, Duration.ZERO, 1L << 40, OptionalLong.empty(), Duration.ofDays(1), 50),
            false);
    private static final int HISTORIES = Integer.getInteger("log.histories", 600);
    private static final String CURSOR = "reader";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void acknowledgedEventsAreStoredOnceAndInOrder(long seed) throws Exception {
        long crashes = 0;
        long withDeletedSegments = 0;
        long compactions = 0;
        for (int history = 0; history < HISTORIES; history++) {
            Random random = new Random(seed * 1_000_003 + history);
            try {
                History run = new History(random);
                crashes += run.run();
                withDeletedSegments += run.segmentsDeleted ? 1 : 0;
                compactions += run.compactions.get();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", history " + history + ": " + e.getMessage(), e);
            }
        }
        assertThat(crashes).as("power cuts").isGreaterThan(HISTORIES);
        assertThat(withDeletedSegments).as("histories with deleted segments").isGreaterThan(HISTORIES / 10);
        assertThat(compactions).as("compactions").isGreaterThan(HISTORIES / 50);
    }

    /** The model of one persistence id: its submitted events, and how many of them must be stored or deleted. */
    private static final class Id {
        private final List<String> submitted = new ArrayList<>();
        private final List<Integer> entryEnds = new ArrayList<>();
        private int acknowledged;
        private int deleted;
        private int maxDeleted;
    }

    private static final class History {
        private final Random random;
        private final Map<String, Id> ids = new HashMap<>();
        private final Map<Long, String> byOffset = new HashMap<>();
        private SimulatedDisk disk = new SimulatedDisk();
        // Large events fill segments, and one id keeps all of its events: then there is something to compact.
        private final boolean large;
        private final AtomicLong compactions = new AtomicLong();
        private final LogListener listener = new LogListener() {
            @Override
            public void segmentsCompacted(String segment, int segments, long bytesBefore, long bytesAfter) {
                compactions.incrementAndGet();
            }
        };
        private boolean segmentsDeleted;
        private boolean registered;
        private long cursor;
        private long maxCursor;

        History(Random random) {
            this.random = random;
            this.large = random.nextInt(3) == 0;
        }

        int run() throws Exception {
            int crashes = 0;
            int runs = 2 + random.nextInt(3);
            for (int run = 0; run < runs; run++) {
                if (random.nextInt(3) == 0) {
                    disk.fail(
                            EnumSet.allOf(SimulatedDisk.Operation.class),
                            1 + random.nextInt(20),
                            random.nextBoolean() ? SimulatedDisk.Times.ONCE : SimulatedDisk.Times.FOR_EVER);
                }
                EventLog log;
                try {
                    log = EventLog.open(disk, SMALL, Clock.systemUTC(), listener);
                } catch (java.io.IOException e) {
                    // The fault occurred while the log opened; nothing was acknowledged.
                    disk = disk.afterPowerCut(random);
                    continue;
                }
                if (matchesModel(log)) {
                    use(log);
                }
                segmentsDeleted |= !disk.names().contains(Segment.name(0)) && log.endOffset() > 0;
                if (random.nextInt(4) == 0) {
                    close(log);
                }
                // The power may also fail after the log was closed.
                SimulatedDisk recoveredDisk = disk.afterPowerCut(random);
                close(log);
                disk = recoveredDisk;
                crashes++;
            }
            EventLog log = EventLog.open(disk, SMALL, Clock.systemUTC(), listener);
            check(log);
            checkFeed(log);
            segmentsDeleted |= !disk.names().contains(Segment.name(0)) && log.endOffset() > 0;
            log.close();
            return crashes;
        }

        /** Compares the log with the model. False if a disk fault prevented it. */
        private boolean matchesModel(EventLog log) throws Exception {
            try {
                check(log);
                checkFeed(log);
                return true;
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                LogException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(LogException.Kind.FAILED));
                assertThat(disk.faulted()).isTrue();
                return false;
            }
        }

        private static void close(EventLog log) {
            try {
                log.close();
            } catch (java.io.IOException e) {
                // The disk has failed.
            }
        }

        private void use(EventLog log) {
            List<CompletableFuture<Long>> pending = new ArrayList<>();
            int steps = 1 + random.nextInt(12);
            for (int step = 0; step < steps; step++) {
                String name = "id-" + random.nextInt(4);
                Id id = ids.computeIfAbsent(name, each -> new Id());
                if (random.nextInt(8) == 0) {
                    pending.addAll(deleteAll(log));
                }
                if (random.nextInt(large ? 2 : 4) == 0) {
                    log.runRetention();
                }
                if (random.nextInt(10) == 0) {
                    pending.add(moveCursor(log));
                } else if (random.nextInt(5) == 0 && id.acknowledged > 0) {
                    pending.add(delete(log, name, 1 + random.nextInt(id.acknowledged)));
                } else {
                    pending.add(append(log, name, id));
                }
                if (random.nextInt(3) == 0) {
                    pending.forEach(History::await);
                }
            }
            if (random.nextInt(3) > 0) {
                pending.forEach(History::await);
            }
            // Otherwise the power fails while they wait; an entry that fails or stays pending may be stored or not.
            synchronized (disk) {
                disk.failAfter(0);
            }
            pending.forEach(History::await);
        }

        private CompletableFuture<Long> delete(EventLog log, String name, int to) {
            Id id = ids.computeIfAbsent(name, each -> new Id());
            id.maxDeleted = Math.max(id.maxDeleted, to);
            return log.deleteTo(name, to).toCompletableFuture().whenComplete((done, failure) -> {
                if (failure == null) {
                    id.deleted = Math.max(id.deleted, to);
                }
            });
        }

        /** Deletes all acknowledged events, so that segments can be deleted. */
        private List<CompletableFuture<Long>> deleteAll(EventLog log) {
            List<CompletableFuture<Long>> deletes = new ArrayList<>();
            ids.forEach((name, id) -> {
                if (id.acknowledged > 0 && !(large && name.equals("id-0"))) {
                    deletes.add(delete(log, name, id.acknowledged));
                }
            });
            if (!log.cursors().isEmpty() && log.endOffset() > 0) {
                deletes.add(acknowledge(log, log.endOffset() - 1));
            }
            return deletes;
        }

        private CompletableFuture<Long> moveCursor(EventLog log) {
            if (!registered) {
                registered = true;
                long from = log.endOffset();
                maxCursor = from;
                return log.registerCursor(CURSOR, from).toCompletableFuture().whenComplete((next, failure) -> {
                    if (failure == null) {
                        cursor = Math.max(cursor, next);
                        maxCursor = Math.max(maxCursor, next);
                    }
                });
            }
            if (log.cursors().isEmpty() || log.endOffset() == 0) {
                return CompletableFuture.completedFuture(0L);
            }
            return acknowledge(log, Math.floorMod(random.nextLong(), log.endOffset()));
        }

        private CompletableFuture<Long> acknowledge(EventLog log, long to) {
            maxCursor = Math.max(maxCursor, to + 1);
            return log.acknowledge(CURSOR, to).toCompletableFuture().whenComplete((next, failure) -> {
                if (failure == null) {
                    cursor = Math.max(cursor, to + 1);
                }
            });
        }

        private void checkFeed(EventLog log) throws Exception {
            if (log.cursors().isEmpty()) {
                assertThat(cursor).as("an acknowledged cursor is kept").isZero();
                registered = false;
                maxCursor = 0;
                return;
            }
            long next = log.cursors().get(0).next();
            assertThat(next).isBetween(cursor, maxCursor);
            cursor = next;
            maxCursor = next;
            long expected = next;
            for (Event event : log.feed(next, Integer.MAX_VALUE)) {
                assertThat(event.offset()).as("the feed has no gap").isEqualTo(expected++);
                String text = new String(event.bytes(), StandardCharsets.UTF_8);
                assertThat(text).startsWith(event.persistenceId() + "/" + event.sequenceNr() + "/");
                assertThat(byOffset.getOrDefault(event.offset(), text)).isEqualTo(text);
            }
            assertThat(expected).isEqualTo(log.endOffset());
        }

        private CompletableFuture<Long> append(EventLog log, String name, Id id) {
            int first = id.submitted.size() + 1;
            int count = 1 + random.nextInt(3);
            List<byte[]> events = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String event = name + "/" + (first + i) + "/"
                        + "x".repeat(random.nextInt(isLarge(name) ? 12_000 / count : 300));
                id.submitted.add(event);
                events.add(event.getBytes(StandardCharsets.UTF_8));
            }
            id.entryEnds.add(first + count - 1);
            int end = first + count - 1;
            return log.append(name, first, events).toCompletableFuture().whenComplete((offset, failure) -> {
                if (failure == null) {
                    id.acknowledged = Math.max(id.acknowledged, end);
                }
            });
        }

        private boolean isLarge(String name) {
            return large ? !name.equals("id-0") : random.nextInt(40) == 0;
        }

        private static void await(CompletableFuture<Long> result) {
            try {
                result.get();
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(LogException.class);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Compares the log with the model. After a crash the log must have whole entries, which the model then takes over. */
        private void check(EventLog log) throws Exception {
            for (Map.Entry<String, Id> each : ids.entrySet()) {
                Id id = each.getValue();
                long highest = log.highestSequenceNr(each.getKey())
                        .toCompletableFuture()
                        .get();
                assertThat(highest).isBetween((long) id.acknowledged, (long) id.submitted.size());
                assertThat(highest == 0 || id.entryEnds.contains((int) highest))
                        .as("whole entries up to %d of %s", highest, id.entryEnds)
                        .isTrue();
                List<Event> found = log.read(each.getKey(), 1, Long.MAX_VALUE, Long.MAX_VALUE);
                long first = found.isEmpty() ? highest + 1 : found.get(0).sequenceNr();
                assertThat(first - 1).isBetween((long) id.deleted, (long) id.maxDeleted);
                for (int i = 0; i < found.size(); i++) {
                    Event event = found.get(i);
                    assertThat(event.sequenceNr()).isEqualTo(first + i);
                    String text = new String(event.bytes(), StandardCharsets.UTF_8);
                    assertThat(text).isEqualTo(id.submitted.get((int) event.sequenceNr() - 1));
                    String known = byOffset.putIfAbsent(event.offset(), text);
                    assertThat(known == null || known.equals(text))
                            .as("offset %d keeps its event", event.offset())
                            .isTrue();
                }
                assertThat(found.size()).isEqualTo((int) (highest - first + 1));
                // From here on the events in the log count as stored, and all others as never submitted.
                while (id.submitted.size() > highest) {
                    id.submitted.remove(id.submitted.size() - 1);
                }
                id.entryEnds.removeIf(end -> end > highest);
                id.acknowledged = (int) highest;
                id.deleted = (int) first - 1;
                id.maxDeleted = id.deleted;
            }
        }
    }
}
