package io.rebalancer.persistence.embedded;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.readside.ReadSide;
import io.rebalancer.persistence.readside.ReadSidePool;
import io.rebalancer.persistence.readside.ReadSideTables;
import java.nio.file.Path;
import org.apache.pekko.actor.typed.ActorSystem;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.JdbiException;

/**
 * The read side of an embedded journal: an H2 file in the journal's directory. The file need not be durable. It contains
 * the position up to which it is filled, so after a crash the projector fills in the lost events again. Before events of the
 * journal are deleted, the file is forced.
 */
final class ReadSideFile {
    private static final String NAME = "read-side";
    private static final int POOL_SIZE = 4;

    private final Path file;

    ReadSideFile(Path directory) {
        this.file = directory.toAbsolutePath().resolve(NAME);
    }

    /**
     * Opens the file and creates missing tables. The file is closed when the system has terminated.
     *
     * @throws SettingsFault if the file is in use, damaged, or written by a newer build
     */
    ReadSide open(ActorSystem<?> system) {
        HikariDataSource source = connect();
        system.getWhenTerminated().thenRun(source::close);
        return new ReadSidePool(source).readSide(system);
    }

    /**
     * Empties the tables of a manager that is not running.
     *
     * @return the number of jobs whose rows stay, because the journal can't replace them
     */
    int clear() {
        try (HikariDataSource source = connect()) {
            return ReadSideTables.over(source::getConnection).clear();
        } catch (JdbiException e) {
            throw fault(e);
        }
    }

    private HikariDataSource connect() {
        HikariConfig config = new HikariConfig();
        config.setPoolName(NAME);
        config.setJdbcUrl("jdbc:h2:file:" + file);
        config.setUsername("rebalancer");
        config.setPassword("");
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMinimumIdle(1);
        HikariDataSource source;
        try {
            source = new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw fault(e);
        }
        try {
            Flyway.configure(ReadSideFile.class.getClassLoader())
                    .dataSource(source)
                    .locations(ReadSideTables.MIGRATIONS)
                    .placeholders(ReadSideTables.H2_PLACEHOLDERS)
                    .table("schema_history")
                    .load()
                    .migrate();
            return source;
        } catch (FlywayException e) {
            source.close();
            throw fault(e);
        }
    }

    private SettingsFault fault(Exception cause) {
        Throwable reason = cause.getCause() == null ? cause : cause.getCause();
        return new SettingsFault("the read side in " + file + ".mv.db can't be used (" + OneLine.of(reason)
                + "): stop the process that uses the file, or delete it; the manager fills a new file from the"
                + " journal, except for jobs whose events are deleted");
    }
}
