package io.rebalancer.playground.moray;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The {@code sql} call was given something other than a read-only query; nothing ran (manta.md 7.6). */
public final class QueryRefused extends SQLException {
    /** PostgreSQL's read_only_sql_transaction, which a real read-only replica answers. */
    private static final String READ_ONLY = "25006";

    /** Quotes the refused statement; the engine's own refusal, if it was the engine, is kept as the cause. */
    public QueryRefused(String statement, @Nullable SQLException cause) {
        super("only read-only queries are accepted, refused: " + statement, READ_ONLY, cause);
    }
}
