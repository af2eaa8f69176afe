package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs random histories of one job against a small model of a region: agents reply in any order and more than once,
 * users overwrite and delete objects, copies and commits fail, destinations disappear, and the manager restarts from
 * its journal. In every history, each record ends in exactly one outcome and the sums match (promise P4).
 */
class JobHistoryTest {
    private static final int RECORDS = 40;
    /** {@code make test-long} runs 400. */
    private static final int HISTORIES = Integer.getInteger("job.histories", 120);

    private static List<Long> seeds() {
        return new Random(20261121).longs(HISTORIES).boxed().toList();
    }

    static List<Long> firstSeeds() {
        return seeds().subList(0, 15);
    }

    static List<Long> furtherSeeds() {
        return seeds().subList(15, HISTORIES);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("firstSeeds")
    void everyRecordEndsInExactlyOneOutcome(long seed) {
        assertEveryRecordEndsInExactlyOneOutcome(seed);
    }

    @Tag("slow")
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("furtherSeeds")
    void everyRecordEndsInExactlyOneOutcomeInManyHistories(long seed) {
        assertEveryRecordEndsInExactlyOneOutcome(seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("firstSeeds")
    void aJobThatIsCancelledAtAnyTimeEndsWithEqualSums(long seed) {
        Random random = new Random(seed);
        World world = new World(random);
        world.stepsBeforeCancel = random.nextInt(60);
        world.runUntilTheJobEnds();
        assertThat(world.job.phase()).isEqualTo(JobPhase.CANCELLED);
        assertThat(world.job.inFlight().all()).isEmpty();
        assertThat(world.job.releases().all()).isEmpty();
        assertThat(world.job.outcomes().settled().relocated()).as("relocated").isEqualTo(world.relocated.size());
        assertThat(world.job.outcomes().settled().superseded()).as("superseded").isEqualTo(world.superseded.size());
        assertThat(world.job.outcomes().settled().gone()).as("gone").isEqualTo(world.gone.size());
        assertThat(world.replay()).as("the state replayed from the journal").isEqualTo(world.job);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("firstSeeds")
    void aJobThatIsPausedAndResumedLosesNothing(long seed) {
        World world = new World(new Random(seed));
        world.holds = true;
        world.runUntilTheJobEnds();
        assertThat(world.journal.stream()
                        .filter(each -> each instanceof JobEvent.JobPaused || each instanceof JobEvent.WindowClosed))
                .as("pauses and closed windows")
                .isNotEmpty();
        assertSumsAndReplay(world);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("firstSeeds")
    void aJobThatRetriesExceptionsAtAnOrderLosesNothing(long seed) {
        World world = new World(new Random(seed));
        world.retries = 6;
        world.holds = seed % 2 == 0;
        world.runUntilTheJobEnds();
        assertSumsAndReplay(world);
    }

    @Test
    void someHistoriesRetryExceptions() {
        assertThat(firstSeeds()).anySatisfy(seed -> {
            World world = new World(new Random(seed));
            world.retries = 6;
            world.runUntilTheJobEnds();
            assertThat(world.journal)
                    .anyMatch(
                            each -> each instanceof JobEvent.PassStarted e && e.scope() == PassScope.SELECTED_RECORDS);
        });
    }

    /** The checks of these histories are worth something only if they find a fault. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void aPlantedFaultIsFound(Fault fault) {
        assertThat(firstSeeds())
                .as("the checks fail for at least one history with the fault")
                .anySatisfy(seed -> assertThatThrownBy(() -> {
                            World world = new World(new Random(seed));
                            world.holds = true;
                            world.fault = Optional.of(fault);
                            world.runUntilTheJobEnds();
                            assertSumsAndReplay(world);
                        })
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining(fault.found));
    }

    /** A fault of the rules, or of what stores their events. */
    enum Fault {
        A_COMMIT_COUNTS_TWICE("relocated"),
        AN_EVENT_IS_NOT_STORED("the state replayed from the journal"),
        A_STEP_IS_SKIPPED("no step of the table");

        private final String found;

        Fault(String found) {
            this.found = found;
        }
    }

    private static void assertEveryRecordEndsInExactlyOneOutcome(long seed) {
        World world = new World(new Random(seed));
        world.runUntilTheJobEnds();
        assertSumsAndReplay(world);
    }

    private static void assertSumsAndReplay(World world) {
        assertThat(world.job.inFlight().all()).isEmpty();
        assertThat(world.job.releases().all()).isEmpty();
        assertThat(world.job.outcomes().settled().relocated()).as("relocated").isEqualTo(world.relocated.size());
        assertThat(world.job.outcomes().settled().superseded()).as("superseded").isEqualTo(world.superseded.size());
        assertThat(world.job.outcomes().settled().gone()).as("gone").isEqualTo(world.gone.size());
        assertThat(world.job.counts().skipped()).as("skipped").isEqualTo(world.onLeavingNode.size());
        assertThat(world.job.counts().discovered())
                .isEqualTo(world.job.outcomes().settled().total()
                        + world.job.counts().skipped()
                        + world.job.counts().failed());
        assertThat(world.replay()).as("the state replayed from the journal").isEqualTo(world.job);
    }

    /** The state of the region outside of the job, and the random faults. */
    private static final class World {
        final Random random;
        final List<JobEvent> journal = new ArrayList<>();
        final Set<Integer> onLeavingNode = new TreeSet<>();
        final Set<Integer> relocated = new HashSet<>();
        final Set<Integer> superseded = new HashSet<>();
        final Set<Integer> gone = new HashSet<>();
        final Set<Integer> stubborn = new HashSet<>();
        final Map<UUID, List<JobCommand>> said = new HashMap<>();
        JobState job = JobState.EMPTY;
        Planner planner = new Planner();
        int assignments;
        int stepsBeforeCancel = Integer.MAX_VALUE;
        boolean holds;
        /** Orders that an operator still gives: a job with an order does not end. */
        int retries;
        /** The reason with which each record is listed. */
        final Map<Integer, Reason> listed = new HashMap<>();
        /** The records that the pass visits. */
        Set<Integer> visited = Set.of();

        Optional<Fault> fault = Optional.empty();

        World(Random random) {
            this.random = random;
            for (int number = 1; number <= RECORDS; number++) {
                onLeavingNode.add(number);
                if (random.nextInt(10) == 0) {
                    stubborn.add(number);
                }
            }
        }

        void runUntilTheJobEnds() {
            send(new JobCommand.Create(Samples.LEAVING, 0));
            for (int pass = 0; !job.phase().terminal(); pass++) {
                assertThat(pass).as("passes").isLessThan(200);
                if (pass > 0 && retries > 0 && random.nextBoolean()) {
                    orderRetry();
                }
                send(new JobCommand.StartPass(
                        job.passes().retry().hasOrder() && random.nextInt(4) > 0
                                ? PassScope.SELECTED_RECORDS
                                : random.nextBoolean() ? PassScope.ALL_RECORDS : PassScope.UNMOVED_RECORDS));
                visited = onLeavingNode.stream()
                        .filter(number -> job.passes().scope() != PassScope.SELECTED_RECORDS
                                || job.passes().retry().running().contains(listed.get(number)))
                        .collect(Collectors.toSet());
                planner = new Planner();
                runPass();
                if (job.phase() == JobPhase.CANCELLED) {
                    return;
                }
                if (job.passes().scope() == PassScope.SELECTED_RECORDS) {
                    assertThat(job.counts().skipped()).as("skipped").isEqualTo(onLeavingNode.size());
                }
                send(new JobCommand.FinishPass(Duration.ZERO));
                if (job.phase() == JobPhase.VERIFYING) {
                    send(new JobCommand.FinishVerification(List.of(Samples.evidence(1, onLeavingNode.size()))));
                }
                releaseAll();
            }
        }

        private void runPass() {
            while (planner.scanned < RECORDS
                    || !planner.waiting.isEmpty()
                    || job.inFlight().count() > 0) {
                if (stepsBeforeCancel-- == 0) {
                    cancel();
                    return;
                }
                if (holds && random.nextInt(15) == 0) {
                    hold(random.nextBoolean());
                }
                if (holds && random.nextInt(10) == 0) {
                    interfere();
                }
                if (retries > 0 && random.nextInt(30) == 0) {
                    orderRetry();
                }
                switch (random.nextInt(7)) {
                    case 0, 1 -> scan();
                    case 2 -> copy();
                    case 3 -> commit();
                    case 4 -> repeatSomething();
                    case 5 -> send(new JobCommand.Advance(planner.tracker.takeMoved()));
                    default -> restart();
                }
            }
            send(new JobCommand.Advance(planner.tracker.takeMoved()));
        }

        /**
         * An operator pauses the job, or its window closes. While it stops its writes, agents still report, commits that were
         * sent end, and the manager may crash. Once it is held, only an agent that pauses late may report. The planner is lost.
         */
        private void hold(boolean byOperator) {
            JobCommand begin = byOperator ? new JobCommand.Pause() : new JobCommand.CloseWindow();
            send(begin);
            for (int step = random.nextInt(6); step > 0; step--) {
                withoutPlanning();
            }
            send(begin);
            Set<StorageNodeId> agents = job.inFlight().agentsAtWork();
            if (!agents.isEmpty()) {
                assertThat(job.mayBePaused(Set.of()))
                        .as("an agent has not confirmed")
                        .isFalse();
            }
            assertThat(job.mayBePaused(agents)).isEqualTo(job.releases().isEmpty());
            releaseAll();
            if (random.nextInt(4) > 0) {
                send(new JobCommand.FinishPausing(agents));
                assertThat(job.phase()).isEqualTo(byOperator ? JobPhase.PAUSED : JobPhase.WAITING_WINDOW);
                if (random.nextBoolean()) {
                    restart();
                }
                repeatSomething();
            }
            boolean pausedMeanwhile = !byOperator && random.nextInt(3) == 0;
            if (pausedMeanwhile) {
                send(new JobCommand.Pause());
                send(new JobCommand.OpenWindow());
            }
            send(byOperator || pausedMeanwhile ? new JobCommand.Resume() : new JobCommand.OpenWindow());
            assertThat(job.phase()).isEqualTo(JobPhase.RUNNING);
            planner = new Planner();
        }

        private void orderRetry() {
            retries--;
            send(new JobCommand.RetryExceptions(
                    Set.of(random.nextBoolean() ? Reason.SOURCE_OTHER_ERROR : Reason.DESTINATION_UNREACHABLE)));
        }

        /** An operator changes settings, or nothing comes of the job for a while. */
        private void interfere() {
            switch (random.nextInt(3)) {
                case 0 -> send(new JobCommand.ChangeSettings(Samples.settingsChange(), "http 127.0.0.1"));
                case 1 ->
                    send(new JobCommand.ChangeSettings(
                            SettingsChange.of(SettingName.WEIGHT, 1 + random.nextInt(5)), "http 127.0.0.1"));
                default -> {
                    send(new JobCommand.MarkStalled("no agent answers"));
                    if (random.nextBoolean()) {
                        send(new JobCommand.MarkProgress());
                    }
                }
            }
        }

        private void withoutPlanning() {
            switch (random.nextInt(5)) {
                case 0, 1 -> copy();
                case 2 -> commit();
                case 3 -> repeatSomething();
                default -> restart();
            }
        }

        private void cancel() {
            send(new JobCommand.Cancel());
            while (job.inFlight().count() > 0) {
                withoutPlanning();
            }
            assertThat(job.mayEndEarly()).isEqualTo(job.releases().isEmpty());
            send(new JobCommand.Cancel());
            releaseAll();
            send(new JobCommand.FinishCancelling());
        }

        private void releaseAll() {
            send(new JobCommand.ReportReleased(List.copyOf(job.releases().byId().keySet())));
        }

        /** What a pass has in memory: how far it has scanned, and in which chunk it found a record. */
        private final class Planner {
            final ScanTracker tracker = new ScanTracker(job.scan().marks());
            final Map<Integer, ScanTracker.Chunk> planned = new HashMap<>();
            final Map<Integer, ScanTracker.Chunk> followers = new HashMap<>();
            final Map<Integer, ScanTracker.Chunk> waiting = new TreeMap<>();
            long scanned =
                    job.scan().marks().getOrDefault(1, ScanPosition.START).nextId();

            void readChunk() {
                long end = Math.min(RECORDS, scanned + 1 + random.nextInt(5));
                List<Integer> rows = onLeavingNode.stream()
                        .filter(number -> number > scanned && number <= end && visited.contains(number))
                        .toList();
                scanned = end;
                ScanTracker.Chunk chunk = tracker.begin(1, ScanPosition.at(ScanColumn.ID, end), rows.size());
                rows.forEach(number -> (inFlight(number) ? followers : waiting).put(number, chunk));
            }

            /** A row that was scanned while its object was in an assignment is planned only if that assignment left it. */
            void ended(List<Integer> numbers, List<UnmovedRecord> unmoved) {
                Map<Integer, UnmovedRecord> left = new HashMap<>();
                unmoved.forEach(each -> left.put(number(each.record()), each));
                for (int number : numbers) {
                    settle(Optional.ofNullable(planned.remove(number)), Optional.ofNullable(left.get(number)));
                    Optional<ScanTracker.Chunk> follower = Optional.ofNullable(followers.remove(number));
                    if (left.containsKey(number)) {
                        follower.ifPresent(chunk -> waiting.put(number, chunk));
                    } else {
                        settle(follower, Optional.empty());
                    }
                }
            }

            private void settle(Optional<ScanTracker.Chunk> chunk, Optional<UnmovedRecord> left) {
                chunk.ifPresent(each ->
                        left.ifPresentOrElse(unmoved -> tracker.settle(each, unmoved), () -> tracker.settle(each)));
            }
        }

        private void scan() {
            if (planner.scanned < RECORDS) {
                planner.readChunk();
            }
            if (planner.waiting.isEmpty()) {
                return;
            }
            Map<Integer, ScanTracker.Chunk> found = Map.copyOf(planner.waiting);
            List<Integer> numbers = List.copyOf(planner.waiting.keySet());
            planner.waiting.clear();
            if (random.nextInt(8) == 0) {
                exceptions(numbers)
                        .forEach(each -> planner.settle(
                                Optional.ofNullable(found.get(number(each.record()))), Optional.of(each)));
                send(new JobCommand.Except(exceptions(numbers), planner.tracker.takeMoved()));
            } else {
                planner.planned.putAll(found);
                int[] tasks = numbers.stream().mapToInt(Integer::intValue).toArray();
                send(new JobCommand.Plan(
                        Samples.assignment(++assignments, tasks),
                        random.nextBoolean() ? planner.tracker.takeMoved() : Map.of()));
            }
        }

        private void copy() {
            any(false).ifPresent(assignment -> {
                if (random.nextBoolean()) {
                    report(assignment, new JobCommand.ReportAccepted(assignment.id()));
                }
                if (random.nextInt(6) == 0) {
                    report(
                            assignment,
                            new JobCommand.LoseAssignment(assignment.id(), Reason.DESTINATION_UNREACHABLE, "killed"));
                } else {
                    List<Integer> bad = numbers(assignment.tasks()).stream()
                            .filter(number -> stubborn.contains(number) || random.nextInt(12) == 0)
                            .toList();
                    report(assignment, new JobCommand.ReportCopies(assignment.id(), exceptions(bad)));
                }
            });
        }

        private void commit() {
            any(true).ifPresent(assignment -> {
                InFlightAssignment inFlight =
                        Objects.requireNonNull(job.inFlight().byId().get(assignment.id()));
                List<Integer> bad = new ArrayList<>();
                SettledCounts tally = SettledCounts.ZERO;
                for (int number : numbers(inFlight.copiedTasks())) {
                    int fate = random.nextInt(12);
                    if (fate == 0) {
                        bad.add(number);
                    } else {
                        tally = tally.plus(settle(number, fate));
                    }
                }
                report(
                        assignment,
                        new JobCommand.ReportCommit(assignment.id(), tally, exceptions(bad), List.of(), List.of()));
            });
        }

        private SettledCounts settle(int number, int fate) {
            onLeavingNode.remove(number);
            if (fate == 1) {
                superseded.add(number);
                return new SettledCounts(0, 1, 0, 0, 0);
            }
            if (fate == 2) {
                gone.add(number);
                return new SettledCounts(0, 0, 1, 0, 0);
            }
            relocated.add(number);
            return new SettledCounts(1, 0, 0, 0, 5);
        }

        /** At-least-once delivery: repeats an earlier message about any assignment, in flight or ended. */
        private void repeatSomething() {
            List<JobCommand> all = said.values().stream().flatMap(List::stream).toList();
            if (!all.isEmpty()) {
                JobCommand again = all.get(random.nextInt(all.size()));
                boolean stillOpen = again instanceof JobCommand.LoseAssignment c
                        && job.inFlight().find(c.assignmentId()).isPresent();
                if (!stillOpen) {
                    send(again);
                }
            }
        }

        /** The manager crashes: only the journal remains, and the scan resumes at the low-water marks. */
        private void restart() {
            job = replay();
            send(new JobCommand.TakeOver());
            planner = new Planner();
        }

        JobState replay() {
            JobState state = JobState.EMPTY;
            for (JobEvent event : journal) {
                state = state.apply(event);
            }
            return state;
        }

        private Optional<Assignment> any(boolean copied) {
            List<Assignment> candidates = job.inFlight().all().stream()
                    .filter(each -> each.copied() == copied)
                    .map(InFlightAssignment::assignment)
                    .toList();
            return candidates.isEmpty()
                    ? Optional.empty()
                    : Optional.of(candidates.get(random.nextInt(candidates.size())));
        }

        private boolean inFlight(int number) {
            return job.inFlight().all().stream()
                    .anyMatch(each -> numbers(each.assignment().tasks()).contains(number));
        }

        private static List<Integer> numbers(List<CopyTask> tasks) {
            return tasks.stream().map(task -> number(task.record())).toList();
        }

        private static int number(RecordRef record) {
            return Integer.parseInt(record.key().substring(record.key().lastIndexOf('/') + 1));
        }

        private static List<UnmovedRecord> exceptions(List<Integer> numbers) {
            return numbers.stream()
                    .map(number -> Samples.exception(number, Reason.SOURCE_OTHER_ERROR))
                    .toList();
        }

        private void report(Assignment assignment, JobCommand command) {
            said.computeIfAbsent(assignment.id(), id -> new ArrayList<>()).add(command);
            send(command);
        }

        private void send(JobCommand command) {
            AssignmentsInFlight before = job.inFlight();
            JobPhase phase = job.phase();
            JobRules.decide(job, command, Samples.NOW)
                    .fold(
                            events -> {
                                store(events);
                                events.forEach(event -> event.unmoved()
                                        .forEach(each -> listed.put(number(each.record()), each.reason())));
                                assertStepOfTheTable(phase, command);
                                events.forEach(event -> endOfAssignment(event)
                                        .flatMap(before::find)
                                        .ifPresent(ended -> planner.ended(
                                                numbers(ended.assignment().tasks()), event.unmoved())));
                                return events;
                            },
                            refused -> {
                                throw new AssertionError(command + " refused: " + refused.detail());
                            });
        }

        private void store(List<JobEvent> events) {
            for (JobEvent event : events) {
                boolean stored = !(event instanceof JobEvent.SettingsChanged) || !has(Fault.AN_EVENT_IS_NOT_STORED);
                if (stored) {
                    journal.add(event);
                }
                job = job.apply(event);
                if (event instanceof JobEvent.RelocationsCommitted && has(Fault.A_COMMIT_COUNTS_TWICE)) {
                    journal.add(event);
                    job = job.apply(event);
                }
                if (event instanceof JobEvent.JobPausing && has(Fault.A_STEP_IS_SKIPPED)) {
                    store(List.of(new JobEvent.JobPaused(List.of(), Samples.NOW)));
                }
            }
        }

        private boolean has(Fault planted) {
            return fault.filter(planted::equals).isPresent();
        }

        private void assertStepOfTheTable(JobPhase from, JobCommand command) {
            boolean isStep = from == job.phase()
                    || Arrays.stream(JobTransition.values())
                            .anyMatch(each -> each.from() == from
                                    && each.to() == job.phase()
                                    && each.trigger()
                                            .command()
                                            .equals(command.getClass().getSimpleName()));
            assertThat(isStep)
                    .as("%s to %s by %s is no step of the table", from, job.phase(), command)
                    .isTrue();
        }

        private static Optional<UUID> endOfAssignment(JobEvent event) {
            if (event instanceof JobEvent.RelocationsCommitted e) {
                return Optional.of(e.assignmentId());
            }
            return event instanceof JobEvent.AssignmentLost e ? Optional.of(e.assignmentId()) : Optional.empty();
        }
    }
}
