package io.rebalancer.persistence.readside;

import io.rebalancer.core.audit.AuditChain;
import io.rebalancer.core.audit.AuditEntry;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The entries of the audit log, as their texts. */
final class AuditEntryProjection implements EventProjection<AuditEntry> {
    static final String TABLE = "audit_entry";

    /** None: the entries are not rows of jobs. */
    @Override
    public List<JobTable> tables() {
        return List.of();
    }

    @Override
    public void write(Handle handle, List<StoredChange<AuditEntry>> changes) {
        try (PreparedBatch insert =
                handle.prepareBatch("insert into " + TABLE + " (sequence_number, line) values (:sequenceNr, :line)")) {
            for (StoredChange<AuditEntry> each : changes) {
                insert.bind("sequenceNr", each.sequenceNr())
                        .bind("line", AuditChain.line(each.change()))
                        .add();
            }
            insert.execute();
        }
    }
}
