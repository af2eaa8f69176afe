package io.rebalancer.core.plan;

import java.util.List;

/**
 * Why an order about a plan is refused.
 *
 * @param detail what is wrong, where, and what to do; one line
 * @param changes the differences between the fleet of the plan and the present one beyond the tolerance; empty for other reasons
 */
public record PlanRefusal(Code code, String detail, List<String> changes) {

    /** The reasons, as stable words. */
    public enum Code {
        PLAN_NOT_FOUND,
        PLAN_NOT_READY,
        PLAN_OUTDATED,
        PLAN_MISMATCH,
        PLAN_IS_WHAT_IF,
        TOO_MANY_PLANS,
        UNKNOWN_STORAGE_NODE,
        /** The id of the plan is that of a plan for another order. */
        IDEMPOTENCY_KEY_REUSED,
        FLEET_UNKNOWN
    }

    public PlanRefusal {
        changes = List.copyOf(changes);
    }

    /** A refusal for another reason than changes of the fleet. */
    public static PlanRefusal of(Code code, String detail) {
        return new PlanRefusal(code, detail, List.of());
    }
}
