package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.ReconcileMessage.RunFound;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ExpiredRuns;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The retention over rows and runs in memory, whose operations fail. */
@Tag("slow")
class ReconciliationRetentionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-11-28T03:00:00Z");
    private static final Instant OLD = NOW.minus(Duration.ofDays(91));

    private final ActorTestKit kit = ActorTestKit.create("retention");
    private final SettableClock clock = new SettableClock(NOW);
    private Rows rows = new Rows();
    private volatile Set<UUID> needed = Set.of();

    /** Rows, and the runs that forgot themselves. Each operation can fail for some times. */
    private static final class Rows implements ExpiredRuns {
        final Map<UUID, Instant> runs = new TreeMap<>();
        final Map<UUID, Integer> findings = new TreeMap<>();
        final List<UUID> forgotten = new ArrayList<>();
        final List<String> steps = new ArrayList<>();
        int failures;
        int failingStep = Integer.MAX_VALUE;
        private int step;

        private synchronized <T> CompletionStage<T> step(String what, Supplier<T> work) {
            step++;
            if (failures > 0 && step >= failingStep) {
                failures--;
                return CompletableFuture.failedFuture(new IllegalStateException("the database refuses " + what));
            }
            steps.add(what);
            return CompletableFuture.completedFuture(work.get());
        }

        @Override
        public CompletionStage<List<UUID>> endedBefore(Instant time, int limit) {
            return step(
                    "list",
                    () -> runs.entrySet().stream()
                            .filter(run -> run.getValue().isBefore(time))
                            .map(Map.Entry::getKey)
                            .limit(limit)
                            .toList());
        }

        CompletionStage<RunFound> forget(UUID run) {
            return step("forget " + run, () -> {
                forgotten.add(run);
                return new RunFound(RunState.EMPTY, 7, "");
            });
        }

        CompletionStage<Long> events(String id, long to) {
            return step("events " + id + " " + to, () -> to);
        }

        @Override
        public CompletionStage<Integer> deleteFindings(UUID runId) {
            return step("findings " + runId, () -> {
                int left = findings.getOrDefault(runId, 0);
                findings.put(runId, Math.max(0, left - MAX_ROWS));
                return Math.min(left, MAX_ROWS);
            });
        }

        @Override
        public CompletionStage<Void> deleteRun(UUID runId) {
            return this.<Integer>step("run " + runId, () -> {
                        runs.remove(runId);
                        return 0;
                    })
                    .thenAccept(done -> {});
        }

        @Override
        public CompletionStage<Integer> deleteFailures(Instant before) {
            return step("failures " + before, () -> 0);
        }

        @Override
        public CompletionStage<Integer> deleteSuspects(Instant before) {
            return step("suspects " + before, () -> 0);
        }

        synchronized boolean isEmpty() {
            return runs.isEmpty();
        }

        /** All faults are over, and a turn has reached its end. */
        synchronized boolean hasFinished() {
            return failures == 0 && runs.isEmpty() && steps.stream().anyMatch(each -> each.startsWith("suspects"));
        }

        synchronized void recover() {
            failures = 0;
        }

        synchronized List<String> done() {
            return List.copyOf(steps);
        }
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private static UUID run(int number) {
        return new UUID(0, number);
    }

    private void put(int number, int found) {
        rows.runs.put(run(number), OLD);
        rows.findings.put(run(number), found);
    }

    private ActorRef<ReconciliationRetention.Message> start() {
        return start(Duration.ofMillis(50), rows::forget);
    }

    private ActorRef<ReconciliationRetention.Message> start(
            Duration interval, Function<UUID, CompletionStage<RunFound>> forget) {
        return kit.spawn(ReconciliationRetention.create(
                new ReconciliationRetention.Sources(
                        () -> Duration.ofDays(90),
                        rows,
                        () -> CompletableFuture.completedFuture(needed),
                        (id, before) -> forget.apply(id),
                        rows::events,
                        clock),
                interval));
    }

    @Test
    void aRunIsForgottenFirstAndItsLineIsDeletedLast() {
        put(1, 2500);
        rows.runs.put(run(2), NOW.minus(Duration.ofDays(89)));
        start();
        await().atMost(TIMEOUT).until(() -> rows.done().stream().anyMatch(step -> step.startsWith("suspects")));
        assertThat(rows.done().subList(0, 9))
                .containsExactly(
                        "list",
                        "forget " + run(1),
                        "events ReconciliationRun|" + run(1) + " 6",
                        "findings " + run(1),
                        "findings " + run(1),
                        "findings " + run(1),
                        "run " + run(1),
                        "failures 2026-08-30T02:00:00Z",
                        "suspects 2026-08-30T02:00:00Z");
        assertThat(rows.runs).containsOnlyKeys(run(2));
    }

    @Test
    void aRunThatIsNeededIsKept() {
        put(1, 10);
        put(2, 10);
        needed = Set.of(run(1));
        start();
        await().atMost(TIMEOUT).until(() -> !rows.runs.containsKey(run(2)));
        assertThat(rows.forgotten).doesNotContain(run(1));
        assertThat(rows.findings).containsEntry(run(1), 10);
    }

    /** Such as one whose clock shows that it ended later. */
    @Test
    void theRowsOfARunThatDoesNotForgetItselfAreKept() {
        put(1, 10);
        RunState ended = RunState.EMPTY
                .apply(new RunEvent.RunCreated(
                        new RunOrder(
                                run(1),
                                1,
                                RunMode.PLAN,
                                List.of(new StorageNodeId("1.stor")),
                                Optional.empty(),
                                "ann",
                                Map.of(),
                                false,
                                Optional.empty()),
                        NOW))
                .apply(new RunEvent.RunFinished(NOW));
        start(Duration.ofMillis(50), id -> CompletableFuture.completedFuture(new RunFound(ended, 2, "")));
        await().atMost(TIMEOUT)
                .until(() -> rows.done().stream().filter("list"::equals).count() > 2);
        assertThat(rows.runs).containsKey(run(1));
        assertThat(rows.findings).containsEntry(run(1), 10);
    }

    /** Each operation fails once, twice and five times; in the end all is deleted. */
    @Test
    void whatFailsIsRepeatedUntilAllIsDeleted() {
        for (int failing = 1; failing <= 11; failing++) {
            for (int times : new int[] {1, 2, 5}) {
                rows = new Rows();
                rows.failingStep = failing;
                rows.failures = times;
                put(1, 1500);
                put(2, 10);
                ActorRef<ReconciliationRetention.Message> retention = start();
                await().atMost(TIMEOUT).until(rows::hasFinished);
                kit.stop(retention, TIMEOUT);
                assertThat(rows.findings)
                        .as("operation %s fails %s times", failing, times)
                        .isEqualTo(Map.of(run(1), 0, run(2), 0));
                assertThat(rows.forgotten).contains(run(1), run(2));
            }
        }
    }

    @Test
    void whileTheDatabaseRefusesNothingIsLostAndATurnLogsOneLine() {
        put(1, 10);
        rows.failingStep = 1;
        rows.failures = Integer.MAX_VALUE;
        LoggingTestKit.warn("they are kept; trying again in PT1S: the database refuses list")
                .withOccurrences(1)
                .expect(kit.system(), () -> start(Duration.ofSeconds(1), rows::forget));
        assertThat(rows.isEmpty()).isFalse();
        rows.recover();
        await().atMost(TIMEOUT).until(rows::isEmpty);
    }
}
