package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.explain.Attempt;
import io.rebalancer.core.explain.AttemptHistory;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.RecordAttempts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;

/** Reads the last attempt of a record from {@code object_exception}, and earlier ones from {@code object_attempt}. */
final class JdbcRecordAttempts implements RecordAttempts {
    private static final String COMMON =
            "shard, record_digest, ordinal, pass, kind, reason, detail, storage_node, assignment_id, ";

    private final ReadSide readSide;

    JdbcRecordAttempts(ReadSide readSide) {
        this.readSide = readSide;
    }

    /** @param total attempts so far as the row counts them; 0 for a row of {@code object_attempt} */
    private record Row(AttemptArchive.Row record, Attempt attempt, int total) {}

    @Override
    public CompletionStage<Map<RecordRef, AttemptHistory>> of(UUID jobId, Collection<RecordRef> records) {
        if (records.size() > MAX_RECORDS) {
            throw new IllegalArgumentException(records.size() + " records are asked for at a time");
        }
        return readSide.run(() -> records.isEmpty() ? Map.of() : histories(jobId, records));
    }

    private Map<RecordRef, AttemptHistory> histories(UUID jobId, Collection<RecordRef> records) {
        Map<AttemptArchive.Row, List<Row>> found = new HashMap<>();
        Map<RecordRef, AttemptArchive.Row> asked = new HashMap<>();
        records.forEach(each -> asked.put(each, new AttemptArchive.Row(each.shard(), UnmovedProjection.digest(each))));
        for (Row row : readSide.tables().<List<Row>>read(handle -> rows(handle, jobId, List.copyOf(asked.values())))) {
            found.computeIfAbsent(row.record(), record -> new ArrayList<>()).add(row);
        }
        Map<RecordRef, AttemptHistory> histories = new HashMap<>();
        asked.forEach((record, row) ->
                Optional.ofNullable(found.get(row)).ifPresent(rows -> histories.put(record, history(rows))));
        return histories;
    }

    /** The record may be counted from 1 again after it was settled, so there may be more rows than are counted. */
    private static AttemptHistory history(List<Row> rows) {
        int counted = rows.get(0).total();
        return new AttemptHistory(
                counted > 0,
                rows.stream()
                        .map(Row::attempt)
                        .limit(AttemptHistory.MAX_ATTEMPTS)
                        .toList(),
                Math.max(counted, rows.size()));
    }

    /** Newest first. */
    private static List<Row> rows(Handle handle, UUID jobId, List<AttemptArchive.Row> records) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < records.size(); i++) {
            names.append(i == 0 ? "" : ", ")
                    .append("(:shard")
                    .append(i)
                    .append(", :digest")
                    .append(i)
                    .append(')');
        }
        String of = " where job_id = :jobId and (shard, record_digest) in (" + names + ")";
        String statement = "select " + COMMON + "last_at as at, attempts from object_exception" + of
                + " union all select " + COMMON + "at, 0 as attempts from object_attempt" + of
                + " order by ordinal desc";
        try (Query query = handle.createQuery(statement)) {
            query.bind("jobId", jobId);
            for (int i = 0; i < records.size(); i++) {
                query.bind("shard" + i, records.get(i).shard())
                        .bind("digest" + i, records.get(i).digest());
            }
            return query.map(JdbcRecordAttempts::row).list();
        }
    }

    private static Row row(RowView row) {
        return new Row(
                new AttemptArchive.Row(
                        row.getColumn("shard", Integer.class), row.getColumn("record_digest", String.class)),
                new Attempt(
                        row.getColumn("pass", Integer.class),
                        Optional.ofNullable(row.getColumn("at", Instant.class)),
                        Optional.ofNullable(row.getColumn("assignment_id", UUID.class)),
                        Optional.ofNullable(row.getColumn("storage_node", String.class)),
                        UnmovedRecord.Kind.valueOf(row.getColumn("kind", String.class)),
                        Reason.valueOf(row.getColumn("reason", String.class)),
                        row.getColumn("detail", String.class)),
                row.getColumn("attempts", Integer.class));
    }
}
