package io.rebalancer.manager.reconcile;

import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.SystemDecision;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.port.AuditTrail.AuditUnavailable;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.text.OneLine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Records each batch of repairs in the audit log, before it begins and after it has ended. Without the entry, nothing is changed. */
final class RepairAudit {
    /** Objects that an entry names; the findings of the run have all. */
    private static final int SAMPLE = 5;

    private final AuditTrail trail;
    private final RunToken token;
    private final StorageNodeId node;
    private final RunScope scope;
    private final Duration timeout;
    private int batches;

    RepairAudit(AuditTrail trail, RunToken token, StorageNodeId node, RunScope scope, Duration timeout) {
        this.trail = trail;
        this.token = token;
        this.node = node;
        this.scope = scope;
        this.timeout = timeout;
    }

    /** A batch that has begun. */
    final class Batch {
        private final Repair repair;
        private final int number;

        private Batch(Repair repair, int number) {
            this.repair = repair;
            this.number = number;
        }

        /** Records what became of it. Throws {@link RunFault} if that can't be stored. */
        void end(List<Finding> ended) {
            RepairCounts counts = RepairCounts.NONE;
            for (Finding each : ended) {
                counts = counts.plus(each.state());
            }
            end(
                    counts,
                    ended.stream()
                            .filter(each -> each.state() == Finding.State.REPAIRED)
                            .map(each -> each.key().objectId())
                            .toList());
        }

        /**
         * Records what became of it. Throws {@link RunFault} if that can't be stored.
         *
         * @param repaired the objects that were repaired
         */
        void end(RepairCounts counts, List<UUID> repaired) {
            Map<String, String> parameters = parameters(repair, number);
            parameters.put("repaired", String.valueOf(counts.repaired()));
            parameters.put("noLongerTrue", String.valueOf(counts.noLongerTrue()));
            parameters.put("failed", String.valueOf(counts.failed()));
            parameters.put("left", String.valueOf(counts.left()));
            parameters.put(
                    "sample",
                    repaired.stream().limit(SAMPLE).map(UUID::toString).collect(Collectors.joining(",")));
            append("reconciliation.end-repairs", number, parameters);
        }
    }

    /** Records that repairs begin. Throws {@link RunFault} if that can't be stored; then nothing may be changed. */
    Batch begin(Repair repair, int objects) {
        batches++;
        Map<String, String> parameters = parameters(repair, batches);
        parameters.put("objects", String.valueOf(objects));
        append("reconciliation.begin-repairs", batches, parameters);
        return new Batch(repair, batches);
    }

    private Map<String, String> parameters(Repair repair, int number) {
        return new TreeMap<>(Map.of(
                "run", token.runId().toString(),
                "epoch", String.valueOf(token.epoch()),
                "repair", repair.word(),
                "batch", String.valueOf(number)));
    }

    private void append(String action, int number, Map<String, String> parameters) {
        String id = token.runId() + " " + token.epoch() + " " + node + " " + number + " " + action;
        AuditFact fact = AuditFact.decided(
                UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)),
                new SystemDecision(action, node.text(), parameters));
        try {
            scope.await(trail.append(fact), timeout);
        } catch (TimeoutException e) {
            throw new RunFault(new AuditUnavailable("the audit log does not answer: " + OneLine.of(e), e));
        }
    }
}
