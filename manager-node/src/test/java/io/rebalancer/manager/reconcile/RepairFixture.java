package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.PlanUsability;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;

/** Plans, and runs that carry them out, over records and files in memory. */
abstract class RepairFixture extends RunFixture {
    static final Set<Repair> ALL = Set.of(Repair.COPY_AGAIN, Repair.ADD_COPY, Repair.QUARANTINE);
    static final String SMALL = "rebalancer.reconcile.listing-timeout = 2s, rebalancer.reconcile.shard-timeout = 1s";

    UUID planId = id;
    long number = 5;

    /** A plan of these nodes, and the order to carry it out. */
    RunOrder plan(Set<Repair> classes, CopyLocation... compared) {
        return plan(classes, Set.of(), compared);
    }

    String activity() {
        TestProbe<ReconcileMessage.RunReply> reply = kit.createTestProbe();
        run.tell(new ReconcileMessage.GetRun(reply.getRef()));
        return reply.expectMessageClass(ReconcileMessage.RunFound.class, TIMEOUT)
                .activity();
    }

    RunOrder plan(Set<Repair> classes, Set<StorageNodeId> overridden, CopyLocation... compared) {
        id = UUID.randomUUID();
        planId = id;
        number++;
        RunOrder order = order(RunMode.PLAN, Map.of(), compared);
        begin(new RunOrder(
                id,
                number,
                order.mode(),
                order.nodes(),
                Optional.empty(),
                "ann",
                Map.of(),
                readsContents,
                Optional.empty()));
        RunState plan = awaitEnd();
        PlanUsability usable = PlanUsability.of(plan, List.of(), overridden, clock.instant());
        assertThat(usable.refusal()).isEmpty();
        id = UUID.randomUUID();
        number++;
        return new RunOrder(
                id,
                number,
                RunMode.ACT,
                usable.nodes(),
                Optional.of(planId),
                "ann",
                Map.of(),
                false,
                Optional.of(usable.scope(plan, classes)));
    }

    /** A plan of a node whose breaker trips and is overridden. */
    RunOrder planOverridden(CopyLocation node) {
        return plan(ALL, Set.of(node.storageNode()), node);
    }

    RunState act(RunOrder order, String settings) {
        run = spawn(settings);
        run.tell(new ReconcileMessage.CreateRun(
                order, kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        return awaitEnd();
    }

    RepairReport repairs(RunState ended, CopyLocation node) {
        assertThat(ended.phase()).as(ended.detail()).isEqualTo(RunPhase.FINISHED);
        return Optional.ofNullable(ended.repairs().get(node.storageNode())).orElseThrow();
    }

    RepairCounts counts(RunState ended, CopyLocation node, Repair repair) {
        return repairs(ended, node).repairs().getOrDefault(repair, RepairCounts.NONE);
    }

    Map<CopyKey, Finding.State> results() {
        return findings.of(id).stream().collect(Collectors.toMap(Finding::key, Finding::state));
    }

    void assertNothingLeft(CopyLocation... compared) {
        id = UUID.randomUUID();
        begin(new RunOrder(
                id,
                ++number,
                RunMode.OBSERVE,
                order(RunMode.OBSERVE, Map.of(), compared).nodes(),
                Optional.empty(),
                "ann",
                Map.of(),
                false,
                Optional.empty()));
        awaitEnd();
        assertThat(found()).isEmpty();
    }
}
