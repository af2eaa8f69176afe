package io.rebalancer.persistence.postgres;

import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.readside.ReadSideTables;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

/**
 * The tables in a PostgreSQL database, created by numbered scripts. Each script runs once and never changes. A build uses
 * a database only if it has exactly the version that the build knows.
 */
public final class Schema {
    private static final String JOURNAL_MIGRATIONS = "classpath:io/rebalancer/persistence/migrations/journal";

    /** An arbitrary number; the same in every build. */
    private static final long MIGRATION_LOCK = 7_266_225;

    private final JournalSettings.Postgresql settings;
    private final Flyway flyway;

    /** The tables of managers that create them themselves. Does not connect yet. */
    public Schema(JournalSettings.Postgresql settings) {
        this(settings, settings.user());
    }

    /**
     * The tables of managers whose user may not create tables. Does not connect yet.
     *
     * @param settings with the user that creates the tables
     * @param manager the user of the managers; the last script grants it the rights it needs
     */
    public Schema(JournalSettings.Postgresql settings, String manager) {
        this.settings = settings;
        Map<String, String> placeholders = new HashMap<>(ReadSideTables.POSTGRESQL_PLACEHOLDERS);
        placeholders.put("user", manager);
        this.flyway = Flyway.configure(Schema.class.getClassLoader())
                .dataSource(settings.url(), settings.user(), settings.password())
                .locations(JOURNAL_MIGRATIONS, ReadSideTables.MIGRATIONS)
                .table("schema_history")
                .placeholders(placeholders)
                // Newer tables are rejected below, with advice; Flyway by default accepts them.
                .ignoreMigrationPatterns("*:future")
                .validateOnMigrate(true)
                .load();
    }

    /**
     * Runs the scripts that have not run yet.
     *
     * @return the number of scripts
     * @throws SettingsFault if the database can't be reached, is newer than this build, or was changed in another way
     */
    public int migrate() {
        // Flyway's lock does not cover the grants after the scripts: managers that start together must not grant at
        // once.
        try (Connection connection = connect();
                PreparedStatement lock = connection.prepareStatement("select pg_advisory_lock(?)")) {
            lock.setLong(1, MIGRATION_LOCK);
            lock.execute();
            rejectNewer(flyway.info());
            return flyway.migrate().migrationsExecuted;
        } catch (FlywayException | SQLException e) {
            throw fault(e);
        }
    }

    /** A new connection that belongs to no pool. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
    }

    /**
     * Checks that the tables have this build's version. Needs no right to create tables.
     *
     * @throws SettingsFault if they have another version, with advice, or if the database can't be reached
     */
    public void require() {
        try {
            MigrationInfoService info = flyway.info();
            rejectNewer(info);
            if (info.pending().length > 0) {
                throw new SettingsFault("journal: the tables in " + settings + " have version "
                        + version(Optional.ofNullable(info.current())) + ", this build needs version "
                        + version(Optional.of(info.pending()[info.pending().length - 1]))
                        + "; run \"rebalancer migrate\" first, or set journal.postgresql.migrate-on-start");
            }
            flyway.validate();
        } catch (FlywayException e) {
            throw fault(e);
        }
    }

    /** The server's settings that let it lose acknowledged commits in a crash. */
    List<String> durabilityRisks() {
        List<String> risks = new ArrayList<>();
        try (Connection connection = connect();
                Statement show = connection.createStatement()) {
            for (String name : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                try (ResultSet row = show.executeQuery("show " + name)) {
                    if (row.next() && row.getString(1).equals("off")) {
                        risks.add(name + " = off");
                    }
                }
            }
            return risks;
        } catch (SQLException e) {
            throw fault(e);
        }
    }

    private void rejectNewer(MigrationInfoService info) {
        Optional<MigrationInfo> newer = Arrays.stream(info.all())
                .filter(each -> each.getState() == MigrationState.FUTURE_SUCCESS
                        || each.getState() == MigrationState.FUTURE_FAILED)
                .findFirst();
        if (newer.isPresent()) {
            throw new SettingsFault("journal: a newer build migrated the tables in " + settings + " to version "
                    + version(newer) + ", which this build does not know; use the newer build");
        }
    }

    private static String version(Optional<MigrationInfo> migration) {
        return migration.map(each -> each.getVersion().getVersion()).orElse("none");
    }

    /** The error for a database that fails. */
    SettingsFault fault(Exception cause) {
        Throwable reason = cause.getCause() == null ? cause : cause.getCause();
        return new SettingsFault("journal: " + settings + " can't be used: " + OneLine.of(reason));
    }
}
