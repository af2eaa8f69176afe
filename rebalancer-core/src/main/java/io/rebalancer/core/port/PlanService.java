package io.rebalancer.core.port;

import io.rebalancer.core.plan.PlanList;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.Scenario;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The plans of jobs. Every manager serves them. They are in the memory of one manager, and lost with it: a plan moves nothing, so
 * it can be created again. Each call fails with {@link PlanRefused} if it is refused; any other failure, such as
 * {@link PlansUnavailable}, means that no reply came in time.
 */
public interface PlanService {

    /**
     * Begins a plan, unless there is one with this id.
     *
     * @param planId the same in each repetition of the order
     * @param leavingNodes storage ids of the nodes to empty, with or without the domain suffix; at least one
     * @param maxRecords the maximum number of records that the job of each node takes up, or 0 for all
     * @return its id. If no reply came in time, the plan may exist. Fails with {@link PlanRefused} if the plan with this id is for
     *     another order
     */
    CompletionStage<UUID> create(UUID planId, List<String> leavingNodes, long maxRecords, Scenario scenario);

    /** The plans that are computed now, and those that have ended and are kept. */
    CompletionStage<PlanList> list();

    /** One plan. */
    CompletionStage<PlanReport> get(UUID planId);

    /** Forgets a plan, and ends it if it is being computed. */
    CompletionStage<Void> delete(UUID planId);

    /**
     * Checks whether a job may be created from a plan.
     *
     * @param leavingNode storage id of the node that the job empties
     * @param maxRecords the maximum number of records of the job, or 0 for all
     * @return completes if the plan is READY, was computed for such a job, and the fleet has changed no more than is tolerated
     */
    CompletionStage<Void> check(UUID planId, String leavingNode, long maxRecords);

    /** The order is refused. {@link #getMessage} states why, and what to do. */
    final class PlanRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final PlanRefusal refusal;

        public PlanRefused(PlanRefusal refusal) {
            super(refusal.detail(), null, false, false);
            this.refusal = refusal;
        }

        /** The reason. */
        public PlanRefusal refusal() {
            return refusal;
        }
    }

    /** The registry of plans does not reply. The message states why, in one line. */
    final class PlansUnavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public PlansUnavailable(String reason, Throwable cause) {
            super(reason, cause, false, false);
        }
    }
}
