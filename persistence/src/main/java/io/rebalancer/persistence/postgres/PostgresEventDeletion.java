package io.rebalancer.persistence.postgres;

import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.persistence.readside.EventDeletion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;

/**
 * Deletes events from the journal's table. The plugin's own deletion marks each event before it deletes it, which costs two
 * writes of the row.
 */
final class PostgresEventDeletion implements EventDeletion {
    private final DataSource connections;
    private final BlockingExecutor blocking;

    PostgresEventDeletion(DataSource connections, BlockingExecutor blocking) {
        this.connections = connections;
        this.blocking = blocking;
    }

    @Override
    public CompletionStage<Long> neededAfter(String persistenceId) {
        return blocking.run(() -> {
            try (Connection connection = connections.getConnection();
                    PreparedStatement query =
                            connection.prepareStatement("select sequence_number from snapshot where persistence_id = ?"
                                    + " order by sequence_number desc offset 1 limit 1")) {
                query.setString(1, persistenceId);
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? row.getLong(1) : 0L;
                }
            }
        });
    }

    @Override
    public CompletionStage<Long> deleteTo(String persistenceId, long to) {
        return blocking.run(() -> {
            try (Connection connection = connections.getConnection();
                    PreparedStatement delete = connection.prepareStatement(
                            "delete from event_journal where persistence_id = ? and sequence_number <= ?")) {
                delete.setString(1, persistenceId);
                delete.setLong(2, to);
                return delete.executeLargeUpdate();
            }
        });
    }
}
