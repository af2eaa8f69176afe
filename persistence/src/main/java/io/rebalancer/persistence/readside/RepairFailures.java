package io.rebalancer.persistence.readside;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.ParkingRule;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Update;

/** Reads and writes the table {@code reconciliation_failure}. */
final class RepairFailures {
    private static final String OF_COPY =
            " where storage_node = :storage_node and kind = :kind and owner = :owner and object_id = :object_id";

    private static final String COUNT =
            "update reconciliation_failure set failures = case when run_id = :run_id then failures else failures + 1 end,"
                    + " run_id = :run_id, last_at = :last_at" + OF_COPY;

    private static final String INSERT = """
            insert into reconciliation_failure (storage_node, kind, owner, object_id, failures, run_id, last_at)
            values (:storage_node, :kind, :owner, :object_id, 1, :run_id, :last_at)
            """;

    private static final String SELECT = """
            select owner, object_id, failures, last_at from reconciliation_failure
            where storage_node = :storage_node and kind = :kind and object_id in (<objects>)
            """;

    private RepairFailures() {}

    /** A repair failed in a run. */
    static void count(Handle handle, UUID runId, Finding repair, Instant at) {
        if (execute(handle, COUNT, repair, runId, at) == 0) {
            execute(handle, INSERT, repair, runId, at);
        }
    }

    private static int execute(Handle handle, String sql, Finding repair, UUID runId, Instant at) {
        try (Update update = handle.createUpdate(sql)) {
            return JdbcReconciliationFindings.bindKey(update, repair)
                    .bind("run_id", runId)
                    .bind("last_at", at)
                    .execute();
        }
    }

    /** The copy is repaired, or needs no repair. */
    static void forget(Handle handle, Finding repair) {
        try (Update delete = handle.createUpdate("delete from reconciliation_failure" + OF_COPY)) {
            JdbcReconciliationFindings.bindKey(delete, repair).execute();
        }
    }

    static Map<CopyKey, ParkingRule.Failures> of(
            Handle handle, StorageNodeId node, DriftKind kind, List<CopyKey> keys) {
        Map<CopyKey, ParkingRule.Failures> found = new HashMap<>();
        CopyKeys.rows(
                handle.createQuery(SELECT).bind("storage_node", node.text()).bind("kind", kind.name()),
                keys,
                (key, row) -> found.put(key, failures(row)));
        return found;
    }

    private static ParkingRule.Failures failures(RowView row) {
        return new ParkingRule.Failures(
                row.getColumn("failures", Integer.class), row.getColumn("last_at", Instant.class));
    }
}
