package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RecurringRuns;
import io.rebalancer.core.reconcile.RecurringRuns.ScheduledRun;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairScope;
import io.rebalancer.core.reconcile.RunCommand;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleStatus.IdleReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs that begin at cron times, over runs that only keep their state. */
@Tag("slow")
class ScheduledRunTest extends ScheduleFixture {
    private static final StorageNodeId THREE = new StorageNodeId("3.stor");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Instant FIRST = Instant.parse("2026-11-28T01:00:00Z");
    private static final String NIGHTLY = "enabled = on, schedule { cron = \"0 1 * * *\", jitter = 0s }";

    private void useNightly() {
        use(NIGHTLY);
        await().atMost(TIMEOUT).until(() -> status().nextStart().isPresent());
    }

    private void use(String reconcile) {
        settings = settings(reconcile);
    }

    private ScheduledRun awaitRun(Instant time) {
        await().atMost(TIMEOUT)
                .until(() -> status().last().map(ScheduledRun::time).equals(Optional.of(time)));
        return status().last().orElseThrow();
    }

    private ScheduledRun awaitAct(Instant time) {
        await().atMost(TIMEOUT).until(() -> awaitRun(time).act().isPresent());
        return status().last().orElseThrow();
    }

    private ScheduledRun awaitEnd(Instant time) {
        await().atMost(TIMEOUT).until(() -> awaitRun(time).end().isPresent());
        return status().last().orElseThrow();
    }

    private static NodeReport incomplete(StorageNodeId node) {
        return NodeReport.unknown(node, AbortReason.NODE_UNAVAILABLE, "no answer");
    }

    @Test
    void aRunBeginsOnceAtItsTimeAlsoAfterAFailOver() {
        useNightly();
        assertThat(status().nextStart()).contains(FIRST);
        assertThat(runs).isEmpty();
        clock.set(FIRST);
        ScheduledRun run = awaitRun(FIRST);
        RunOrder order = awaitOrder(run.id());
        assertThat(order.mode()).isEqualTo(RunMode.PLAN);
        assertThat(order.nodes()).containsExactly(ONE, TWO);
        assertThat(order.orderedBy()).isEqualTo("schedule");
        assertThat(order.readsContents()).isFalse();
        failOver();
        await().atMost(TIMEOUT).until(() -> status().nextStart().equals(Optional.of(FIRST.plus(DAY))));
        assertThat(status().last().map(ScheduledRun::id)).contains(run.id());
        assertThat(runs).hasSize(1);
    }

    /** The decision and the run are one write. */
    @Test
    void aRunWhoseWriteFailsBeginsOnceTheJournalWorks() {
        useNightly();
        PersistenceTestKit.create(kit.system()).failNextNPersisted(Entities.RECONCILIATION_SCHEDULE_ID, 2);
        clock.set(FIRST);
        ScheduledRun run = awaitRun(FIRST);
        awaitOrder(run.id());
        failOver();
        assertThat(awaitRun(FIRST)).isEqualTo(run);
        assertThat(runs).hasSize(1);
    }

    @Test
    void anOutageBeginsOneLateRun() {
        useNightly();
        kit.stop(schedule, TIMEOUT);
        clock.set(FIRST.plus(DAY.multipliedBy(3)).plusSeconds(100));
        schedule = spawn();
        ScheduledRun run = awaitRun(FIRST.plus(DAY.multipliedBy(3)));
        assertThat(run.missed()).isEqualTo(3);
        finish(run.id(), compared(ONE, Map.of()), compared(TWO, Map.of()));
        awaitEnd(run.time());
        assertThat(status().nextStart()).contains(FIRST.plus(DAY.multipliedBy(4)));
        assertThat(runs).hasSize(1);
    }

    @Test
    void whileARunWorksTheNextOneIsSkipped() {
        useNightly();
        clock.set(FIRST);
        UUID run = awaitRun(FIRST).id();
        clock.pass(DAY);
        await().atMost(TIMEOUT).until(() -> status().skipped().isPresent());
        assertThat(status().skipped().orElseThrow())
                .satisfies(skipped -> assertThat(skipped.time()).isEqualTo(FIRST.plus(DAY)))
                .satisfies(skipped -> assertThat(skipped.reason()).contains(run.toString(), "still works"));
        failOver();
        assertThat(status().skipped()).isPresent();
        assertThat(runs).hasSize(1);
    }

    /** Nodes that another run has are left to it, and those that were compared longest ago come first. */
    @Test
    void aRunTakesTheFreeNodesLongestAgoFirst() {
        StorageNodeId busy = new StorageNodeId("4.stor");
        fleet = () -> CompletableFuture.completedFuture(fleet(THREE, TWO, busy, ONE));
        useNightly();
        UUID earlier = UUID.randomUUID();
        register(earlier, false, ONE, TWO);
        awaitOrder(earlier);
        finish(earlier, compared(ONE, Map.of()), incomplete(TWO));
        await().atMost(TIMEOUT).until(() -> ask().needed().isEmpty());
        register(UUID.randomUUID(), false, busy);
        clock.set(FIRST);
        assertThat(awaitOrder(awaitRun(FIRST).id()).nodes()).containsExactly(TWO, THREE, ONE);
    }

    @Test
    void withoutAFreeNodeTheTimeIsSkipped() {
        useNightly();
        register(UUID.randomUUID(), false, ONE, TWO);
        clock.set(FIRST);
        await().atMost(TIMEOUT).until(() -> status().skipped().isPresent());
        assertThat(status().skipped().orElseThrow().reason()).contains("other runs work on all storage nodes");
        assertThat(status().last()).isEmpty();
    }

    @Test
    void aRunThatIsDueWaitsForTheFleet() {
        fleet = () -> CompletableFuture.failedFuture(new IllegalStateException("storinfo is down"));
        useNightly();
        clock.set(FIRST);
        await().atMost(TIMEOUT).until(() -> status().idle().isPresent());
        assertThat(status().idle().orElseThrow().reason()).isEqualTo(IdleReason.FLEET_UNKNOWN);
        assertThat(status().idle().orElseThrow().detail()).contains("storinfo is down");
        fleet = () -> CompletableFuture.completedFuture(fleet(ONE));
        assertThat(awaitOrder(awaitRun(FIRST).id()).nodes()).containsExactly(ONE);
        assertThat(status().idle()).isEmpty();
    }

    @Test
    void whileItIsOffNothingIsScheduledAndNothingIsMadeUpFor() {
        assertThat(status().idle().orElseThrow().reason()).isEqualTo(IdleReason.OFF);
        useNightly();
        use(NIGHTLY.replace("enabled = on", "enabled = off"));
        await().atMost(TIMEOUT).until(() -> status().nextStart().isEmpty());
        assertThat(status().idle().orElseThrow().reason()).isEqualTo(IdleReason.DISABLED);
        // The schedule has seen the change before the time comes.
        failOver();
        assertThat(status().idle().orElseThrow().reason()).isEqualTo(IdleReason.DISABLED);
        clock.set(FIRST.plusSeconds(60));
        use(NIGHTLY);
        await().atMost(TIMEOUT).until(() -> status().nextStart().equals(Optional.of(FIRST.plus(DAY))));
        assertThat(runs).isEmpty();
        assertThat(status().last()).isEmpty();
    }

    @Test
    void afterAUsablePlanItsCopiesAreRepaired() {
        useNightly();
        clock.set(FIRST);
        UUID plan = awaitRun(FIRST).id();
        awaitOrder(plan);
        finish(
                plan,
                compared(ONE, Map.of(DriftKind.MISSING_COPY, 2L, DriftKind.ORPHAN_FILE, 1L)),
                compared(TWO, Map.of(DriftKind.ORPHAN_FILE, 5L)));
        UUID act = awaitAct(FIRST).act().flatMap(RecurringRuns.Act::run).orElseThrow();
        RunOrder order = awaitOrder(act);
        assertThat(order.mode()).isEqualTo(RunMode.ACT);
        assertThat(order.nodes()).containsExactly(ONE);
        assertThat(order.planId()).contains(plan);
        assertThat(order.orderedBy()).isEqualTo("schedule");
        assertThat(order.number()).isEqualTo(2);
        assertThat(order.roots()).isEqualTo(Map.of(ONE, "root of " + ONE));
        assertThat(order.repairs()).contains(new RepairScope(Set.of(Repair.COPY_AGAIN), List.of(), planEnd(plan)));
        assertThat(ask().needed()).contains(plan, act);
        clock.pass(DAY);
        await().atMost(TIMEOUT).until(() -> status().skipped().isPresent());
        assertThat(status().skipped().orElseThrow().reason())
                .as("the repairs still work")
                .contains(act.toString());
    }

    private Instant planEnd(UUID plan) {
        return Optional.ofNullable(runs.get(plan.toString()))
                .flatMap(RunState::endedAt)
                .orElseThrow();
    }

    @Test
    void anUnusablePlanIsNotCarriedOut() {
        useNightly();
        clock.set(FIRST);
        UUID plan = awaitRun(FIRST).id();
        awaitOrder(plan);
        change(plan.toString(), new RunCommand.Abort(AbortReason.DEADLINE, "it took too long"));
        ScheduledRun run = awaitAct(FIRST);
        assertThat(run.end().orElseThrow().phase()).isEqualTo(RunPhase.ABORTED);
        assertThat(run.end().orElseThrow().abort()).contains(AbortReason.DEADLINE);
        assertThat(run.act().orElseThrow().run()).isEmpty();
        assertThat(run.act().orElseThrow().detail()).contains("it took too long");
        assertThat(runs).hasSize(1);
    }

    @Test
    void aPlanWithoutAllowedRepairsIsNotCarriedOut() {
        useNightly();
        clock.set(FIRST);
        UUID plan = awaitRun(FIRST).id();
        awaitOrder(plan);
        finish(plan, compared(ONE, Map.of(DriftKind.UNDER_REPLICATED, 1L)), compared(TWO, Map.of()));
        assertThat(awaitAct(FIRST).act().orElseThrow())
                .isEqualTo(new RecurringRuns.Act(
                        Optional.empty(), "nothing was found that may be repaired automatically"));
    }

    @Test
    void withoutClassesAPlanIsAllThatIsDone() {
        use(NIGHTLY.replace("jitter", "act = [], jitter"));
        await().atMost(TIMEOUT).until(() -> status().nextStart().isPresent());
        clock.set(FIRST);
        UUID plan = awaitRun(FIRST).id();
        awaitOrder(plan);
        finish(plan, compared(ONE, Map.of(DriftKind.MISSING_COPY, 2L)), compared(TWO, Map.of()));
        assertThat(awaitEnd(FIRST).act()).isEmpty();
        assertThat(runs).hasSize(1);
    }
}
