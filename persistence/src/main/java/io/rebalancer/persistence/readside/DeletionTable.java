package io.rebalancer.persistence.readside;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/**
 * The columns of table {@code projection} about deleted events. A deletion is stored before it begins, on condition that
 * the tables have the job's state, so neither a frozen projector nor a rebuild can lose events that are still needed.
 * Blocking.
 */
final class DeletionTable {
    private final Jdbi jdbi;

    DeletionTable(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Events that the tables no longer need.
     *
     * @param stateRevision the number of the last event that the stored state of the job includes
     * @param deletedTo events up to this number are deleted
     */
    record Deletable(String persistenceId, long stateRevision, long deletedTo) {}

    /**
     * Persistence ids with at least {@code minEvents} such events, in ascending order.
     *
     * @param after only ids after this one
     * @param limit the maximum number of ids
     */
    List<Deletable> deletable(String after, long minEvents, int limit) {
        return jdbi.withHandle(handle -> {
            try (Query query = handle.createQuery("""
                    select persistence_id, state_sequence_number, deleted_to from projection
                    where state is not null and state_sequence_number - deleted_to >= :minEvents
                      and persistence_id > :after
                    order by persistence_id limit :limit
                    """)) {
                return query.bind("minEvents", minEvents)
                        .bind("after", after)
                        .bind("limit", limit)
                        .map((RowView row) -> new Deletable(
                                row.getColumn("persistence_id", String.class),
                                row.getColumn("state_sequence_number", Long.class),
                                row.getColumn("deleted_to", Long.class)))
                        .list();
            }
        });
    }

    /** Whether the events up to {@code to} may be deleted. If so, the tables have stored that they may be missing. */
    boolean begin(String persistenceId, long to) {
        return jdbi.withHandle(handle -> {
            boolean begun = update(
                    handle,
                    "update projection set deletion_begun_to = greatest(deletion_begun_to, :to)"
                            + " where persistence_id = :id and state is not null and state_sequence_number >= :to",
                    persistenceId,
                    to);
            if (begun && DatabaseKind.of(handle) == DatabaseKind.H2) {
                // H2 forces its file later than a commit. Events must not be deleted that a crash makes necessary
                // again.
                handle.execute("checkpoint sync");
            }
            return begun;
        });
    }

    /** The events up to {@code to} are deleted. */
    void end(String persistenceId, long to) {
        jdbi.useHandle(handle -> update(
                handle,
                "update projection set deleted_to = greatest(deleted_to, :to) where persistence_id = :id",
                persistenceId,
                to));
    }

    private static boolean update(Handle handle, String sql, String persistenceId, long to) {
        try (Update update = handle.createUpdate(sql)) {
            return update.bind("id", persistenceId).bind("to", to).execute() == 1;
        }
    }
}
