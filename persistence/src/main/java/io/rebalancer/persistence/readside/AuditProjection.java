package io.rebalancer.persistence.readside;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.text.StableWord;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The actions on jobs, by operators and by the incarnations of the jobs themselves. */
final class AuditProjection implements EventProjection<JobChange> {

    /** @param action a stable word */
    private record Entry(String action, String detail) {}

    @Override
    public List<JobTable> tables() {
        return List.of(new JobTable("audit", "job_id"));
    }

    @Override
    public void write(Handle handle, List<StoredChange<JobChange>> changes) {
        for (StoredChange<JobChange> each : changes) {
            if (each.change() instanceof JobChange.Updated updated) {
                entry(updated.event()).ifPresent(entry -> insert(handle, each, updated, entry));
            }
        }
    }

    private static Optional<Entry> entry(JobEvent event) {
        if (event instanceof JobEvent.JobCreated e) {
            return Optional.of(new Entry("job_created", "empties " + e.leaving().storageNode()));
        }
        if (event instanceof JobEvent.IncarnationBegan e) {
            return Optional.of(new Entry("job_taken_over", "epoch " + e.epoch()));
        }
        if (event instanceof JobEvent.CommitParallelismSet e) {
            return Optional.of(new Entry("commit_parallelism_set", "to " + e.records()));
        }
        if (event instanceof JobEvent.SettingsChanged e) {
            return Optional.of(new Entry("settings_changed", e.change().text()));
        }
        if (event instanceof JobEvent.RetryOrdered e) {
            String reasons = e.reasons().stream().map(StableWord::of).collect(Collectors.joining(", "));
            return Optional.of(new Entry("exceptions_retried", "with " + reasons));
        }
        return event instanceof JobEvent.JobEnded e
                ? Optional.of(new Entry("job_ended", (e.phase() + " " + e.reason()).strip()))
                : Optional.empty();
    }

    private static void insert(Handle handle, StoredChange<JobChange> stored, JobChange.Updated updated, Entry entry) {
        try (Update insert = handle.createUpdate("""
                insert into audit (persistence_id, sequence_number, at, job_id, action, detail)
                values (:persistenceId, :sequenceNr, :at, :jobId, :action, :detail)
                """)) {
            insert.bind("persistenceId", stored.persistenceId())
                    .bind("sequenceNr", stored.sequenceNr())
                    .bind("at", stored.storedAt())
                    .bind("jobId", updated.jobId())
                    .bind("action", entry.action())
                    .bind("detail", entry.detail())
                    .execute();
        }
    }
}
