package io.rebalancer.core.audit;

/** A fact about the audit log, stored in the journal. Class names and members are part of the stored format. */
public sealed interface AuditEvent {

    /** An entry was appended. */
    record EntryAppended(AuditEntry entry) implements AuditEvent {}
}
