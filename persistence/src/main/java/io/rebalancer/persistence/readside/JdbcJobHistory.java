package io.rebalancer.persistence.readside;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.rates.RateHistory;
import io.rebalancer.core.rates.RateQuery;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.result.RowView;

/** Reads the tables page by page. A page starts behind a sort key, so its cost does not depend on its place in the list. */
final class JdbcJobHistory implements JobHistory {
    static final Listing<JobLine> JOBS = new Listing<>(
            "job",
            List.of(),
            List.of("created_at", "id"),
            ListOrder.NEWEST,
            cursor -> List.of(cursor.time(0), cursor.uuid(1)),
            JdbcJobHistory::job,
            row -> List.of(time(row, "created_at"), uuid(row, "id")));

    static final Listing<ExceptionLine> EXCEPTIONS = new Listing<>(
            "object_exception",
            List.of("job_id"),
            List.of("ordinal"),
            ListOrder.OLDEST,
            cursor -> List.of(cursor.number(0)),
            JdbcJobHistory::exception,
            row -> List.of(row.getColumn("ordinal", Long.class)));

    static final Listing<AuditLine> AUDIT = new Listing<>(
            "audit",
            List.of(),
            List.of("at", "persistence_id", "sequence_number"),
            ListOrder.NEWEST,
            cursor -> List.of(cursor.time(0), cursor.text(1), cursor.number(2)),
            JdbcJobHistory::audit,
            row -> List.of(time(row, "at"), text(row, "persistence_id"), row.getColumn("sequence_number", Long.class)));

    static final Listing<OrphanLine> ORPHANS = new Listing<>(
            "orphan",
            List.of(),
            List.of("recorded_at", "job_id", "assignment_id", "object_id"),
            ListOrder.NEWEST,
            cursor -> List.of(cursor.time(0), cursor.uuid(1), cursor.uuid(2), cursor.uuid(3)),
            JdbcJobHistory::orphan,
            row -> List.of(
                    time(row, "recorded_at"), uuid(row, "job_id"), uuid(row, "assignment_id"), uuid(row, "object_id")));

    private final ReadSide readSide;
    private final PagedLists lists;

    JdbcJobHistory(ReadSide readSide) {
        this.readSide = readSide;
        this.lists = new PagedLists(readSide);
    }

    @Override
    public CompletionStage<Page<JobLine>> jobs(JobFilter filter, ListOrder order, Optional<String> after, int most) {
        Map<String, Object> columns = new TreeMap<>();
        if (!filter.states().isEmpty()) {
            columns.put("state", filter.states().stream().map(JobPhase::name).toList());
        }
        filter.leavingNode().ifPresent(node -> columns.put("leaving_node", node));
        filter.datacenter().ifPresent(datacenter -> columns.put("datacenter", datacenter));
        return lists.page(JOBS, columns, order, after, most);
    }

    @Override
    public CompletionStage<Page<ExceptionLine>> exceptions(
            UUID jobId, Optional<Reason> reason, ListOrder order, Optional<String> after, int most) {
        Map<String, Object> filter = new TreeMap<>(Map.of("job_id", jobId));
        reason.ifPresent(cause -> filter.put("reason", cause.name()));
        return lists.page(EXCEPTIONS, filter, order, after, most);
    }

    @Override
    public CompletionStage<Page<AuditLine>> audit(ListOrder order, Optional<String> after, int most) {
        return lists.page(AUDIT, Map.of(), order, after, most);
    }

    @Override
    public CompletionStage<Page<OrphanLine>> orphans(
            Optional<UUID> job, ListOrder order, Optional<String> after, int most) {
        return lists.page(
                ORPHANS, job.<Map<String, ?>>map(id -> Map.of("job_id", id)).orElse(Map.of()), order, after, most);
    }

    @Override
    public CompletionStage<Optional<RateHistory>> rates(UUID jobId, RateQuery query, Instant now) {
        return readSide.run(() -> readSide.tables().read(handle -> JobRates.read(handle, jobId, query, now)));
    }

    @Override
    public CompletionStage<Long> takenIn(UUID jobId) {
        return readSide.run(() ->
                readSide.tables().position(PersistentEntities.evacuateJob(jobId).id()));
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
