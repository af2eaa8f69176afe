package io.rebalancer.manager.plan;

import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.preflight.FleetQueries;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/**
 * The parts of the manager that plans use.
 *
 * @param planning those of a pass
 * @param queries asks for the present fleet
 * @param history has the rates of earlier jobs
 */
public record PlanResources(PlanningResources planning, FleetQueries queries, JobHistory history) {

    Clock clock() {
        return planning.clock();
    }

    PlacementPolicy policy() {
        return planning.settings().get().placement();
    }

    /** The present fleet; fails if a part of the manager that knows it does not reply in time. */
    CompletionStage<FleetSnapshot> fleet() {
        return queries.nodes().thenCombine(queries.space(), FleetSnapshot::of);
    }
}
