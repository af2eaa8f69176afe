package io.rebalancer.persistence.readside;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Writes the table {@code reconciliation_suspect} for one run and storage node. */
final class Suspects {
    private static final String SELECT =
            "select owner, object_id, run_id from reconciliation_suspect where storage_node = :storage_node"
                    + " and object_id in (<objects>)";

    private static final String DELETE =
            "delete from reconciliation_suspect where storage_node = :storage_node and owner = :owner"
                    + " and object_id = :object_id";

    private static final String INSERT =
            "insert into reconciliation_suspect (storage_node, owner, object_id, run_id, seen_at)"
                    + " values (:storage_node, :owner, :object_id, :run_id, :seen_at)";

    private final UUID runId;
    private final StorageNodeId node;
    private final Instant at;
    private final Set<CopyKey> confirmed = new HashSet<>();

    Suspects(UUID runId, StorageNodeId node, Instant at) {
        this.runId = runId;
        this.node = node;
        this.at = at;
    }

    /** Copies that are wrong now, and were wrong for an earlier run. */
    Set<CopyKey> confirmed() {
        return Set.copyOf(confirmed);
    }

    void put(Handle handle, List<CopyKey> wrong, List<CopyKey> right) {
        confirmed.clear();
        Map<CopyKey, UUID> known = firstReads(handle, wrong);
        known.forEach((key, first) -> {
            if (!first.equals(runId)) {
                confirmed.add(key);
            }
        });
        batch(
                handle,
                INSERT,
                wrong.stream().filter(key -> !known.containsKey(key)).toList());
        batch(handle, DELETE, List.copyOf(firstReads(handle, right).keySet()));
    }

    /** The suspects among these copies, each with the run that read it first. */
    private Map<CopyKey, UUID> firstReads(Handle handle, List<CopyKey> keys) {
        Map<CopyKey, UUID> known = new HashMap<>();
        if (!keys.isEmpty()) {
            CopyKeys.rows(
                    handle.createQuery(SELECT).bind("storage_node", node.text()),
                    keys,
                    (key, row) -> known.put(key, row.getColumn("run_id", UUID.class)));
        }
        return known;
    }

    private void batch(Handle handle, String sql, List<CopyKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        try (PreparedBatch batch = handle.prepareBatch(sql)) {
            for (CopyKey key : keys) {
                batch.bind("storage_node", node.text())
                        .bind("owner", key.owner())
                        .bind("object_id", key.objectId());
                if (sql.equals(INSERT)) {
                    batch.bind("run_id", runId).bind("seen_at", at);
                }
                batch.add();
            }
            batch.execute();
        }
    }
}
