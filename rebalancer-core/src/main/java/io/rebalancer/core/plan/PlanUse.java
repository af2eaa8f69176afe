package io.rebalancer.core.plan;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.plan.PlanRefusal.Code;
import java.util.List;
import java.util.Optional;

/** Decides whether a job may be created from a plan. Pure. */
public final class PlanUse {

    private PlanUse() {}

    /**
     * Why a plan can't be used for a job, whatever the present fleet is; empty if it can.
     *
     * @param leaving the node that the job empties
     * @param maxRecords the number of records that the job may take up, or 0 for all
     */
    public static Optional<PlanRefusal> refusal(PlanReport plan, CopyLocation leaving, long maxRecords) {
        PlanOrder order = plan.order();
        if (order.isWhatIf()) {
            return refuse(
                    Code.PLAN_IS_WHAT_IF,
                    named(plan)
                            + " is about a fleet that does not exist; create a plan without a scenario for the job");
        }
        if (!order.leaving().contains(leaving)) {
            return refuse(
                    Code.PLAN_MISMATCH,
                    named(plan) + " is for " + order.leavingText() + ", not for " + leaving.storageNode()
                            + "; use a plan for that storage node");
        }
        if (order.maxRecords() != maxRecords) {
            return refuse(
                    Code.PLAN_MISMATCH,
                    named(plan) + " is for " + limit(order.maxRecords()) + ", not for " + limit(maxRecords)
                            + "; give the job the maxObjects of its plan");
        }
        return switch (plan.progress().state()) {
            case READY -> Optional.empty();
            case RUNNING ->
                refuse(Code.PLAN_NOT_READY, named(plan) + " is still being computed; wait until it is READY");
            case FAILED ->
                refuse(
                        Code.PLAN_NOT_READY,
                        named(plan) + " has failed: " + plan.progress().note() + "; create another plan");
        };
    }

    /** The refusal of a plan whose fleet has changed. */
    public static PlanRefusal outdated(PlanReport plan, List<String> changes) {
        return new PlanRefusal(
                Code.PLAN_OUTDATED,
                "the fleet has changed since " + named(plan) + " began at " + plan.createdAt() + ": "
                        + String.join("; ", changes) + "; create another plan",
                changes);
    }

    private static Optional<PlanRefusal> refuse(Code code, String detail) {
        return Optional.of(PlanRefusal.of(code, detail));
    }

    private static String named(PlanReport plan) {
        return "plan " + plan.id();
    }

    private static String limit(long maxRecords) {
        return maxRecords == 0 ? "all objects" : "at most " + maxRecords + " objects";
    }
}
