package io.rebalancer.persistence.readside;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/**
 * The tables of the read side. Each transaction writes changes and advances the position of their persistence id with a
 * compare-and-set. So each event counts exactly once, even if two projectors write. Blocking; methods throw
 * {@link org.jdbi.v3.core.JdbiException} if the database fails.
 */
public final class ReadSideTables {
    /** Flyway's location of the scripts that create the tables, in PostgreSQL and in H2. */
    public static final String MIGRATIONS = "classpath:io/rebalancer/persistence/migrations/readside";

    private static final String POSITIONS = "projection";

    private final Jdbi jdbi;

    private ReadSideTables(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** @param connections opens connections that the tables close */
    public static ReadSideTables over(ConnectionFactory connections) {
        return new ReadSideTables(Jdbi.create(connections).installPlugin(new ColumnTypes()));
    }

    /** Empties all tables. A running projector notices, and fills them again from the first event. */
    public void clear() {
        jdbi.useTransaction(handle -> {
            handle.execute("delete from " + POSITIONS);
            for (String table : Projections.tables()) {
                handle.execute("delete from " + table);
            }
        });
    }

    /** The sequence number of the last event that the tables include, 0 for none. */
    long position(String persistenceId) {
        return read(handle -> {
            try (Query query =
                    handle.createQuery("select sequence_number from projection where persistence_id = :id")) {
                return query.bind("id", persistenceId)
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(0L);
            }
        });
    }

    /** The jobs that have not ended, as of the events that the tables include. */
    List<UUID> openJobs() {
        return read(handle -> {
            try (Query query = handle.createQuery("select id from job where ended_at is null")) {
                return query.mapTo(UUID.class).list();
            }
        });
    }

    /** Runs queries. */
    <T> T read(Function<Handle, T> queries) {
        return jdbi.withHandle(queries::apply);
    }

    /**
     * Writes changes of one persistence id and advances its position.
     *
     * @param before the position that the tables must have
     * @param after the new position
     * @param changes of the events between, in order; empty if the events change nothing
     * @throws PositionConflict if the tables have another position
     */
    <E> void write(
            List<EventProjection<E>> projections,
            String persistenceId,
            long before,
            long after,
            List<StoredChange<E>> changes) {
        jdbi.useTransaction(handle -> {
            advance(handle, persistenceId, before, after);
            if (!changes.isEmpty()) {
                projections.forEach(projection -> projection.write(handle, changes));
            }
        });
    }

    private static void advance(Handle handle, String persistenceId, long before, long after) {
        try (Update advance = handle.createUpdate(
                before == 0
                        ? "insert into projection (persistence_id, sequence_number) values (:id, :after)"
                        : "update projection set sequence_number = :after"
                                + " where persistence_id = :id and sequence_number = :before")) {
            advance.bind("id", persistenceId).bind("after", after);
            if (before != 0) {
                advance.bind("before", before);
            }
            if (advance.execute() != 1) {
                throw new PositionConflict(persistenceId, before);
            }
        }
    }
}
