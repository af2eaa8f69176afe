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
 * Gives the plugins of pekko-persistence-jdbc the {@link PostgresPool} of their actor system: the pool for reading if a
 * plugin's settings have {@code pool = reading}, and else the pool for writes. Named in {@code postgres-journal.conf}; the
 * plugins create it.
 */
public final class SharedSlickDatabase implements SlickDatabaseProvider {
    private static final int MAX_WAITING_CALLS = 1000;

    private final SlickDatabase writing;
    private final SlickDatabase reading;

    public SharedSlickDatabase(ActorSystem system) {
        PostgresPool pool = PostgresPool.get(system);
        writing = open(system, pool.writing());
        reading = open(system, pool.reading());
    }

    /** As many threads as connections, so that no thread waits for a connection of another. */
    private static SlickDatabase open(ActorSystem system, HikariDataSource source) {
        int size = source.getMaximumPoolSize();
        AsyncExecutor threads = AsyncExecutor$.MODULE$.apply(source.getPoolName(), size, size, MAX_WAITING_CALLS, size);
        JdbcBackend.JdbcDatabaseDef database =
                JdbcBackend$.MODULE$.Database().forDataSource(source, Option.apply(size), threads, false);
        system.registerOnTermination(database::close);
        return new OfPool(database);
    }

    @Override
    public SlickDatabase database(Config plugin) {
        boolean reads = plugin.hasPath("pool") && plugin.getString("pool").equals("reading");
        return reads ? reading : writing;
    }

    private record OfPool(JdbcBackend.JdbcDatabaseDef database) implements SlickDatabase {
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
}
