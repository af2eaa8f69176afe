package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.registry.RegistryEvent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/** The jobs, and the unmoved records of the last passes of each job. */
final class JobProjection implements EventProjection<JobChange> {
    /** Above the number of records that one event can count as unmoved. */
    private static final int ORDINALS_PER_EVENT = 1_000_000;

    private static final JobCounts NO_RECORDS = new JobCounts(SettledCounts.ZERO, 0, 0, 0);

    @Override
    public List<String> tables() {
        return List.of("object_exception", "job");
    }

    @Override
    public void write(Handle handle, List<StoredChange<JobChange>> changes) {
        for (StoredChange<JobChange> each : changes) {
            if (each.change() instanceof JobChange.Registered registered) {
                insertJob(handle, registered.event());
            } else if (each.change() instanceof JobChange.Updated updated) {
                writeUnmoved(handle, each.sequenceNr(), updated);
                if (updated.event() instanceof JobEvent.JobEnded) {
                    endJob(handle, updated.jobId(), each.storedAt());
                }
            } else if (each.change() instanceof JobChange.Advanced advanced) {
                updateJob(handle, advanced.jobId(), advanced.state());
            }
        }
    }

    private static void insertJob(Handle handle, RegistryEvent.JobRegistered job) {
        try (Update insert = handle.createUpdate(
                "insert into job (id, leaving_node, datacenter, state, reason, created_at, pass, epoch, "
                        + JobCountColumns.NAMES
                        + ") values (:id, :leavingNode, :datacenter, 'SETUP', '', :createdAt, 0, 0, "
                        + JobCountColumns.PARAMETERS + ")")) {
            JobCountColumns.bind(insert, NO_RECORDS);
            insert.bind("id", job.jobId())
                    .bind("leavingNode", job.leaving().storageNode().text())
                    .bind("datacenter", job.leaving().datacenter())
                    .bind("createdAt", job.at())
                    .execute();
        }
    }

    /** Events that follow the end do not change its time. */
    private static void endJob(Handle handle, UUID jobId, Instant endedAt) {
        handle.execute("update job set ended_at = ? where id = ?", endedAt, jobId);
    }

    private static void updateJob(Handle handle, UUID jobId, JobState state) {
        try (Update update =
                handle.createUpdate("update job set state = :state, reason = :reason, pass = :pass, epoch = :epoch,"
                        + " pending_releases = :pendingReleases, " + JobCountColumns.ASSIGNMENTS + " where id = :id")) {
            JobCountColumns.bind(update, state.counts());
            int rows = update.bind("state", state.phase().name())
                    .bind("reason", state.reason())
                    .bind("pass", state.passes().number())
                    .bind("epoch", state.epoch())
                    .bind("pendingReleases", state.releases().all().size())
                    .bind("id", jobId)
                    .execute();
            if (rows != 1) {
                throw new IllegalStateException("job " + jobId + " is not in the tables; they were emptied");
            }
        }
    }

    /**
     * A row stays until its record is reported again, or until a whole later pass did not report it. So the list is
     * complete while a pass is running.
     */
    private static void writeUnmoved(Handle handle, long sequenceNr, JobChange.Updated updated) {
        if (updated.event() instanceof JobEvent.PassStarted started) {
            handle.execute(
                    "update object_exception set pass = ? where job_id = ? and pass is null",
                    started.pass() - 1,
                    updated.jobId());
        } else if (updated.event() instanceof JobEvent.PassFinished finished) {
            handle.execute(
                    "delete from object_exception where job_id = ? and pass < ?", updated.jobId(), finished.pass());
        }
        if (!updated.unmoved().isEmpty()) {
            Map<String, UnmovedRecord> byDigest = new LinkedHashMap<>();
            updated.unmoved().forEach(each -> byDigest.putIfAbsent(digest(each.record()), each));
            deleteUnmoved(handle, updated.jobId(), byDigest.keySet());
            insertUnmoved(handle, sequenceNr, updated, byDigest);
        }
    }

    private static void deleteUnmoved(Handle handle, UUID jobId, Set<String> digests) {
        try (PreparedBatch delete =
                handle.prepareBatch("delete from object_exception where job_id = :jobId and record_digest = :digest")) {
            for (String digest : digests) {
                delete.bind("jobId", jobId).bind("digest", digest).add();
            }
            delete.execute();
        }
    }

    private static void insertUnmoved(
            Handle handle, long sequenceNr, JobChange.Updated updated, Map<String, UnmovedRecord> byDigest) {
        try (PreparedBatch insert = handle.prepareBatch("""
                insert into object_exception
                  (job_id, ordinal, shard, record_key, record_digest, pass, kind, reason, detail)
                values (:jobId, :ordinal, :shard, :key, :digest, :pass, :kind, :reason, :detail)
                """)) {
            long ordinal = sequenceNr * ORDINALS_PER_EVENT;
            for (Map.Entry<String, UnmovedRecord> each : byDigest.entrySet()) {
                UnmovedRecord unmoved = each.getValue();
                insert.bind("jobId", updated.jobId())
                        .bind("ordinal", ordinal++)
                        .bind("shard", unmoved.record().shard())
                        .bind("key", unmoved.record().key())
                        .bind("digest", each.getKey())
                        .bind("pass", updated.pass())
                        .bind("kind", unmoved.kind().name())
                        .bind("reason", unmoved.reason().name())
                        .bind("detail", unmoved.detail())
                        .add();
            }
            insert.execute();
        }
    }

    /** Users choose the keys, so the digest must be one for which no user can construct two keys with the same value. */
    private static String digest(RecordRef record) {
        try {
            byte[] name = (record.shard() + " " + record.key()).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
