package io.rebalancer.persistence.readside;

import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;

/** The databases of a read side. */
enum DatabaseKind {
    POSTGRESQL,
    H2;

    static DatabaseKind of(Handle handle) {
        try {
            String name = handle.getConnection().getMetaData().getDatabaseProductName();
            return name.equals("PostgreSQL") ? POSTGRESQL : H2;
        } catch (SQLException e) {
            throw new ConnectionException(e);
        }
    }
}
