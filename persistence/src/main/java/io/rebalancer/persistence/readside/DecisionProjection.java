package io.rebalancer.persistence.readside;

import io.rebalancer.core.audit.SystemDecision;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.RegistryEvent;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** The decisions of the system about jobs and storage nodes, for the audit log. {@link DecisionRecorder} passes them on. */
final class DecisionProjection implements EventProjection<JobChange> {

    /** None: a decision stays in the audit log, so its row stays too. */
    @Override
    public List<JobTable> tables() {
        return List.of();
    }

    @Override
    public void write(Handle handle, List<StoredChange<JobChange>> changes) {
        for (StoredChange<JobChange> each : changes) {
            decision(handle, each).ifPresent(decision -> DecisionTable.add(handle, each, decision));
        }
    }

    private static Optional<SystemDecision> decision(Handle handle, StoredChange<JobChange> stored) {
        if (stored.change() instanceof JobChange.Updated updated) {
            return SystemDecision.of(updated.jobId(), updated.event(), updated.ended(), stored.storedAt());
        }
        if (stored.change() instanceof JobChange.Registered registered) {
            return Optional.of(SystemDecision.of(registered.event(), stored.storedAt()));
        }
        return stored.change() instanceof JobChange.Closed closed
                ? SystemDecision.of(closed.event(), leavingNode(handle, closed.event()), stored.storedAt())
                : Optional.empty();
    }

    /** The registry closes a job after it has registered it, so there is a row. */
    private static StorageNodeId leavingNode(Handle handle, RegistryEvent.JobClosed event) {
        try (Query query = handle.createQuery("select leaving_node from job where id = :id")) {
            return new StorageNodeId(
                    query.bind("id", event.jobId()).mapTo(String.class).one());
        }
    }
}
