package io.rebalancer.persistence.readside;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.ParkingRule;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.Update;

/** Reads and writes the tables {@code reconciliation_run} and {@code reconciliation_finding}. */
final class JdbcReconciliationFindings implements ReconciliationFindings {
    private static final List<String> KEY = List.of("storage_node", "kind", "owner", "object_id");

    static final Listing<Finding> FINDINGS = new Listing<>(
            "reconciliation_finding",
            List.of("run_id"),
            KEY,
            ListOrder.OLDEST,
            cursor -> List.of(cursor.text(0), cursor.text(1), cursor.uuid(2), cursor.uuid(3)),
            JdbcReconciliationFindings::finding,
            row -> List.of(text(row, "storage_node"), text(row, "kind"), uuid(row, "owner"), uuid(row, "object_id")));

    static final Listing<RunLine> RUNS = new Listing<>(
            "reconciliation_run",
            List.of(),
            List.of("run_number"),
            ListOrder.NEWEST,
            cursor -> List.of(cursor.number(0)),
            JdbcReconciliationFindings::run,
            row -> List.of(number(row, "run_number")));

    private static final String DELETE_FINDING =
            "delete from reconciliation_finding where run_id = :run_id and storage_node = :storage_node and kind = :kind"
                    + " and owner = :owner and object_id = :object_id";

    private static final String INSERT_FINDING = """
            insert into reconciliation_finding (run_id, storage_node, kind, owner, object_id, claimed_bytes, found_bytes,
              since, other_copies, shards, state, detail)
            values (:run_id, :storage_node, :kind, :owner, :object_id, :claimed_bytes, :found_bytes,
              :since, :other_copies, :shards, :state, :detail)
            """;

    private static final String SELECT_STATES = """
            select owner, object_id, state from reconciliation_finding
            where run_id = :run_id and storage_node = :storage_node and kind = :kind and object_id in (<objects>)
            """;

    private static final String UPDATE_RUN = """
            update reconciliation_run set revision = :revision, phase = :phase, abort_reason = :abort_reason,
              ended_at = :ended_at, compared = :compared, not_compared = :not_compared, found = :found,
              repaired = :repaired
            where id = :id and revision <= :revision
            """;

    private static final String INSERT_RUN = """
            insert into reconciliation_run (id, run_number, revision, mode, phase, abort_reason, ordered_by, created_at,
              ended_at, nodes, compared, not_compared, found, repaired)
            values (:id, :run_number, :revision, :mode, :phase, :abort_reason, :ordered_by, :created_at,
              :ended_at, :nodes, :compared, :not_compared, :found, :repaired)
            """;

    private final ReadSide readSide;
    private final PagedLists lists;

    JdbcReconciliationFindings(ReadSide readSide) {
        this.readSide = readSide;
        this.lists = new PagedLists(readSide);
    }

    @Override
    public CompletionStage<Void> clear(UUID runId, StorageNodeId node) {
        return write(handle -> handle.execute(
                "delete from reconciliation_finding where run_id = ? and storage_node = ?", runId, node.text()));
    }

    @Override
    public CompletionStage<Void> add(UUID runId, List<Finding> findings) {
        requireFew(findings.size());
        return findings.isEmpty()
                ? CompletableFuture.completedStage(null)
                : write(handle -> replace(handle, runId, findings));
    }

    private static void requireFew(int findings) {
        if (findings > MAX_FINDINGS) {
            throw new IllegalArgumentException("at most " + MAX_FINDINGS + " findings at a time");
        }
    }

    private static void replace(Handle handle, UUID runId, List<Finding> findings) {
        try (PreparedBatch delete = handle.prepareBatch(DELETE_FINDING);
                PreparedBatch insert = handle.prepareBatch(INSERT_FINDING)) {
            for (Finding each : findings) {
                bindKey(delete, each).bind("run_id", runId).add();
                bind(insert, each).bind("run_id", runId).add();
            }
            delete.execute();
            insert.execute();
        }
    }

    @Override
    public CompletionStage<Void> addRepairs(UUID runId, List<Finding> repairs, Instant at) {
        requireFew(repairs.size());
        return write(handle -> {
            for (Finding each : repairs) {
                switch (each.state()) {
                    case FAILED -> RepairFailures.count(handle, runId, each, at);
                    case REPAIRED, NO_LONGER_TRUE -> RepairFailures.forget(handle, each);
                    case PARKED -> {}
                    case FOUND, PLANNED -> throw new IllegalArgumentException("not a repair: " + each);
                }
            }
            if (!repairs.isEmpty()) {
                replace(handle, runId, repairs);
            }
        });
    }

    @Override
    public CompletionStage<Map<CopyKey, Finding.State>> stored(
            UUID runId, StorageNodeId node, DriftKind kind, List<CopyKey> keys) {
        return keys.isEmpty()
                ? CompletableFuture.completedStage(Map.of())
                : readSide.run(() -> readSide.tables().read(handle -> {
                    Map<CopyKey, Finding.State> states = new HashMap<>();
                    CopyKeys.rows(
                            handle.createQuery(SELECT_STATES)
                                    .bind("run_id", runId)
                                    .bind("storage_node", node.text())
                                    .bind("kind", kind.name()),
                            keys,
                            (key, row) -> states.put(key, Finding.State.valueOf(text(row, "state"))));
                    return states;
                }));
    }

    @Override
    public CompletionStage<Map<CopyKey, ParkingRule.Failures>> failures(
            StorageNodeId node, DriftKind kind, List<CopyKey> keys) {
        return keys.isEmpty()
                ? CompletableFuture.completedStage(Map.of())
                : readSide.run(() -> readSide.tables().read(handle -> RepairFailures.of(handle, node, kind, keys)));
    }

    @Override
    public CompletionStage<Set<CopyKey>> putContents(
            UUID runId, StorageNodeId node, List<CopyKey> wrong, List<CopyKey> right, Instant at) {
        return readSide.run(() -> {
            Suspects suspects = new Suspects(runId, node, at);
            readSide.tables().change(handle -> suspects.put(handle, wrong, right));
            return suspects.confirmed();
        });
    }

    static <S extends SqlStatement<S>> S bindKey(S statement, Finding finding) {
        return statement
                .bind("storage_node", finding.node().text())
                .bind("kind", finding.kind().name())
                .bind("owner", finding.key().owner())
                .bind("object_id", finding.key().objectId());
    }

    private static PreparedBatch bind(PreparedBatch insert, Finding finding) {
        return bindKey(insert, finding)
                .bind("claimed_bytes", finding.claimedBytes())
                .bind("found_bytes", finding.foundBytes())
                .bindByType("since", finding.since().orElse(null), Instant.class)
                .bind("other_copies", finding.otherCopies())
                .bind("shards", finding.shards().stream().map(String::valueOf).collect(Collectors.joining(" ")))
                .bind("state", finding.state().name())
                .bind("detail", finding.detail());
    }

    @Override
    public CompletionStage<Page<Finding>> findings(UUID runId, Filter filter, Optional<String> after, int limit) {
        Map<String, Object> columns = new TreeMap<>(Map.of("run_id", runId));
        filter.node().ifPresent(node -> columns.put("storage_node", node.text()));
        filter.kind().ifPresent(kind -> columns.put("kind", kind.name()));
        filter.state().ifPresent(state -> columns.put("state", state.name()));
        return lists.page(FINDINGS, columns, ListOrder.OLDEST, after, limit);
    }

    @Override
    public CompletionStage<Void> putRun(RunLine run) {
        return write(handle -> {
            try (Update update = handle.createUpdate(UPDATE_RUN)) {
                if (bindChanging(update, run).execute() > 0 || exists(handle, run.id())) {
                    return;
                }
            }
            try (Update insert = handle.createUpdate(INSERT_RUN)) {
                bindChanging(insert, run)
                        .bind("run_number", run.number())
                        .bind("mode", run.mode().name())
                        .bind("ordered_by", run.orderedBy())
                        .bind("created_at", run.createdAt())
                        .bind("nodes", run.nodes())
                        .execute();
            }
        });
    }

    private static Update bindChanging(Update update, RunLine run) {
        return update.bind("id", run.id())
                .bind("revision", run.revision())
                .bind("phase", run.phase().name())
                .bindByType("abort_reason", run.abort().map(Enum::name).orElse(null), String.class)
                .bindByType("ended_at", run.endedAt().orElse(null), Instant.class)
                .bind("compared", run.comparisons().compared())
                .bind("not_compared", run.comparisons().unknown())
                .bind("found", run.comparisons().found())
                .bind("repaired", run.comparisons().repaired());
    }

    /** A row of a later revision stays. */
    private static boolean exists(Handle handle, UUID id) {
        return handle.createQuery("select count(*) from reconciliation_run where id = :id")
                        .bind("id", id)
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    @Override
    public CompletionStage<Page<RunLine>> runs(ListOrder order, Optional<String> after, int limit) {
        return lists.page(RUNS, Map.of(), order, after, limit);
    }

    private CompletionStage<Void> write(Consumer<Handle> work) {
        return readSide.run(() -> {
            readSide.tables().change(work);
            return null;
        });
    }

    private static Finding finding(RowView row) {
        String shards = text(row, "shards");
        return new Finding(
                new StorageNodeId(text(row, "storage_node")),
                DriftKind.valueOf(text(row, "kind")),
                new CopyKey(uuid(row, "owner"), uuid(row, "object_id")),
                number(row, "claimed_bytes"),
                number(row, "found_bytes"),
                Optional.ofNullable(row.getColumn("since", Instant.class)),
                row.getColumn("other_copies", Integer.class),
                shards.isEmpty()
                        ? List.of()
                        : Arrays.stream(shards.split(" ")).map(Integer::valueOf).toList(),
                Finding.State.valueOf(text(row, "state")),
                text(row, "detail"));
    }

    private static RunLine run(RowView row) {
        return new RunLine(
                uuid(row, "id"),
                number(row, "run_number"),
                number(row, "revision"),
                RunMode.valueOf(text(row, "mode")),
                RunPhase.valueOf(text(row, "phase")),
                Optional.ofNullable(row.getColumn("abort_reason", String.class)).map(AbortReason::valueOf),
                text(row, "ordered_by"),
                row.getColumn("created_at", Instant.class),
                Optional.ofNullable(row.getColumn("ended_at", Instant.class)),
                row.getColumn("nodes", Integer.class),
                new Comparisons(
                        row.getColumn("compared", Integer.class),
                        row.getColumn("not_compared", Integer.class),
                        number(row, "found"),
                        number(row, "repaired")));
    }

    private static UUID uuid(RowView row, String column) {
        return row.getColumn(column, UUID.class);
    }

    private static String text(RowView row, String column) {
        return row.getColumn(column, String.class);
    }

    private static long number(RowView row, String column) {
        return row.getColumn(column, Long.class);
    }
}
