package io.rebalancer.persistence.readside;

import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.registry.RegistryEvent;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The jobs. */
final class JobProjection implements EventProjection<JobChange> {
    private static final JobCounts NO_RECORDS = new JobCounts(SettledCounts.ZERO, 0, 0, 0);

    @Override
    public List<JobTable> tables() {
        return List.of(new JobTable("job", "id"));
    }

    @Override
    public void write(Handle handle, List<StoredChange<JobChange>> changes) {
        for (StoredChange<JobChange> each : changes) {
            if (each.change() instanceof JobChange.Registered registered) {
                insertJob(handle, registered.event());
            } else if (each.change() instanceof JobChange.Updated updated) {
                if (updated.event() instanceof JobEvent.JobEnded) {
                    endJob(handle, updated.jobId(), each.storedAt());
                }
            } else if (each.change() instanceof JobChange.Advanced advanced) {
                updateJob(handle, advanced.jobId(), advanced.state());
            }
        }
    }

    /** The row of a job whose events are deleted stays when the tables are emptied. */
    private static void insertJob(Handle handle, RegistryEvent.JobRegistered job) {
        try (Update insert = handle.createUpdate(
                "insert into job (id, leaving_node, datacenter, state, reason, created_at, pass, epoch, "
                        + JobCountColumns.NAMES
                        + ") select :id, :leavingNode, :datacenter, 'SETUP', '', :createdAt, 0, 0, "
                        + JobCountColumns.PARAMETERS + " where not exists (select 1 from job where id = :id)")) {
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
}
