package io.rebalancer.persistence.postgres;

import com.typesafe.config.Config;
import com.zaxxer.hikari.HikariDataSource;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.jdbc.db.SlickDatabase;
import org.apache.pekko.persistence.jdbc.db.SlickDatabaseProvider;
import scala.Option;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcBackend$;
import slick.jdbc.JdbcProfile;
import slick.jdbc.PostgresProfile$;
import slick.util.AsyncExecutor;
import slick.util.AsyncExecutor$;

/**
 * Gives pekko-persistence-jdbc the {@link PostgresPool} of its actor system. Named in {@code postgres-journal.conf}; the
 * plugin creates it.
 */
public final class SharedSlickDatabase implements SlickDatabaseProvider, SlickDatabase {
    private static final int MAX_WAITING_CALLS = 1000;

    private final JdbcBackend.JdbcDatabaseDef database;

    /** As many threads as connections, so that no thread waits for a connection of another. */
    public SharedSlickDatabase(ActorSystem system) {
        HikariDataSource source = PostgresPool.get(system).source();
        int size = source.getMaximumPoolSize();
        AsyncExecutor threads = AsyncExecutor$.MODULE$.apply(source.getPoolName(), size, size, MAX_WAITING_CALLS, size);
        database = JdbcBackend$.MODULE$.Database().forDataSource(source, Option.apply(size), threads, false);
        system.registerOnTermination(database::close);
    }

    /** The same database for the journal, the snapshot store and the read journal. */
    @Override
    public SlickDatabase database(Config plugin) {
        return this;
    }

    @Override
    public JdbcBackend.JdbcDatabaseDef database() {
        return database;
    }

    @Override
    public JdbcProfile profile() {
        return PostgresProfile$.MODULE$;
    }

    /** A plugin that stops must not close the connections of the others. */
    @Override
    public boolean allowShutdown() {
        return false;
    }
}
