package io.rebalancer.persistence.postgres;

import com.typesafe.config.Config;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The connections of one actor system to its PostgreSQL database, in two pools. The journal, the snapshot store and leases
 * use the one for writes. Event streams, the projector and the read side use the one for reading, so that a crowd of
 * readers does not delay a write. The first use opens the pools; they are closed when the system has terminated.
 */
final class PostgresPool implements Extension {
    /** The section of the configuration with the pool's settings. */
    static final String SECTION = "rebalancer.postgresql.pool";

    private static final Id ID = new Id();

    private final HikariDataSource writing;
    private final HikariDataSource reading;

    private static final class Id extends AbstractExtensionId<PostgresPool> {
        @Override
        public PostgresPool createExtension(ExtendedActorSystem system) {
            return new PostgresPool(system);
        }
    }

    /** The pool of {@code system}. */
    static PostgresPool get(ActorSystem system) {
        return ID.get(system);
    }

    private PostgresPool(ExtendedActorSystem system) {
        Config config = system.settings().config().getConfig(SECTION);
        writing = open("postgresql", config, config.getInt("size"), false);
        reading = open("postgresql-reading", config, config.getInt("reading-size"), true);
        system.registerOnTermination(() -> {
            writing.close();
            reading.close();
        });
        Consumer<Gauge> active =
                gauge -> gauge.update(writing.getHikariPoolMXBean().getActiveConnections());
        Kamon.gauge("rebalancer.pool.active").withTag("pool", "writing").autoUpdate(active);
        Consumer<Gauge> waiting =
                gauge -> gauge.update(writing.getHikariPoolMXBean().getThreadsAwaitingConnection());
        Kamon.gauge("rebalancer.pool.waiting").withTag("pool", "writing").autoUpdate(waiting);
    }

    /** @param joinInserts whether the driver sends the rows of a batch as one statement; one event can have 1,000 rows */
    private static HikariDataSource open(String name, Config config, int size, boolean joinInserts) {
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName(name);
        hikari.setDriverClassName("org.postgresql.Driver");
        hikari.setJdbcUrl(config.getString("url"));
        hikari.setUsername(config.getString("user"));
        hikari.setPassword(config.getString("password"));
        hikari.setMaximumPoolSize(size);
        hikari.setMinimumIdle(Math.min(config.getInt("min-idle"), size));
        hikari.setConnectionTimeout(config.getDuration("connection-timeout").toMillis());
        hikari.addDataSourceProperty("reWriteBatchedInserts", String.valueOf(joinInserts));
        // A manager that is frozen between a write and its commit keeps the locks of that transaction. Without a limit,
        // the manager that takes its entities over could neither write nor recover them until the frozen one ends.
        hikari.setConnectionInitSql("set idle_in_transaction_session_timeout = "
                + config.getDuration("idle-in-transaction-timeout").toMillis());
        // A database that is away must not end the actor system: the journal's calls fail instead, and are retried.
        hikari.setInitializationFailTimeout(-1);
        return new HikariDataSource(hikari);
    }

    /** For writes, recovery and leases. */
    HikariDataSource writing() {
        return writing;
    }

    /** For everything else. */
    HikariDataSource reading() {
        return reading;
    }
}
