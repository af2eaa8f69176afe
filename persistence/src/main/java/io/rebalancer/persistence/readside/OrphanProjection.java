package io.rebalancer.persistence.readside;

import io.rebalancer.core.evacuate.JobEvent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The copies that may stay on storage nodes, and that no metadata record is known to name. */
final class OrphanProjection implements EventProjection<JobChange> {

    @Override
    public List<JobTable> tables() {
        return List.of(new JobTable("orphan", "job_id"));
    }

    @Override
    public void write(Handle handle, List<StoredChange<JobChange>> changes) {
        for (StoredChange<JobChange> each : changes) {
            if (each.change() instanceof JobChange.Updated updated
                    && updated.event() instanceof JobEvent.CopiesOrphaned orphaned
                    && !orphaned.objects().isEmpty()) {
                Set<UUID> objects = new LinkedHashSet<>(orphaned.objects());
                delete(handle, updated.jobId(), orphaned.assignmentId(), objects);
                insert(handle, updated.jobId(), orphaned, objects);
            }
        }
    }

    /** A job may report a copy twice, for example with the commit and with the release. The later cause counts. */
    private static void delete(Handle handle, UUID jobId, UUID assignmentId, Set<UUID> objects) {
        try (PreparedBatch delete = handle.prepareBatch("delete from orphan where job_id = :jobId"
                + " and assignment_id = :assignmentId and object_id = :objectId")) {
            for (UUID object : objects) {
                delete.bind("jobId", jobId)
                        .bind("assignmentId", assignmentId)
                        .bind("objectId", object)
                        .add();
            }
            delete.execute();
        }
    }

    private static void insert(Handle handle, UUID jobId, JobEvent.CopiesOrphaned orphaned, Set<UUID> objects) {
        try (PreparedBatch insert = handle.prepareBatch("""
                insert into orphan (job_id, assignment_id, object_id, storage_node, detail, recorded_at)
                values (:jobId, :assignmentId, :objectId, :storageNode, :detail, :recordedAt)
                """)) {
            for (UUID object : objects) {
                insert.bind("jobId", jobId)
                        .bind("assignmentId", orphaned.assignmentId())
                        .bind("objectId", object)
                        .bind("storageNode", orphaned.node().text())
                        .bind("detail", orphaned.detail())
                        .bind("recordedAt", orphaned.at())
                        .add();
            }
            insert.execute();
        }
    }
}
