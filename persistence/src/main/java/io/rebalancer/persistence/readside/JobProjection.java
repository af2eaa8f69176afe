package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.registry.RegistryEvent;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/** The jobs, and the unmoved records of the current or last pass of each job. */
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
        // A later state includes the earlier states, so only the last state is written.
        StoredChange<JobChange> last = changes.get(changes.size() - 1);
        if (last.change() instanceof JobChange.Updated updated) {
            updateJob(handle, updated.jobId(), updated.state(), last.storedAt());
        }
        for (StoredChange<JobChange> each : changes) {
            if (each.change() instanceof JobChange.Registered registered) {
                insertJob(handle, registered.event());
            } else if (each.change() instanceof JobChange.Updated updated) {
                writeUnmoved(handle, each.sequenceNr(), updated);
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

    private static void updateJob(Handle handle, UUID jobId, JobState state, Instant storedAt) {
        try (Update update =
                handle.createUpdate("update job set state = :state, reason = :reason, pass = :pass, epoch = :epoch,"
                        + " ended_at = :endedAt, " + JobCountColumns.ASSIGNMENTS + " where id = :id")) {
            JobCountColumns.bind(update, state.counts());
            update.bind("state", state.phase().name())
                    .bind("reason", state.reason())
                    .bind("pass", state.passes().number())
                    .bind("epoch", state.epoch())
                    .bindByType("endedAt", state.phase().terminal() ? storedAt : null, Instant.class)
                    .bind("id", jobId)
                    .execute();
        }
    }

    private static void writeUnmoved(Handle handle, long sequenceNr, JobChange.Updated updated) {
        if (updated.event() instanceof JobEvent.PassStarted) {
            handle.execute("delete from object_exception where job_id = ?", updated.jobId());
        }
        if (updated.unmoved().isEmpty()) {
            return;
        }
        try (PreparedBatch insert = handle.prepareBatch("""
                insert into object_exception (job_id, ordinal, shard, record_key, kind, reason, detail)
                values (:jobId, :ordinal, :shard, :key, :kind, :reason, :detail)
                """)) {
            long ordinal = sequenceNr * ORDINALS_PER_EVENT;
            for (UnmovedRecord each : updated.unmoved()) {
                insert.bind("jobId", updated.jobId())
                        .bind("ordinal", ordinal++)
                        .bind("shard", each.record().shard())
                        .bind("key", each.record().key())
                        .bind("kind", each.kind().name())
                        .bind("reason", each.reason().name())
                        .bind("detail", each.detail())
                        .add();
            }
            insert.execute();
        }
    }
}
