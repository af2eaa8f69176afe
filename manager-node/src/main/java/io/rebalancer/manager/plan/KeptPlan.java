package io.rebalancer.manager.plan;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.DurationBand;
import io.rebalancer.core.plan.FleetFigures;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.PlannedMoves;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A plan in the registry.
 *
 * @param endedAt empty while it is being computed, and while its duration is estimated
 * @param then the figures of the fleet when it began; empty until they are known
 * @param plannedMib MiB for each destination
 */
record KeptPlan(
        UUID id,
        PlanOrder order,
        Instant createdAt,
        Optional<Instant> endedAt,
        Optional<FleetFigures> then,
        PlanProgress progress,
        Map<StorageNodeId, Long> plannedMib,
        DurationBand duration) {
    private static final PlannedMoves NOTHING = new PlannedMoves(0, 0, 0, 0, 0, 0, List.of(), 0, List.of());

    KeptPlan {
        plannedMib = Map.copyOf(plannedMib);
    }

    static KeptPlan create(UUID id, PlanOrder order, Instant now) {
        return new KeptPlan(
                id,
                order,
                now,
                Optional.empty(),
                Optional.empty(),
                new PlanProgress(
                        PlanProgress.State.RUNNING,
                        NOTHING,
                        List.of(),
                        OptionalLong.empty(),
                        "reads the figures of the fleet"),
                Map.of(),
                DurationBand.unknown("unknown, because the plan is not ready"));
    }

    boolean isRunning() {
        return endedAt.isEmpty();
    }

    /** The plan with the figures of the fleet that it begins with. */
    KeptPlan beginsWith(FleetFigures figures) {
        return new KeptPlan(id, order, createdAt, endedAt, Optional.of(figures), progress, plannedMib, duration);
    }

    /** The running plan with what it has found so far. */
    KeptPlan found(PlanProgress found, Map<StorageNodeId, Long> mib) {
        return new KeptPlan(id, order, createdAt, endedAt, then, found, mib, duration);
    }

    KeptPlan ended(PlanProgress.State state, String note, DurationBand band, Instant now) {
        return new KeptPlan(
                id,
                order,
                createdAt,
                Optional.of(now),
                then,
                new PlanProgress(state, progress.moves(), progress.unmovable(), progress.belowTwoCopies(), note),
                plannedMib,
                band);
    }

    /** @param keepFor how long it is kept after its end */
    PlanReport report(Duration keepFor) {
        return new PlanReport(
                id, order, createdAt, endedAt, endedAt.map(ended -> ended.plus(keepFor)), progress, duration);
    }
}
