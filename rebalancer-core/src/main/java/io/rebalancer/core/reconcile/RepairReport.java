package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.util.Map;
import java.util.Optional;

/**
 * What a run repaired on one storage node.
 *
 * @param fault why not everything was tried; empty if it was
 * @param detail the fault for an operator: what is wrong and what to do; or empty text
 * @param repairs by class; a class without planned repairs is absent
 */
public record RepairReport(
        StorageNodeId node, Optional<AbortReason> fault, String detail, Map<Repair, RepairCounts> repairs) {
    private static final int OUTLINE_DETAIL = 100;

    /** Keeps a copy of the counts. */
    public RepairReport {
        repairs = Map.copyOf(repairs);
    }

    /** The same report with the beginning of its detail. */
    public RepairReport outline() {
        return new RepairReport(node, fault, detail.substring(0, Math.min(detail.length(), OUTLINE_DETAIL)), repairs);
    }
}
