package io.rebalancer.playground.moray;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The statement of an {@code sql} call is not a read-only query. It was not run (manta.md 7.6). */
public final class QueryRefused extends SQLException {
    /** PostgreSQL's read_only_sql_transaction, the error of a real read-only replica. */
    private static final String READ_ONLY = "25006";

    /** @param cause the database's own error, or null if the statement did not reach the database */
    public QueryRefused(String statement, @Nullable SQLException cause) {
        super("only read-only queries are accepted; rejected: " + statement, READ_ONLY, cause);
    }
}
