package io.rebalancer.manager.reconcile;

import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.SystemDecision;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The entry of the audit log about the end of a run. */
final class RunEndAudit {
    private RunEndAudit() {}

    /**
     * The entry. It has the same id whenever it is made.
     *
     * @param run a run that has ended
     */
    static AuditFact fact(RunState run) {
        RunOrder order = run.order().orElseThrow();
        RunLine line = RunLines.of(run, 0);
        Map<String, String> parameters = new TreeMap<>(Map.of(
                "mode", order.mode().word(),
                "phase", run.phase().name(),
                "orderedBy", order.orderedBy(),
                "nodes", String.valueOf(line.nodes()),
                "compared", String.valueOf(line.comparisons().compared()),
                "unknown", String.valueOf(line.comparisons().unknown())));
        run.abort().map(AbortReason::word).ifPresent(reason -> parameters.put("abort", reason));
        run.endedAt().ifPresent(end -> parameters.put("at", end.toString()));
        order.planId().ifPresent(plan -> parameters.put("plan", plan.toString()));
        if (!run.detail().isEmpty()) {
            parameters.put("detail", run.detail());
        }
        if (order.mode().changes()) {
            putRepairs(parameters, run);
        } else {
            parameters.put("found", String.valueOf(line.comparisons().found()));
        }
        return AuditFact.decided(
                UUID.nameUUIDFromBytes(("end of run " + order.id()).getBytes(StandardCharsets.UTF_8)),
                new SystemDecision("reconciliation.end-run", order.id().toString(), parameters));
    }

    private static void putRepairs(Map<String, String> parameters, RunState run) {
        RepairCounts all = RepairCounts.NONE;
        for (RepairReport report : run.repairs().values()) {
            for (RepairCounts each : report.repairs().values()) {
                all = all.plus(each);
            }
        }
        parameters.put("repaired", String.valueOf(all.repaired()));
        parameters.put("noLongerTrue", String.valueOf(all.noLongerTrue()));
        parameters.put("failed", String.valueOf(all.failed()));
        parameters.put("parked", String.valueOf(all.parked()));
        parameters.put("left", String.valueOf(all.left()));
    }
}
