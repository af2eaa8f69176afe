package io.rebalancer.persistence.readside;

import io.rebalancer.core.port.ExpiredRuns;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/** Deletes rows of the tables of reconciliation, some at a time, so no transaction is long. */
final class JdbcExpiredRuns implements ExpiredRuns {
    private static final String SELECT =
            "select id from reconciliation_run where ended_at < :time order by ended_at, id limit :limit";

    private final ReadSide readSide;

    JdbcExpiredRuns(ReadSide readSide) {
        this.readSide = readSide;
    }

    @Override
    public CompletionStage<List<UUID>> endedBefore(Instant time, int limit) {
        return readSide.run(() -> readSide.tables().read(handle -> {
            try (Query query = handle.createQuery(SELECT)) {
                return query.bind("time", time)
                        .bind("limit", limit)
                        .mapTo(UUID.class)
                        .list();
            }
        }));
    }

    @Override
    public CompletionStage<Integer> deleteFindings(UUID runId) {
        return delete(
                "reconciliation_finding",
                "run_id, storage_node, kind, owner, object_id",
                "run_id = :run_id",
                update -> update.bind("run_id", runId));
    }

    @Override
    public CompletionStage<Void> deleteRun(UUID runId) {
        return delete("reconciliation_run", "id", "id = :run_id", update -> update.bind("run_id", runId))
                .thenAccept(deleted -> {});
    }

    @Override
    public CompletionStage<Integer> deleteFailures(Instant before) {
        return delete(
                "reconciliation_failure",
                "storage_node, kind, owner, object_id",
                "last_at < :before",
                update -> update.bind("before", before));
    }

    @Override
    public CompletionStage<Integer> deleteSuspects(Instant before) {
        return delete(
                "reconciliation_suspect",
                "storage_node, owner, object_id",
                "seen_at < :before",
                update -> update.bind("before", before));
    }

    private CompletionStage<Integer> delete(String table, String key, String which, Consumer<Update> bind) {
        return readSide.run(() -> {
            AtomicInteger deleted = new AtomicInteger();
            readSide.tables().change(handle -> {
                // A row that was written again meanwhile is younger, and stays.
                try (Update delete = handle.createUpdate("delete from " + table + " where " + which + " and (" + key
                        + ") in (select " + key + " from " + table + " where " + which + " limit :limit)")) {
                    bind.accept(delete.bind("limit", MAX_ROWS));
                    deleted.set(delete.execute());
                }
            });
            return deleted.get();
        });
    }
}
