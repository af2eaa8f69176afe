package io.rebalancer.persistence.readside;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.rebalancer.cluster.settings.SettingsFault;
import java.nio.file.Path;
import java.sql.SQLException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The tables beside an embedded journal, in a file of their own. The file need not be durable: what it lost is taken in
 * again, since how far it is stands in the file too.
 */
public final class ReadSidePool {
    /** Where both kinds of database find the scripts that they share. */
    public static final String MIGRATIONS = "classpath:io/rebalancer/persistence/readside";

    private static final String FILE = "read-side";
    private static final int POOL_SIZE = 4;

    private ReadSidePool() {}

    /**
     * Opens the tables in a directory, and makes them if need be; they are closed with the system.
     *
     * @throws SettingsFault if the file is in use, damaged, or of a newer build
     */
    public static ReadSide open(Path directory, ActorSystem<?> system) {
        HikariDataSource source = open(directory);
        system.getWhenTerminated().thenRun(source::close);
        return ReadSide.of(system, source::getConnection, () -> use(source));
    }

    /** Empties the tables in a directory whose manager does not run. */
    public static void clear(Path directory) {
        try (HikariDataSource source = open(directory)) {
            new ReadSideTables(source::getConnection).clear();
        } catch (SQLException e) {
            throw fault(directory, e);
        }
    }

    private static HikariDataSource open(Path directory) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(FILE);
        config.setJdbcUrl("jdbc:h2:file:" + directory.toAbsolutePath().resolve(FILE));
        config.setUsername("rebalancer");
        config.setPassword("");
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMinimumIdle(1);
        HikariDataSource source;
        try {
            source = new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw fault(directory, e);
        }
        try {
            Flyway.configure(ReadSidePool.class.getClassLoader())
                    .dataSource(source)
                    .locations(MIGRATIONS)
                    .table("schema_history")
                    .load()
                    .migrate();
            return source;
        } catch (FlywayException e) {
            source.close();
            throw fault(directory, e);
        }
    }

    /** How a pool is used. */
    public static ReadSide.PoolUse use(HikariDataSource source) {
        var pool = source.getHikariPoolMXBean();
        return new ReadSide.PoolUse(
                pool.getActiveConnections(),
                pool.getIdleConnections(),
                source.getMaximumPoolSize(),
                pool.getThreadsAwaitingConnection());
    }

    private static SettingsFault fault(Path directory, Exception cause) {
        Throwable reason = cause.getCause() == null ? cause : cause.getCause();
        return new SettingsFault("the tables about jobs in "
                + directory.toAbsolutePath().resolve(FILE + ".mv.db") + " can't be used ("
                + String.valueOf(reason.getMessage()).strip().replaceAll("\\s+", " ")
                + "): stop whoever else uses them, or delete the file; it is made again from the journal");
    }
}
