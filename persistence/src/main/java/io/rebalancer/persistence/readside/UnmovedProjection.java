package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.object.RecordRef;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/**
 * The records that stay on the leaving node, one row for each. A row stays until its record is settled, or until a whole
 * later pass did not report the record. So the list is complete while a pass is running.
 */
final class UnmovedProjection implements EventProjection<JobChange> {
    /** Above the number of records that one event can leave. */
    private static final int ORDINALS_PER_EVENT = 1_000_000;

    private static final String COLUMNS =
            "job_id, ordinal, shard, record_key, record_digest, pass, kind, reason, detail,"
                    + " storage_node, assignment_id, attempts, first_at, last_at";

    private static final String VALUES = "cast(:jobId as uuid), :ordinal, :shard, :key, :digest, :pass, :kind, :reason,"
            + " :detail, :storageNode, cast(:assignmentId as uuid), 1, :at, :at";

    /** What a further report changes in a row; {@code NEW} is the row of the report. */
    private static final String CHANGES =
            "ordinal = NEW.ordinal, pass = NEW.pass, kind = NEW.kind, reason = NEW.reason,"
                    + " detail = NEW.detail, storage_node = NEW.storage_node, assignment_id = NEW.assignment_id,"
                    + " attempts = object_exception.attempts + 1,"
                    + " first_at = coalesce(object_exception.first_at, NEW.first_at), last_at = NEW.last_at";

    private static final String POSTGRESQL_UPSERT = "insert into object_exception (" + COLUMNS + ") values (" + VALUES
            + ") on conflict (job_id, shard, record_digest) do update set " + CHANGES.replace("NEW", "excluded");

    private static final String H2_UPSERT = "merge into object_exception using (values (" + VALUES + ")) as report ("
            + COLUMNS + ") on (object_exception.job_id = report.job_id and object_exception.shard = report.shard"
            + " and object_exception.record_digest = report.record_digest)"
            + " when matched then update set " + CHANGES.replace("NEW", "report")
            + " when not matched then insert (" + COLUMNS + ") values (report."
            + COLUMNS.replace(", ", ", report.") + ")";

    /** One statement for all records of an event. */
    private static final String POSTGRESQL_DELETE = "delete from object_exception where job_id = :jobId"
            + " and (shard, record_digest) in (select * from unnest(:shards, :digests))";

    private static final String H2_DELETE =
            "delete from object_exception where job_id = :jobId and shard = :shard and record_digest = :digest";

    private static final long FIRST_ANALYZE = 200;

    /** Rows written by this projection, and their number at which the table is analyzed again. */
    private final AtomicLong written = new AtomicLong();

    private final AtomicLong nextAnalyze = new AtomicLong(FIRST_ANALYZE);

    @Override
    public List<JobTable> tables() {
        return List.of(new JobTable("object_exception", "job_id"), new JobTable(AttemptArchive.TABLE, "job_id"));
    }

    @Override
    public void write(Handle handle, List<StoredChange<JobChange>> changes) {
        for (StoredChange<JobChange> each : changes) {
            if (each.change() instanceof JobChange.Updated updated) {
                if (updated.allVisited() && updated.event() instanceof JobEvent.PassFinished finished) {
                    AttemptArchive.keepBefore(handle, updated.jobId(), finished.pass());
                    handle.execute(
                            "delete from object_exception where job_id = ? and pass < ?",
                            updated.jobId(),
                            finished.pass());
                }
                if (updated.nothingLeft()) {
                    // A record may have left the node, by a user or with its object, after the pass had reported it.
                    AttemptArchive.keepAll(handle, updated.jobId());
                    handle.execute("delete from object_exception where job_id = ?", updated.jobId());
                }
                upsert(handle, each, updated);
                delete(handle, updated.jobId(), updated.settled());
            }
        }
    }

    private void upsert(Handle handle, StoredChange<JobChange> stored, JobChange.Updated updated) {
        // The later report of a record counts, and takes the later place.
        Map<String, UnmovedRecord> byDigest = new LinkedHashMap<>();
        for (UnmovedRecord each : updated.event().unmoved()) {
            String digest = digest(each.record());
            byDigest.remove(digest);
            byDigest.put(digest, each);
        }
        if (byDigest.isEmpty()) {
            return;
        }
        AttemptArchive.keep(
                handle,
                updated.jobId(),
                byDigest.entrySet().stream()
                        .map(each ->
                                new AttemptArchive.Row(each.getValue().record().shard(), each.getKey()))
                        .toList());
        Optional<Assignment> assignment = updated.ended();
        try (PreparedBatch upsert = handle.prepareBatch(
                DatabaseKind.of(handle) == DatabaseKind.POSTGRESQL ? POSTGRESQL_UPSERT : H2_UPSERT)) {
            long ordinal = stored.sequenceNr() * ORDINALS_PER_EVENT;
            for (Map.Entry<String, UnmovedRecord> each : byDigest.entrySet()) {
                UnmovedRecord unmoved = each.getValue();
                upsert.bind("jobId", updated.jobId())
                        .bind("ordinal", ordinal++)
                        .bind("shard", unmoved.record().shard())
                        .bind("key", unmoved.record().key())
                        .bind("digest", each.getKey())
                        .bind("pass", updated.pass())
                        .bind("kind", unmoved.kind().name())
                        .bind("reason", unmoved.reason().name())
                        .bind("detail", unmoved.detail())
                        .bind(
                                "storageNode",
                                assignment
                                        .map(ended -> ended.destination()
                                                .storageNode()
                                                .text())
                                        .orElse(null))
                        .bind("assignmentId", assignment.map(Assignment::id).orElse(null))
                        .bind("at", stored.storedAt())
                        .add();
            }
            upsert.execute();
        }
        analyzeIfGrown(handle, byDigest.size());
    }

    /**
     * PostgreSQL analyzes a new table automatically after about a minute. Until then it takes the table for empty, finds one index as
     * good as another, and reads all rows of the job for each record that it deletes.
     */
    private void analyzeIfGrown(Handle handle, int rows) {
        long total = written.addAndGet(rows);
        long next = nextAnalyze.get();
        if (total >= next
                && nextAnalyze.compareAndSet(next, 2 * total)
                && DatabaseKind.of(handle) == DatabaseKind.POSTGRESQL) {
            handle.execute("analyze object_exception");
            handle.execute("analyze " + AttemptArchive.TABLE);
        }
    }

    private static void delete(Handle handle, UUID jobId, List<RecordRef> records) {
        if (records.isEmpty()) {
            return;
        }
        AttemptArchive.keep(
                handle,
                jobId,
                records.stream()
                        .map(record -> new AttemptArchive.Row(record.shard(), digest(record)))
                        .toList());
        if (DatabaseKind.of(handle) == DatabaseKind.POSTGRESQL) {
            deleteTogether(handle, jobId, records);
        } else {
            deleteInBatch(handle, jobId, records);
        }
    }

    private static void deleteTogether(Handle handle, UUID jobId, List<RecordRef> records) {
        try (Update delete = handle.createUpdate(POSTGRESQL_DELETE)) {
            delete.bind("jobId", jobId)
                    .bindArray(
                            "shards",
                            Integer.class,
                            records.stream().map(RecordRef::shard).toList())
                    .bindArray(
                            "digests",
                            String.class,
                            records.stream().map(UnmovedProjection::digest).toList())
                    .execute();
        }
    }

    private static void deleteInBatch(Handle handle, UUID jobId, List<RecordRef> records) {
        try (PreparedBatch delete = handle.prepareBatch(H2_DELETE)) {
            for (RecordRef record : records) {
                delete.bind("jobId", jobId)
                        .bind("shard", record.shard())
                        .bind("digest", digest(record))
                        .add();
            }
            delete.execute();
        }
    }

    /**
     * A key may be too long for an index. Users choose the keys, so the digest must be one for which no user can construct
     * two keys with the same value.
     */
    static String digest(RecordRef record) {
        try {
            byte[] name = (record.shard() + " " + record.key()).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
