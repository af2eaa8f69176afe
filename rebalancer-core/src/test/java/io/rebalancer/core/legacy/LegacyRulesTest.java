package io.rebalancer.core.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Which assignments over the legacy HTTP API an agent takes, what it keeps of ended ones, and which of those expire. */
class LegacyRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final LegacyLimits LIMITS = limits(1_000, 1 << 20);

    private static LegacyLimits limits(int keepEnded, long keepFailedBytes) {
        return new LegacyLimits(5, 10, Duration.ofDays(7), keepEnded, keepFailedBytes);
    }

    private static UUID id(int number) {
        return new UUID(0, number);
    }

    private static List<LegacyTask> tasks(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new LegacyTask(
                        "object-" + i, "owner", "md5", "dc1", "2.stor", Optional.empty(), Optional.empty()))
                .toList();
    }

    private static Map<Integer, LegacyFailure> failures(int... indexes) {
        Map<Integer, LegacyFailure> failures = new HashMap<>();
        for (int index : indexes) {
            failures.put(index, LegacyFailure.httpStatus(404));
        }
        return failures;
    }

    private static LegacyState apply(LegacyState state, List<LegacyEvent> events) {
        LegacyState next = state;
        for (LegacyEvent event : events) {
            next = next.apply(event);
        }
        return next;
    }

    private static LegacyState ended(LegacyState state, int number, Optional<Instant> at) {
        return apply(state, List.of(new LegacyEvent.LegacyAssigned(id(number), List.of(), at)));
    }

    @Test
    void anEndedAssignmentKeepsItsFailedTasksInOrderAndNoOther() {
        LegacyState open = apply(LegacyState.EMPTY, LegacyRules.accept(id(1), tasks(4), failures(3), NOW));
        assertThat(open.open().values())
                .singleElement()
                .extracting(LegacyAssignment::openTasks)
                .isEqualTo(List.of(0, 1, 2));
        assertThat(open.find(id(1))).contains(new LegacyProgress(id(1), false, 4, 1, 1, List.of()));
        LegacyState ended =
                open.apply(new LegacyEvent.LegacyTasksFinished(id(1), List.of(2, 0, 1), failures(0), Optional.of(NOW)));
        assertThat(ended.open()).isEmpty();
        LegacyFailure notFound = LegacyFailure.httpStatus(404);
        List<FailedLegacyTask> failed = List.of(
                new FailedLegacyTask(tasks(4).get(0), notFound), new FailedLegacyTask(tasks(4).get(3), notFound));
        assertThat(ended.ended().find(id(1))).contains(new EndedLegacyAssignment(id(1), 4, failed, Optional.of(NOW)));
        assertThat(ended.find(id(1))).contains(new LegacyProgress(id(1), true, 4, 4, 2, failed));
    }

    @Test
    void aSecondEndOfATaskAndARepeatedAssignmentChangeNothing() {
        LegacyState open = apply(LegacyState.EMPTY, LegacyRules.accept(id(1), tasks(2), failures(0), NOW));
        LegacyEvent again = new LegacyEvent.LegacyTasksFinished(id(1), List.of(0), Map.of(), Optional.of(NOW));
        assertThat(open.apply(again)).isEqualTo(open);
        LegacyState ended =
                open.apply(new LegacyEvent.LegacyTasksFinished(id(1), List.of(1), Map.of(), Optional.of(NOW)));
        assertThat(ended.apply(again)).isEqualTo(ended);
        assertThat(ended.apply(new LegacyEvent.LegacyAssigned(id(1), tasks(5), Optional.of(NOW))))
                .isEqualTo(ended);
    }

    /** No build writes such an event, but a journal that holds one must still be readable. */
    @Test
    void anIndexBeyondTheTasksIsIgnored() {
        LegacyState open = apply(LegacyState.EMPTY, LegacyRules.accept(id(1), tasks(2), Map.of(), NOW));
        LegacyState same =
                open.apply(new LegacyEvent.LegacyTasksFinished(id(1), List.of(2, -1), failures(2), Optional.of(NOW)));
        assertThat(same).isEqualTo(open);
    }

    @Test
    void openTasksOfAllAssignmentsAreLimited() {
        LegacyState state = apply(LegacyState.EMPTY, LegacyRules.accept(id(1), tasks(5), failures(0, 1), NOW));
        assertThat(LegacyRules.tooManyOpenTasks(state, 7, LIMITS)).isEmpty();
        assertThat(LegacyRules.tooManyOpenTasks(state, 8, LIMITS))
                .hasValueSatisfying(reason ->
                        assertThat(reason).contains("3 open tasks", "at most 10", "rebalancer.agent.max-open-tasks"));
    }

    @Test
    void theOldestExpireWhenTheyAreTooMany() {
        LegacyLimits two = limits(2, 1 << 20);
        LegacyState state = LegacyState.EMPTY;
        for (int i = 1; i <= 5; i++) {
            state = apply(
                    state, LegacyRules.withExpiry(state, LegacyRules.accept(id(i), List.of(), Map.of(), NOW), two));
        }
        assertThat(state.ended().byNumber().values())
                .extracting(EndedLegacyAssignment::id)
                .containsExactly(id(4), id(5));
        assertThat(state.find(id(3))).isEmpty();
        assertThat(LegacyRules.expire(state, NOW, limits(1, 1 << 20)))
                .containsExactly(new LegacyEvent.LegacyExpired(4, 1));
    }

    @Test
    void theOldestExpireWhenTheirFailedTasksAreTooLarge() {
        LegacyLimits small = limits(1_000, 2_000);
        LegacyState state = LegacyState.EMPTY;
        for (int i = 1; i <= 4; i++) {
            List<LegacyEvent> events = LegacyRules.accept(id(i), tasks(2), failures(0, 1), NOW);
            state = apply(state, LegacyRules.withExpiry(state, events, small));
            assertThat(state.ended().bytesOfFailed()).isPositive().isLessThanOrEqualTo(2_000);
        }
        assertThat(state.find(id(1))).isEmpty();
        assertThat(state.find(id(4))).isPresent();
        List<LegacyEvent> large = LegacyRules.accept(id(5), tasks(5), failures(0, 1, 2, 3, 4), NOW);
        LegacyState only = apply(state, LegacyRules.withExpiry(state, large, limits(1_000, 1)));
        assertThat(only.ended().byNumber().values())
                .extracting(EndedLegacyAssignment::id)
                .containsExactly(id(5));
    }

    @Test
    void assignmentsExpireByAge() {
        LegacyState state = ended(ended(LegacyState.EMPTY, 1, Optional.of(NOW)), 2, Optional.of(NOW.plusSeconds(1)));
        Instant later = NOW.plus(LIMITS.keepEndedFor());
        assertThat(LegacyRules.expire(state, later, LIMITS)).isEmpty();
        assertThat(LegacyRules.expire(state, later.plusMillis(1), LIMITS))
                .containsExactly(new LegacyEvent.LegacyExpired(1, 1));
        List<LegacyEvent> both = LegacyRules.expire(state, later.plusSeconds(2), LIMITS);
        assertThat(apply(state, both)).isEqualTo(LegacyState.EMPTY);
        assertThat(LegacyRules.expire(LegacyState.EMPTY, later, LIMITS)).isEmpty();
    }

    @Test
    void assignmentsWithoutATimeExpireWithTheirFirstSuccessorThatHasOne() {
        LegacyState undated = ended(ended(LegacyState.EMPTY, 1, Optional.empty()), 2, Optional.empty());
        Instant later = NOW.plus(LIMITS.keepEndedFor()).plusSeconds(1);
        assertThat(LegacyRules.expire(undated, later, LIMITS)).isEmpty();
        LegacyState dated = ended(undated, 3, Optional.of(NOW));
        assertThat(LegacyRules.expire(dated, later.minusSeconds(2), LIMITS)).isEmpty();
        assertThat(apply(dated, LegacyRules.expire(dated, later, LIMITS))).isEqualTo(LegacyState.EMPTY);
    }

    @Test
    void aLimitThatCanNotWorkIsNamed() {
        assertThatThrownBy(() -> new LegacyLimits(0, 10, Duration.ofDays(7), 1, 1))
                .hasMessageContaining("max-tasks-per-assignment");
        assertThatThrownBy(() -> new LegacyLimits(5, 4, Duration.ofDays(7), 1, 1))
                .hasMessageContaining("max-open-tasks");
        assertThatThrownBy(() -> new LegacyLimits(5, 5, Duration.ZERO, 1, 1)).hasMessageContaining("keep-ended-for");
        assertThatThrownBy(() -> new LegacyLimits(5, 5, Duration.ofDays(7), 0, 1))
                .hasMessageContaining("keep-ended");
        assertThatThrownBy(() -> new LegacyLimits(5, 5, Duration.ofDays(7), 1, 0))
                .hasMessageContaining("keep-failed-tasks");
    }

    /** A model with all tasks of all assignments answers every question alike, until the assignment expires. */
    @RepeatedTest(50)
    void randomHistoriesKeepWhatTheModelKeeps(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        LegacyLimits limits = limits(5, 6_000);
        LegacyState state = LegacyState.EMPTY;
        List<LegacyEvent> journal = new ArrayList<>();
        Map<UUID, Set<Integer>> done = new HashMap<>();
        Map<UUID, Integer> totals = new HashMap<>();
        List<UUID> endedInOrder = new ArrayList<>();
        Instant now = NOW;
        for (int step = 0; step < 200; step++) {
            now = now.plus(Duration.ofHours(random.nextInt(24)));
            UUID id = id(random.nextInt(40));
            List<LegacyEvent> events = new ArrayList<>();
            if (random.nextInt(3) == 0 && state.find(id).isEmpty()) {
                int total = random.nextInt(5);
                totals.put(id, total);
                done.put(id, new HashSet<>());
                events.addAll(LegacyRules.accept(id, tasks(total), Map.of(), now));
            } else if (state.open().containsKey(id)) {
                int index = random.nextInt(totals.getOrDefault(id, 0));
                done.getOrDefault(id, new HashSet<>()).add(index);
                events.add(new LegacyEvent.LegacyTasksFinished(
                        id, List.of(index), random.nextBoolean() ? failures(index) : Map.of(), Optional.of(now)));
            } else if (random.nextInt(10) == 0 && state.ended().find(id).isPresent()) {
                events.add(new LegacyEvent.LegacyDeleted(id));
                endedInOrder.remove(endedInOrder.lastIndexOf(id));
            }
            if (random.nextInt(20) == 0) {
                events.addAll(LegacyRules.expire(state, now, limits));
            }
            LegacyState before = state;
            List<LegacyEvent> all = LegacyRules.withExpiry(state, events, limits);
            state = apply(state, all);
            journal.addAll(all);
            for (UUID each : done.keySet()) {
                boolean newlyEnded = before.ended().find(each).isEmpty()
                        && state.ended().find(each).isPresent();
                if (newlyEnded) {
                    endedInOrder.add(each);
                }
            }
            List<UUID> kept = state.ended().byNumber().values().stream()
                    .map(EndedLegacyAssignment::id)
                    .toList();
            assertThat(kept).hasSizeLessThanOrEqualTo(5);
            assertThat(endedInOrder).endsWith(kept.toArray(new UUID[0]));
            assertThat(state.ended().bytesOfFailed())
                    .isEqualTo(
                            EndedLegacyAssignments.of(state.ended().byNumber()).bytesOfFailed());
            for (UUID open : state.open().keySet()) {
                assertThat(state.find(open).map(LegacyProgress::done))
                        .contains(done.getOrDefault(open, Set.of()).size());
            }
        }
        assertThat(apply(LegacyState.EMPTY, journal)).isEqualTo(state);
    }
}
