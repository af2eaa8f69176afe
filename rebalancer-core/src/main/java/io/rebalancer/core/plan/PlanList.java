package io.rebalancer.core.plan;

import java.time.Instant;
import java.util.List;

/**
 * All plans that are kept.
 *
 * @param since when the registry that keeps them started; plans of before are lost
 * @param plans the newest first
 */
public record PlanList(Instant since, List<PlanSummary> plans) {

    public PlanList {
        plans = List.copyOf(plans);
    }
}
