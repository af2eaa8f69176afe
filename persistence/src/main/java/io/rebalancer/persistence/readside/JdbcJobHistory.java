package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.port.JobHistory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;

/** Reads the tables page by page. A page starts behind a sort key, so its cost does not depend on its place in the list. */
final class JdbcJobHistory implements JobHistory {
    private static final Listing<JobLine> JOBS = new Listing<>(
            "job",
            "created_at desc, id desc",
            "(created_at < :keyTime or (created_at = :keyTime and id < :keyId))",
            cursor -> Map.of("keyTime", cursor.time(0), "keyId", cursor.uuid(1)),
            JdbcJobHistory::job,
            row -> PageCursor.of(time(row, "created_at"), uuid(row, "id")),
            2);

    private static final Listing<ExceptionLine> EXCEPTIONS = new Listing<>(
            "object_exception",
            "ordinal",
            "ordinal > :keyOrdinal",
            cursor -> Map.of("keyOrdinal", cursor.number(0)),
            JdbcJobHistory::exception,
            row -> PageCursor.of(row.getColumn("ordinal", Long.class)),
            1);

    private static final Listing<AuditLine> AUDIT = new Listing<>(
            "audit",
            "at desc, persistence_id desc, sequence_number desc",
            "(at < :keyTime or (at = :keyTime and (persistence_id < :keyPersistenceId"
                    + " or (persistence_id = :keyPersistenceId and sequence_number < :keySequenceNr))))",
            cursor -> Map.of(
                    "keyTime", cursor.time(0), "keyPersistenceId", cursor.text(1), "keySequenceNr", cursor.number(2)),
            JdbcJobHistory::audit,
            row -> PageCursor.of(
                    time(row, "at"), text(row, "persistence_id"), row.getColumn("sequence_number", Long.class)),
            3);

    private static final Listing<OrphanLine> ORPHANS = new Listing<>(
            "orphan",
            "recorded_at desc, job_id desc, assignment_id desc, object_id desc",
            "(recorded_at, job_id, assignment_id, object_id) < (:keyTime, :keyJob, :keyAssignment, :keyObject)",
            cursor -> Map.of(
                    "keyTime",
                    cursor.time(0),
                    "keyJob",
                    cursor.uuid(1),
                    "keyAssignment",
                    cursor.uuid(2),
                    "keyObject",
                    cursor.uuid(3)),
            JdbcJobHistory::orphan,
            row -> PageCursor.of(
                    time(row, "recorded_at"), uuid(row, "job_id"), uuid(row, "assignment_id"), uuid(row, "object_id")),
            4);

    private final ReadSide readSide;

    JdbcJobHistory(ReadSide readSide) {
        this.readSide = readSide;
    }

    /**
     * A list with a total order.
     *
     * @param behind the condition for rows behind a sort key
     * @param key the parameters of {@code behind}
     * @param cursor the sort key of a row
     * @param keyParts the number of columns of the sort key
     */
    private record Listing<T>(
            String table,
            String order,
            String behind,
            Function<PageCursor, Map<String, ?>> key,
            Function<RowView, T> line,
            Function<RowView, String> cursor,
            int keyParts) {}

    private record Row<T>(T line, String cursor) {}

    @Override
    public CompletionStage<Page<JobLine>> jobs(JobFilter filter, Optional<String> after, int most) {
        Map<String, Object> columns = new TreeMap<>();
        if (!filter.states().isEmpty()) {
            columns.put("state", filter.states().stream().map(JobPhase::name).toList());
        }
        filter.leavingNode().ifPresent(node -> columns.put("leaving_node", node));
        filter.datacenter().ifPresent(datacenter -> columns.put("datacenter", datacenter));
        return page(JOBS, columns, after, most);
    }

    @Override
    public CompletionStage<Page<ExceptionLine>> exceptions(
            UUID jobId, Optional<Reason> reason, Optional<String> after, int most) {
        Map<String, Object> filter = new TreeMap<>(Map.of("job_id", jobId));
        reason.ifPresent(cause -> filter.put("reason", cause.name()));
        return page(EXCEPTIONS, filter, after, most);
    }

    @Override
    public CompletionStage<Page<AuditLine>> audit(Optional<String> after, int most) {
        return page(AUDIT, Map.of(), after, most);
    }

    @Override
    public CompletionStage<Page<OrphanLine>> orphans(Optional<UUID> job, Optional<String> after, int most) {
        return page(ORPHANS, job.<Map<String, ?>>map(id -> Map.of("job_id", id)).orElse(Map.of()), after, most);
    }

    @Override
    public CompletionStage<Long> takenIn(UUID jobId) {
        return readSide.run(() ->
                readSide.tables().position(PersistentEntities.evacuateJob(jobId).id()));
    }

    /** @param filter the values that columns must have; one of the values of a list */
    private <T> CompletionStage<Page<T>> page(
            Listing<T> listing, Map<String, ?> filter, Optional<String> after, int most) {
        return readSide.run(() -> {
            Map<String, Object> parameters = new TreeMap<>();
            List<String> conditions = new ArrayList<>();
            filter.forEach((column, value) -> conditions.add(condition(column, value, parameters)));
            after.ifPresent(given -> {
                conditions.add(listing.behind());
                parameters.putAll(listing.key().apply(PageCursor.parse(given, listing.keyParts())));
            });
            String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
            String sql = "select * from " + listing.table() + where + " order by " + listing.order() + " limit :limit";
            // One row more than the page has shows whether there is a next page.
            parameters.put("limit", most + 1);
            List<Row<T>> rows = rows(listing, sql, parameters);
            List<T> lines = rows.stream().limit(most).map(Row::line).toList();
            return new Page<>(
                    lines, rows.size() > most ? Optional.of(rows.get(most - 1).cursor()) : Optional.empty());
        });
    }

    /** The condition for a column, whose parameters are added to {@code parameters}. */
    private static String condition(String column, Object value, Map<String, Object> parameters) {
        if (!(value instanceof List<?> values)) {
            parameters.put(column, value);
            return column + " = :" + column;
        }
        List<String> names = new ArrayList<>();
        for (Object each : values) {
            String name = column + "_" + names.size();
            names.add(":" + name);
            parameters.put(name, each);
        }
        return column + " in (" + String.join(", ", names) + ")";
    }

    private <T> List<Row<T>> rows(Listing<T> listing, String sql, Map<String, ?> parameters) {
        return readSide.tables().read(handle -> {
            try (Query query = handle.createQuery(sql)) {
                return query.bindMap(parameters)
                        .map((RowView row) -> new Row<>(
                                listing.line().apply(row), listing.cursor().apply(row)))
                        .list();
            }
        });
    }

    private static JobLine job(RowView row) {
        return new JobLine(
                uuid(row, "id"),
                text(row, "leaving_node"),
                text(row, "datacenter"),
                text(row, "state"),
                text(row, "reason"),
                time(row, "created_at"),
                Optional.ofNullable(row.getColumn("ended_at", Instant.class)),
                row.getColumn("pass", Integer.class),
                row.getColumn("epoch", Long.class),
                JobCountColumns.read(row));
    }

    private static ExceptionLine exception(RowView row) {
        return new ExceptionLine(
                row.getColumn("shard", Integer.class),
                text(row, "record_key"),
                UnmovedRecord.Kind.valueOf(text(row, "kind")),
                Reason.valueOf(text(row, "reason")),
                text(row, "detail"),
                row.getColumn("pass", Integer.class),
                row.getColumn("attempts", Integer.class),
                Optional.ofNullable(row.getColumn("storage_node", String.class)),
                Optional.ofNullable(row.getColumn("assignment_id", UUID.class)),
                Optional.ofNullable(row.getColumn("first_at", Instant.class)),
                Optional.ofNullable(row.getColumn("last_at", Instant.class)));
    }

    private static AuditLine audit(RowView row) {
        return new AuditLine(time(row, "at"), uuid(row, "job_id"), text(row, "action"), text(row, "detail"));
    }

    private static OrphanLine orphan(RowView row) {
        return new OrphanLine(
                uuid(row, "job_id"),
                uuid(row, "assignment_id"),
                text(row, "storage_node"),
                uuid(row, "object_id"),
                text(row, "detail"),
                time(row, "recorded_at"));
    }

    private static UUID uuid(RowView row, String column) {
        return row.getColumn(column, UUID.class);
    }

    private static String text(RowView row, String column) {
        return row.getColumn(column, String.class);
    }

    private static Instant time(RowView row, String column) {
        return row.getColumn(column, Instant.class);
    }
}
