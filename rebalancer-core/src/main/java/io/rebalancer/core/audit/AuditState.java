package io.rebalancer.core.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What the audit log keeps in memory. Its size does not depend on the number of entries.
 *
 * @param last the last entry
 * @param recent the last facts that were stored, oldest first, to store a repeated fact once
 */
public record AuditState(AuditHead last, List<Stored> recent) {
    public static final AuditState EMPTY = new AuditState(AuditHead.START, List.of());
    /** A fact is repeated for at most a minute. */
    static final int MAX_RECENT = 500;

    /**
     * A stored fact.
     *
     * @param number of its entry
     */
    public record Stored(UUID id, long number) {}

    public AuditState {
        recent = List.copyOf(recent);
    }

    /** The number of the entry with this fact, if it is one of the last that were stored. */
    public OptionalLong find(UUID factId) {
        return recent.stream()
                .filter(each -> each.id().equals(factId))
                .mapToLong(Stored::number)
                .findFirst();
    }

    /** The state after {@code event}. Accepts every event and has no side effects, because the journal replays it. */
    public AuditState apply(AuditEvent event) {
        AuditEntry entry = ((AuditEvent.EntryAppended) event).entry();
        List<Stored> next = new ArrayList<>(recent);
        next.add(new Stored(entry.fact().id(), entry.number()));
        return new AuditState(entry.head(), next.subList(Math.max(0, next.size() - MAX_RECENT), next.size()));
    }
}
