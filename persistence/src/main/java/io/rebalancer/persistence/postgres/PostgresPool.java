package io.rebalancer.persistence.postgres;

import com.typesafe.config.Config;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The connections of one actor system to its PostgreSQL database. The journal, the snapshot store and the read side share
 * them. The first use opens the pool; it is closed when the system has terminated.
 */
final class PostgresPool implements Extension {
    /** The section of the configuration with the pool's settings. */
    static final String SECTION = "rebalancer.postgresql.pool";

    private static final Id ID = new Id();

    private final HikariDataSource source;

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
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName("postgresql");
        hikari.setDriverClassName("org.postgresql.Driver");
        hikari.setJdbcUrl(config.getString("url"));
        hikari.setUsername(config.getString("user"));
        hikari.setPassword(config.getString("password"));
        hikari.setMaximumPoolSize(config.getInt("size"));
        hikari.setMinimumIdle(Math.min(config.getInt("min-idle"), config.getInt("size")));
        hikari.setConnectionTimeout(config.getDuration("connection-timeout").toMillis());
        // A database that is away must not end the actor system: the journal's calls fail instead, and are retried.
        hikari.setInitializationFailTimeout(-1);
        source = new HikariDataSource(hikari);
        system.registerOnTermination(source::close);
    }

    HikariDataSource source() {
        return source;
    }
}
