package io.rebalancer.persistence.readside;

import io.rebalancer.core.explain.AttemptHistory;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/**
 * Keeps rows of {@code object_exception} that are about to be changed or deleted as earlier attempts, in table
 * {@code object_attempt}. A record that was left once, as most are, has no row there.
 */
final class AttemptArchive {
    static final String TABLE = "object_attempt";
    /** The last attempt is in {@code object_exception} as long as the record is unmoved. */
    private static final int MAX_EARLIER = AttemptHistory.MAX_ATTEMPTS - 1;

    private static final String COLUMNS =
            "job_id, shard, record_digest, ordinal, pass, kind, reason, detail, storage_node, assignment_id, ";

    private static final String COPY = "insert into object_attempt (" + COLUMNS + "at) select " + COLUMNS
            + "last_at from object_exception where job_id = :jobId";

    private static final String RECORD = " and shard = :shard and record_digest = :digest";

    /** All records of an event. */
    private static final String RECORDS = " and (shard, record_digest) in (select * from unnest(:shards, :digests))";

    private static final String POSTGRESQL_TRIM = "delete from object_attempt where job_id = :jobId"
            + " and (shard, record_digest, ordinal) in (select shard, record_digest, ordinal from ("
            + "select shard, record_digest, ordinal, row_number() over"
            + " (partition by shard, record_digest order by ordinal desc) as place"
            + " from object_attempt where job_id = :jobId" + RECORDS + ") as placed where place > " + MAX_EARLIER + ")";

    /** All records of a job, once for a pass. */
    private static final String TRIM_ALL = POSTGRESQL_TRIM.replace(RECORDS, "");

    private static final String H2_TRIM = "delete from object_attempt where job_id = :jobId" + RECORD
            + " and ordinal not in (select ordinal from object_attempt where job_id = :jobId" + RECORD
            + " order by ordinal desc limit " + MAX_EARLIER + ")";

    private AttemptArchive() {}

    /** A record, as the tables identify it. */
    record Row(int shard, String digest) {}

    /** Keeps the rows of these records, and of each record no more than the newest attempts. */
    static void keep(Handle handle, UUID jobId, List<Row> rows) {
        if (DatabaseKind.of(handle) == DatabaseKind.POSTGRESQL) {
            if (execute(handle, COPY + RECORDS, jobId, rows) > 0) {
                execute(handle, POSTGRESQL_TRIM, jobId, rows);
            }
        } else if (batch(handle, COPY + RECORD, jobId, rows) > 0) {
            batch(handle, H2_TRIM, jobId, rows);
        }
    }

    /** Keeps the rows of records that were reported last by passes before {@code pass}. */
    static void keepBefore(Handle handle, UUID jobId, int pass) {
        try (Update copy = handle.createUpdate(COPY + " and pass < :pass")) {
            trimAfter(
                    handle, jobId, copy.bind("jobId", jobId).bind("pass", pass).execute());
        }
    }

    /** Keeps all rows of a job. */
    static void keepAll(Handle handle, UUID jobId) {
        try (Update copy = handle.createUpdate(COPY)) {
            trimAfter(handle, jobId, copy.bind("jobId", jobId).execute());
        }
    }

    private static void trimAfter(Handle handle, UUID jobId, int kept) {
        if (kept > 0) {
            try (Update trim = handle.createUpdate(TRIM_ALL)) {
                trim.bind("jobId", jobId).execute();
            }
        }
    }

    private static int execute(Handle handle, String statement, UUID jobId, List<Row> rows) {
        try (Update update = handle.createUpdate(statement)) {
            return update.bind("jobId", jobId)
                    .bindArray(
                            "shards",
                            Integer.class,
                            rows.stream().map(Row::shard).toList())
                    .bindArray(
                            "digests",
                            String.class,
                            rows.stream().map(Row::digest).toList())
                    .execute();
        }
    }

    private static int batch(Handle handle, String statement, UUID jobId, List<Row> rows) {
        int changed = 0;
        try (PreparedBatch batch = handle.prepareBatch(statement)) {
            for (Row row : rows) {
                batch.bind("jobId", jobId)
                        .bind("shard", row.shard())
                        .bind("digest", row.digest())
                        .add();
            }
            for (int rowsOfOne : batch.execute()) {
                changed += Math.max(0, rowsOfOne);
            }
        }
        return changed;
    }
}
