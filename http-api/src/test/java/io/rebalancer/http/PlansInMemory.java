package io.rebalancer.http;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.DestinationShare;
import io.rebalancer.core.plan.DurationBand;
import io.rebalancer.core.plan.PlanList;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.PlannedMoves;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.core.plan.ShardShare;
import io.rebalancer.core.plan.UnmovableRecords;
import io.rebalancer.core.port.PlanService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** One plan that is ready, and a failure that a test chooses. */
public final class PlansInMemory implements PlanService {
    /** The ids with which plans were ordered, oldest first. */
    public final List<UUID> created = new CopyOnWriteArrayList<>();

    public static final UUID PLAN = UUID.fromString("55555555-5555-4555-8555-555555555555");

    /** What was asked for. */
    public final List<String> orders = new ArrayList<>();

    /** The failure of every call. */
    public Optional<RuntimeException> failure = Optional.empty();

    /** Of the plan. */
    public OptionalLong belowTwoCopies = OptionalLong.empty();

    private static StorageNodeId node(int number) {
        return new StorageNodeId(number + ".stor.d");
    }

    private PlanReport plan() {
        DestinationShare share = new DestinationShare(
                new CopyLocation("dc3", node(3)),
                4,
                5_000_000,
                8,
                Optional.of(new DestinationShare.Fill(40, 41, 1000)));
        DestinationShare full = new DestinationShare(new CopyLocation("dc4", node(4)), 1, 1, 1, Optional.empty());
        UnmovedRecord left = new UnmovedRecord(
                new RecordRef(1, "/o/stor/9"), UnmovedRecord.Kind.SKIPPED, Reason.NO_DESTINATION, "no node has space");
        return new PlanReport(
                PLAN,
                PlanOrder.of(new CopyLocation("dc1", node(1)), 0).withSeed(42),
                Instant.EPOCH,
                Optional.of(Instant.EPOCH.plusSeconds(5)),
                Optional.of(Instant.EPOCH.plusSeconds(86_405)),
                new PlanProgress(
                        PlanProgress.State.READY,
                        new PlannedMoves(
                                7, 5, 5_000_001, 5, 0, 0, List.of(share, full), 0, List.of(new ShardShare(1, 7))),
                        List.of(new UnmovableRecords(Reason.NO_DESTINATION, 1, List.of(left))),
                        belowTwoCopies,
                        ""),
                new DurationBand(
                        Optional.of(Duration.ofMinutes(2)), Optional.of(Duration.ofMinutes(5)), "the rates of 2 jobs"));
    }

    private <T> CompletionStage<T> answer(String order, T value) {
        orders.add(order);
        return failure.<CompletionStage<T>>map(CompletableFuture::failedFuture)
                .orElseGet(() -> CompletableFuture.completedFuture(value));
    }

    private static PlanRefused notFound(UUID planId) {
        return new PlanRefused(PlanRefusal.of(PlanRefusal.Code.PLAN_NOT_FOUND, "no plan " + planId));
    }

    @Override
    public CompletionStage<UUID> create(UUID planId, List<String> leavingNodes, long maxRecords, Scenario scenario) {
        created.add(planId);
        return answer("create " + leavingNodes + " " + maxRecords + " " + scenario, PLAN);
    }

    @Override
    public CompletionStage<PlanList> list() {
        return answer("list", new PlanList(Instant.EPOCH, List.of(plan().summary())));
    }

    @Override
    public CompletionStage<PlanReport> get(UUID planId) {
        return planId.equals(PLAN) ? answer("get " + planId, plan()) : CompletableFuture.failedFuture(notFound(planId));
    }

    @Override
    public CompletionStage<Void> delete(UUID planId) {
        return get(planId).thenAccept(found -> {});
    }

    @Override
    public CompletionStage<Void> check(UUID planId, String leavingNode, long maxRecords) {
        return answer("check " + planId + " " + leavingNode + " " + maxRecords, planId)
                .thenAccept(passed -> {});
    }
}
