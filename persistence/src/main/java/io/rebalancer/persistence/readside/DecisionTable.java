package io.rebalancer.persistence.readside;

import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.SystemDecision;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/** The decisions of the system, and which of them the audit log has. Blocking. */
final class DecisionTable {
    private final Jdbi jdbi;

    DecisionTable(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A decision that the audit log may not have yet, by the event that states it. */
    record Unrecorded(String persistenceId, long sequenceNr, SystemDecision decision) {

        /** The same fact in each attempt, so that the audit log stores it once. */
        AuditFact fact() {
            String event = persistenceId + "/" + sequenceNr;
            return AuditFact.decided(UUID.nameUUIDFromBytes(event.getBytes(StandardCharsets.UTF_8)), decision);
        }
    }

    /** Adds the decision of an event, unless the table has it from an earlier projection of the same event. */
    static void add(Handle handle, StoredChange<?> event, SystemDecision decision) {
        try (Update insert = handle.createUpdate("""
                insert into system_decision (persistence_id, sequence_number, decision, recorded)
                select cast(:id as varchar), :sequenceNr, cast(:decision as varchar), false
                where not exists (
                  select 1 from system_decision where persistence_id = :id and sequence_number = :sequenceNr
                )
                """)) {
            insert.bind("id", event.persistenceId())
                    .bind("sequenceNr", event.sequenceNr())
                    .bind("decision", decision.text())
                    .execute();
        }
    }

    /** The oldest decisions that the audit log may not have. */
    List<Unrecorded> unrecorded(int limit) {
        return jdbi.withHandle(handle -> {
            try (Query query = handle.createQuery(
                    "select * from system_decision where recorded = false order by ordinal limit :limit")) {
                return query.bind("limit", limit)
                        .map((RowView row) -> new Unrecorded(
                                row.getColumn("persistence_id", String.class),
                                row.getColumn("sequence_number", Long.class),
                                SystemDecision.parse(row.getColumn("decision", String.class))))
                        .list();
            }
        });
    }

    /** The number of decisions that the audit log may not have. */
    long countUnrecorded() {
        return jdbi.withHandle(handle -> {
            try (Query query = handle.createQuery("select count(*) from system_decision where recorded = false")) {
                return query.mapTo(Long.class).one();
            }
        });
    }

    /** The audit log has this decision. */
    void markRecorded(Unrecorded decision) {
        jdbi.useHandle(handle -> handle.execute(
                "update system_decision set recorded = true where persistence_id = ? and sequence_number = ?",
                decision.persistenceId(),
                decision.sequenceNr()));
    }
}
