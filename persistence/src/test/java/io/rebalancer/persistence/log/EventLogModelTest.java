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
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of appends, deletes, faults and power cuts against a model: what was acknowledged is there exactly
 * once and in order, whatever else is there was submitted, and every entry is whole or absent.
 */
class EventLogModelTest {
    private static final LogSettings SMALL =
            new LogSettings(64 << 10, 16 << 10, 16 << 10, 1 << 20, 1000, Duration.ofSeconds(5));
    private static final int HISTORIES = 2500;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatWasAcknowledgedIsThereOnceAndInOrder(long seed) throws Exception {
        long crashes = 0;
        for (int history = 0; history < HISTORIES; history++) {
            Random random = new Random(seed * 1_000_003 + history);
            try {
                crashes += new History(random).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", history " + history + ": " + e.getMessage(), e);
            }
        }
        assertThat(crashes).as("power cuts").isGreaterThan(HISTORIES);
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
                    log = EventLog.open(disk, SMALL, Clock.systemUTC());
                } catch (java.io.IOException e) {
                    // The fault came while it opened; nothing was promised.
                    disk = disk.afterPowerCut(random);
                    continue;
                }
                check(log);
                use(log);
                if (random.nextInt(4) == 0) {
                    close(log);
                    disk.failAfter(Integer.MAX_VALUE);
                }
                // A log that was closed may lose power too.
                disk = disk.afterPowerCut(random);
                crashes++;
            }
            EventLog log = EventLog.open(disk, SMALL, Clock.systemUTC());
            check(log);
            log.close();
            return crashes;
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
                if (random.nextInt(8) == 0 && id.acknowledged > 0) {
                    int to = 1 + random.nextInt(id.acknowledged);
                    id.deletedMaybe = Math.max(id.deletedMaybe, to);
                    pending.add(log.deleteTo(name, to).toCompletableFuture().whenComplete((done, failure) -> {
                        if (failure == null) {
                            id.deleted = Math.max(id.deleted, to);
                        }
                    }));
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
