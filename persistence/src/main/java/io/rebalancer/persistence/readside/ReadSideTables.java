package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.registry.RegistryEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Writes the tables, and how far they are, in one transaction: so each event counts once, whoever else believes to be
 * writing them too. Blocking.
 */
public final class ReadSideTables {
    private static final int PER_EVENT = 1_000_000;

    private final Connections connections;

    /** Gives connections that are the caller's until they are closed. */
    @FunctionalInterface
    public interface Connections {
        Connection open() throws SQLException;
    }

    /** The tables were taken further, or emptied, by somebody else. */
    static final class Moved extends SQLException {
        private static final long serialVersionUID = 1L;

        Moved(String persistenceId, long expected) {
            super(persistenceId + " is not at event " + expected + " any more: somebody else writes the read side, or"
                    + " began it anew");
        }
    }

    private interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    public ReadSideTables(Connections connections) {
        this.connections = connections;
    }

    /** Sequence number of the last event that was taken in, 0 for none. */
    long takenIn(String persistenceId) throws SQLException {
        return transaction(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("select sequence_number from projection where persistence_id = ?")) {
                select.setString(1, persistenceId);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? row.getLong(1) : 0;
                }
            }
        });
    }

    /** Jobs that are not over as far as the tables know. */
    List<UUID> open() throws SQLException {
        return transaction(connection -> {
            List<UUID> ids = new ArrayList<>();
            try (Statement select = connection.createStatement();
                    ResultSet rows = select.executeQuery("select id from job where ended_at is null")) {
                while (rows.next()) {
                    ids.add(rows.getObject(1, UUID.class));
                }
            }
            return ids;
        });
    }

    /** Empties everything; whoever writes the tables notices and begins anew. */
    public void clear() throws SQLException {
        transaction(connection -> {
            try (Statement delete = connection.createStatement()) {
                for (String table : List.of("projection", "object_exception", "audit", "job")) {
                    delete.executeUpdate("delete from " + table);
                }
            }
            return 0;
        });
    }

    /**
     * Takes in an event of the registry.
     *
     * @param before the event taken in before
     * @throws Moved if that is not so
     */
    void take(String persistenceId, long before, long sequenceNr, RegistryEvent event) throws SQLException {
        transaction(connection -> {
            move(connection, persistenceId, before, sequenceNr);
            if (event instanceof RegistryEvent.JobRegistered e) {
                insertJob(connection, e);
            }
            return 0;
        });
    }

    /**
     * Takes in events of a job.
     *
     * @param before the event taken in before
     * @param changes in order; at least one
     * @throws Moved if {@code before} is not so
     */
    void take(String persistenceId, UUID jobId, long before, List<JobChange> changes) throws SQLException {
        transaction(connection -> {
            JobChange last = changes.get(changes.size() - 1);
            move(connection, persistenceId, before, last.sequenceNr());
            updateJob(connection, jobId, last);
            for (JobChange change : changes) {
                if (change.passBegins()) {
                    deleteExceptions(connection, jobId);
                }
                insertExceptions(connection, jobId, change);
                insertAudit(connection, persistenceId, jobId, change);
            }
            return 0;
        });
    }

    private static void move(Connection connection, String persistenceId, long before, long after) throws SQLException {
        String statement = before == 0
                ? "insert into projection (sequence_number, persistence_id) values (?, ?)"
                : "update projection set sequence_number = ? where persistence_id = ? and sequence_number = ?";
        try (PreparedStatement move = connection.prepareStatement(statement)) {
            move.setLong(1, after);
            move.setString(2, persistenceId);
            if (before != 0) {
                move.setLong(3, before);
            }
            if (move.executeUpdate() != 1) {
                throw new Moved(persistenceId, before);
            }
        }
    }

    private static void insertJob(Connection connection, RegistryEvent.JobRegistered job) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into job (id, leaving_node, datacenter, state, reason, created_at, pass, epoch, discovered,
                                 relocated, superseded, gone, duplicate, skipped, failed, in_flight, bytes)
                values (?, ?, ?, 'SETUP', '', ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                """)) {
            CopyLocation leaving = job.leaving();
            insert.setObject(1, job.jobId());
            insert.setString(2, leaving.storageNode().text());
            insert.setString(3, leaving.datacenter());
            insert.setObject(4, timestamp(job.at()));
            insert.executeUpdate();
        }
    }

    private static void updateJob(Connection connection, UUID jobId, JobChange change) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update job
                set state = ?, reason = ?, pass = ?, epoch = ?, discovered = ?, relocated = ?, superseded = ?, gone = ?,
                    duplicate = ?, skipped = ?, failed = ?, in_flight = ?, bytes = ?, ended_at = ?
                where id = ?
                """)) {
            JobState state = change.state();
            update.setString(1, state.phase().name());
            update.setString(2, text(state.reason()));
            update.setInt(3, state.passes().number());
            update.setLong(4, state.epoch());
            update.setLong(5, state.counts().discovered());
            update.setLong(6, state.outcomes().settled().relocated());
            update.setLong(7, state.outcomes().settled().superseded());
            update.setLong(8, state.outcomes().settled().gone());
            update.setLong(9, state.outcomes().settled().duplicate());
            update.setLong(10, state.counts().skipped());
            update.setLong(11, state.counts().failed());
            update.setLong(12, state.counts().inFlight());
            update.setLong(13, state.outcomes().settled().bytes());
            update.setObject(14, state.phase().terminal() ? timestamp(change.at()) : null);
            update.setObject(15, jobId);
            update.executeUpdate();
        }
    }

    private static void deleteExceptions(Connection connection, UUID jobId) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from object_exception where job_id = ?")) {
            delete.setObject(1, jobId);
            delete.executeUpdate();
        }
    }

    private static void insertExceptions(Connection connection, UUID jobId, JobChange change) throws SQLException {
        if (change.exceptions().isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into object_exception (job_id, ordinal, shard, record_key, kind, reason, detail)
                values (?, ?, ?, ?, ?, ?, ?)
                """)) {
            long ordinal = change.sequenceNr() * PER_EVENT;
            for (UnmovedRecord each : change.exceptions()) {
                insert.setObject(1, jobId);
                insert.setLong(2, ordinal++);
                insert.setInt(3, each.record().shard());
                insert.setString(4, text(each.record().key()));
                insert.setString(5, each.kind().name());
                insert.setString(6, each.reason().name());
                insert.setString(7, text(each.detail()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void insertAudit(Connection connection, String persistenceId, UUID jobId, JobChange change)
            throws SQLException {
        if (change.audit().isEmpty()) {
            return;
        }
        JobChange.Audit audit = change.audit().get();
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into audit (persistence_id, sequence_number, at, job_id, action, detail)"
                        + " values (?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, persistenceId);
            insert.setLong(2, change.sequenceNr());
            insert.setObject(3, timestamp(change.at()));
            insert.setObject(4, jobId);
            insert.setString(5, audit.action());
            insert.setString(6, text(audit.detail()));
            insert.executeUpdate();
        }
    }

    /** PostgreSQL has no NUL in texts, and keys of records are anybody's. */
    private static String text(String any) {
        return any.replace('\0', '\uFFFD');
    }

    private static OffsetDateTime timestamp(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private <T> T transaction(Work<T> work) throws SQLException {
        try (Connection connection = connections.open()) {
            boolean before = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                T result = work.with(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(before);
            }
        }
    }
}
