package io.rebalancer.manager.reconcile;

import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RunEvent;
import java.util.List;
import java.util.Map;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.tag.TagSet;

/**
 * Counts what runs find and repair, once each, when the event of a storage node is stored. A replay counts nothing. No label
 * names a storage node, an owner or a key, because there are many of each.
 */
final class ReconcileMetrics {
    private ReconcileMetrics() {}

    /**
     * Registers the counters with the value 0. A counter that begins with its first event has no increase, so an alert would
     * miss the first repair that fails.
     */
    static void register() {
        for (DriftKind kind : DriftKind.values()) {
            findings(kind);
        }
        for (Repair repair : Repair.values()) {
            if (repair != Repair.NONE) {
                byResult(RepairCounts.NONE).keySet().forEach(result -> repairs(repair, result));
            }
        }
        suspects();
    }

    /** @param stored events of one run that were stored just now */
    static void count(List<RunEvent> stored) {
        for (RunEvent event : stored) {
            if (event instanceof RunEvent.NodeCompared compared) {
                count(compared.report());
            } else if (event instanceof RunEvent.NodeRepaired repaired) {
                count(repaired.report());
            }
        }
    }

    private static void count(NodeReport report) {
        report.found().forEach((kind, found) -> findings(kind).increment(found));
        suspects().increment(report.contents().suspects());
    }

    private static void count(RepairReport report) {
        report.repairs()
                .forEach((repair, counts) -> byResult(counts)
                        .forEach((result, count) -> repairs(repair, result).increment(count)));
    }

    private static Map<String, Long> byResult(RepairCounts counts) {
        return Map.of(
                "repaired", counts.repaired(),
                "no_longer_true", counts.noLongerTrue(),
                "failed", counts.failed(),
                "parked", counts.parked(),
                "left", counts.left());
    }

    private static Counter findings(DriftKind kind) {
        return Kamon.counter("rebalancer.reconcile.findings").withTag("kind", kind.word());
    }

    private static Counter repairs(Repair repair, String result) {
        return Kamon.counter("rebalancer.reconcile.repairs")
                // Both at once: one tag after the other would leave a series with the first one only.
                .withTags(TagSet.of("class", repair.word()).withTag("result", result));
    }

    private static Counter suspects() {
        return Kamon.counter("rebalancer.reconcile.suspects").withoutTags();
    }
}
