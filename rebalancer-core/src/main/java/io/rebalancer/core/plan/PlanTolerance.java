package io.rebalancer.core.plan;

/**
 * How much the fleet may change between a plan and its job.
 *
 * @param displacedPercent share of the planned space whose destination has no space for it any more
 * @param usedPercent change of the space that the leaving node uses
 */
public record PlanTolerance(int displacedPercent, int usedPercent) {
    public static final PlanTolerance DEFAULT = new PlanTolerance(5, 5);
}
