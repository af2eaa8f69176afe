package io.rebalancer.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.log.EventLog.Stored;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of appends, deletes, cursors, faults and power cuts against a model: what was acknowledged is there
 * exactly once and in order, whatever else is there was submitted, every entry is whole or absent, and a cursor never
 * loses an event that it did not acknowledge, though segments go.
 */
@Tag("slow")
class EventLogModelTest {
    private static final LogSettings SMALL = new LogSettings(
            64 << 10,
            16 << 10,
            16 << 10,
            4 << 10,
            new LogSettings.Queue(1 << 20, 1000, Duration.ofSeconds(5)),
            Duration.ofSeconds(8),
            0,
            new LogSettings.Retention(0, Duration.ZERO, 1L << 40, OptionalLong.empty(), Duration.ofDays(1)),
            false);
    private static final int HISTORIES = 2500;
    private static final String CURSOR = "reader";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatWasAcknowledgedIsThereOnceAndInOrder(long seed) throws Exception {
        long crashes = 0;
        long retired = 0;
        for (int history = 0; history < HISTORIES; history++) {
            Random random = new Random(seed * 1_000_003 + history);
            try {
                History lives = new History(random);
                crashes += lives.run();
                retired += lives.retired ? 1 : 0;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", history " + history + ": " + e.getMessage(), e);
            }
        }
        assertThat(crashes).as("power cuts").isGreaterThan(HISTORIES);
        assertThat(retired).as("histories in which segments went").isGreaterThan(HISTORIES / 10);
    }

    /** What is known of one persistence id: the events submitted, and how many of them must be there. */
    private static final class Id {
        private final List<String> submitted = new ArrayList<>();
        private final List<Integer> entryEnds = new ArrayList<>();
        private int acknowledged;
        private int deleted;
        private int deletedMaybe;
    }

    private static final class History {
        private final Random random;
        private final Map<String, Id> ids = new HashMap<>();
        private final Map<Long, String> byOffset = new HashMap<>();
        private SimulatedDisk disk = new SimulatedDisk();
        private boolean retired;
        private boolean registered;
        private long cursor;
        private long cursorMaybe;

        History(Random random) {
            this.random = random;
        }

        int run() throws Exception {
            int crashes = 0;
            int lives = 2 + random.nextInt(3);
            for (int life = 0; life < lives; life++) {
                if (random.nextInt(3) == 0) {
                    disk.failAfter(1 + random.nextInt(20));
                }
                EventLog log;
                try {
                    log = EventLog.open(disk, SMALL, Clock.systemUTC(), LogListener.NONE);
                } catch (java.io.IOException e) {
                    // The fault came while it opened; nothing was promised.
                    disk = disk.afterPowerCut(random);
                    continue;
                }
                if (holds(log)) {
                    use(log);
                }
                retired |= !disk.list().contains(Segment.name(0)) && log.endOffset() > 0;
                if (random.nextInt(4) == 0) {
                    close(log);
                }
                // A log that was closed may lose power too.
                SimulatedDisk after = disk.afterPowerCut(random);
                close(log);
                disk = after;
                crashes++;
            }
            EventLog log = EventLog.open(disk, SMALL, Clock.systemUTC(), LogListener.NONE);
            check(log);
            checkFeed(log);
            retired |= !disk.list().contains(Segment.name(0)) && log.endOffset() > 0;
            log.close();
            return crashes;
        }

        /** Whether the disk let the model be compared to the log. */
        private boolean holds(EventLog log) throws Exception {
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
                // Its disk has failed.
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
                if (random.nextInt(4) == 0) {
                    log.keep();
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
            // Otherwise the power goes while they wait; those that fail or stay open may be there or not.
            synchronized (disk) {
                disk.failAfter(0);
            }
            pending.forEach(History::await);
        }

        private CompletableFuture<Long> delete(EventLog log, String name, int to) {
            Id id = ids.computeIfAbsent(name, each -> new Id());
            id.deletedMaybe = Math.max(id.deletedMaybe, to);
            return log.deleteTo(name, to).toCompletableFuture().whenComplete((done, failure) -> {
                if (failure == null) {
                    id.deleted = Math.max(id.deleted, to);
                }
            });
        }

        /** So that segments go. */
        private List<CompletableFuture<Long>> deleteAll(EventLog log) {
            List<CompletableFuture<Long>> deletes = new ArrayList<>();
            ids.forEach((name, id) -> {
                if (id.acknowledged > 0) {
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
                cursorMaybe = from;
                return log.registerCursor(CURSOR, from).toCompletableFuture().whenComplete((next, failure) -> {
                    if (failure == null) {
                        cursor = Math.max(cursor, next);
                        cursorMaybe = Math.max(cursorMaybe, next);
                    }
                });
            }
            if (log.cursors().isEmpty() || log.endOffset() == 0) {
                return CompletableFuture.completedFuture(0L);
            }
            return acknowledge(log, Math.floorMod(random.nextLong(), log.endOffset()));
        }

        private CompletableFuture<Long> acknowledge(EventLog log, long to) {
            cursorMaybe = Math.max(cursorMaybe, to + 1);
            return log.acknowledge(CURSOR, to).toCompletableFuture().whenComplete((next, failure) -> {
                if (failure == null) {
                    cursor = Math.max(cursor, to + 1);
                }
            });
        }

        private void checkFeed(EventLog log) throws Exception {
            if (log.cursors().isEmpty()) {
                assertThat(cursor).as("a cursor that was acknowledged stays").isZero();
                registered = false;
                cursorMaybe = 0;
                return;
            }
            long next = log.cursors().get(0).next();
            assertThat(next).isBetween(cursor, cursorMaybe);
            cursor = next;
            cursorMaybe = next;
            long expected = next;
            for (Stored stored : log.feed(next, Integer.MAX_VALUE)) {
                assertThat(stored.offset()).as("no gap in the feed").isEqualTo(expected++);
                String text = new String(stored.event(), StandardCharsets.UTF_8);
                assertThat(text).startsWith(stored.persistenceId() + "/" + stored.sequenceNr() + "/");
                assertThat(byOffset.getOrDefault(stored.offset(), text)).isEqualTo(text);
            }
            assertThat(expected).isEqualTo(log.endOffset());
        }

        private CompletableFuture<Long> append(EventLog log, String name, Id id) {
            int first = id.submitted.size() + 1;
            int count = 1 + random.nextInt(3);
            List<byte[]> events = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String event = name + "/" + (first + i) + "/"
                        + "x".repeat(random.nextInt(random.nextInt(40) == 0 ? 12_000 / count : 300));
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

        private static void await(CompletableFuture<Long> answer) {
            try {
                answer.get();
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(LogException.class);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** After a life that ended badly the model takes over what the log has: it must be whole entries. */
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
                List<Stored> found = log.read(each.getKey(), 1, Long.MAX_VALUE, Long.MAX_VALUE);
                long first = found.isEmpty() ? highest + 1 : found.get(0).sequenceNr();
                assertThat(first - 1).isBetween((long) id.deleted, (long) id.deletedMaybe);
                for (int i = 0; i < found.size(); i++) {
                    Stored stored = found.get(i);
                    assertThat(stored.sequenceNr()).isEqualTo(first + i);
                    String text = new String(stored.event(), StandardCharsets.UTF_8);
                    assertThat(text).isEqualTo(id.submitted.get((int) stored.sequenceNr() - 1));
                    String before = byOffset.putIfAbsent(stored.offset(), text);
                    assertThat(before == null || before.equals(text))
                            .as("offset %d stays what it was", stored.offset())
                            .isTrue();
                }
                assertThat(found.size()).isEqualTo((int) (highest - first + 1));
                // From here on what is there counts as stored, and what is not there never was.
                while (id.submitted.size() > highest) {
                    id.submitted.remove(id.submitted.size() - 1);
                }
                id.entryEnds.removeIf(end -> end > highest);
                id.acknowledged = (int) highest;
                id.deleted = (int) first - 1;
                id.deletedMaybe = id.deleted;
            }
        }
    }
}
