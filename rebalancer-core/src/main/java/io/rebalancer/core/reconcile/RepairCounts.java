package io.rebalancer.core.reconcile;

import io.rebalancer.core.reconcile.Finding.State;

/**
 * What became of the planned repairs of one class on one storage node.
 *
 * @param repaired repairs that were done, and seen to be done
 * @param noLongerTrue findings that were no drift any more when they were looked at again
 * @param failed repairs that failed; a later run tries again
 * @param parked repairs that failed in several runs, and wait
 * @param left repairs that were not tried, because the class had reached its limit, or its condition did not hold
 */
public record RepairCounts(long repaired, long noLongerTrue, long failed, long parked, long left) {
    /** Nothing was planned. */
    public static final RepairCounts NONE = new RepairCounts(0, 0, 0, 0, 0);

    /** One more repair that ended in this state; a finding that is still planned was left. */
    public RepairCounts plus(State state) {
        return switch (state) {
            case REPAIRED -> new RepairCounts(repaired + 1, noLongerTrue, failed, parked, left);
            case NO_LONGER_TRUE -> new RepairCounts(repaired, noLongerTrue + 1, failed, parked, left);
            case FAILED -> new RepairCounts(repaired, noLongerTrue, failed + 1, parked, left);
            case PARKED -> new RepairCounts(repaired, noLongerTrue, failed, parked + 1, left);
            case PLANNED, FOUND -> new RepairCounts(repaired, noLongerTrue, failed, parked, left + 1);
        };
    }

    /** The sums. */
    public RepairCounts plus(RepairCounts other) {
        return new RepairCounts(
                repaired + other.repaired,
                noLongerTrue + other.noLongerTrue,
                failed + other.failed,
                parked + other.parked,
                left + other.left);
    }
}
