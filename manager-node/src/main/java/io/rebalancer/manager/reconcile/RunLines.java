package io.rebalancer.manager.reconcile;

import io.rebalancer.core.port.ReconciliationFindings.Comparisons;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;

/** The line of a run in the list of runs. */
final class RunLines {
    private RunLines() {}

    /** @param run a run that exists */
    static RunLine of(RunState run, long revision) {
        RunOrder order = run.order().orElseThrow();
        int compared = 0;
        long found = 0;
        long repaired = 0;
        for (RepairReport report : run.repairs().values()) {
            compared += report.fault().isEmpty() ? 1 : 0;
            repaired += report.repairs().values().stream()
                    .mapToLong(RepairCounts::repaired)
                    .sum();
        }
        for (NodeReport report : run.reports().values()) {
            compared += report.fault().isEmpty() ? 1 : 0;
            found += report.found().values().stream().mapToLong(each -> each).sum();
        }
        return new RunLine(
                order.id(),
                order.number(),
                revision,
                order.mode(),
                run.phase(),
                run.abort(),
                order.orderedBy(),
                run.createdAt().orElseThrow(),
                run.endedAt(),
                order.nodes().size(),
                new Comparisons(compared, run.reports().size() + run.repairs().size() - compared, found, repaired));
    }
}
