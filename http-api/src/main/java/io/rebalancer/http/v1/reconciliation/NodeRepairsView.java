package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a run repaired on one storage node.
 *
 * @param fault why not everything was tried, as a stable word; absent if it was
 * @param detail the fault for an operator; absent without one
 * @param repairs by the word of their class; a class without planned repairs is absent
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record NodeRepairsView(
        String storageNode, Optional<String> fault, Optional<String> detail, Map<String, RepairCounts> repairs) {

    static NodeRepairsView of(RepairReport report) {
        Map<String, RepairCounts> repairs = new TreeMap<>();
        report.repairs().forEach((repair, counts) -> repairs.put(repair.word(), counts));
        return new NodeRepairsView(
                report.node().text(),
                report.fault().map(AbortReason::word),
                Optional.of(report.detail()).filter(text -> !text.isEmpty()),
                repairs);
    }
}
