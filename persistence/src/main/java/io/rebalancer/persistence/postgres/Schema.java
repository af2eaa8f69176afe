package io.rebalancer.persistence.postgres;

import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.persistence.readside.ReadSidePool;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

/**
 * The tables of the journal: numbered scripts, each run once and never changed. A database is used only when it has been
 * brought to exactly the version that this build knows.
 */
public final class Schema {
    /** Number of the lock, as good as any other. */
    private static final long MIGRATING = 7_266_225;

    private final JournalSettings.Postgresql settings;
    private final Flyway flyway;

    /** Of the database that the settings name; nothing is asked of it yet. */
    public Schema(JournalSettings.Postgresql settings) {
        this(settings, settings.user());
    }

    /**
     * The same, for somebody who makes tables for another.
     *
     * @param manager the user that managers connect as, who gets the rights that they need
     */
    public Schema(JournalSettings.Postgresql settings, String manager) {
        this.settings = settings;
        this.flyway = Flyway.configure(Schema.class.getClassLoader())
                .dataSource(settings.url(), settings.user(), settings.password())
                .locations("classpath:io/rebalancer/persistence/postgres/migrations", ReadSidePool.MIGRATIONS)
                .table("schema_history")
                .placeholders(Map.of("user", manager))
                // A newer version is refused below, with what to do; Flyway itself would let it pass.
                .ignoreMigrationPatterns("*:future")
                .validateOnMigrate(true)
                .load();
    }

    /**
     * Brings the tables up to date.
     *
     * @return how many scripts were run
     * @throws SettingsFault if the database can't be reached, is newer than this build, or was changed by somebody else
     */
    public int migrate() {
        // Flyway locks its scripts, but not what comes after them: managers that start together would grant at once.
        try (Connection connection = open();
                PreparedStatement lock = connection.prepareStatement("select pg_advisory_lock(?)")) {
            lock.setLong(1, MIGRATING);
            lock.execute();
            refuseNewer(flyway.info());
            return flyway.migrate().migrationsExecuted;
        } catch (FlywayException | SQLException e) {
            throw fault(e);
        }
    }

    /** A connection of its own, not of a pool. */
    Connection open() throws SQLException {
        return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
    }

    /**
     * Makes sure that the tables are those of this build; changes nothing and needs no right to.
     *
     * @throws SettingsFault if they are not, with what to do, or if the database can't be reached
     */
    public void require() {
        try {
            MigrationInfoService info = flyway.info();
            refuseNewer(info);
            if (info.pending().length > 0) {
                throw new SettingsFault("journal: the tables in " + settings + " are of version "
                        + version(Optional.ofNullable(info.current())) + ", this build needs version "
                        + version(Optional.of(info.pending()[info.pending().length - 1]))
                        + "; run \"rebalancer migrate\" first, or set journal.postgresql.migrate-on-start");
            }
            flyway.validate();
        } catch (FlywayException e) {
            throw fault(e);
        }
    }

    /** What the server is set to that lets it lose what it has said to be stored; empty if nothing. */
    List<String> risks() {
        List<String> risks = new ArrayList<>();
        try (Connection connection = open();
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

    private void refuseNewer(MigrationInfoService info) {
        Optional<MigrationInfo> newer = Arrays.stream(info.all())
                .filter(each -> each.getState() == MigrationState.FUTURE_SUCCESS
                        || each.getState() == MigrationState.FUTURE_FAILED)
                .findFirst();
        if (newer.isPresent()) {
            throw new SettingsFault("journal: the tables in " + settings + " are of version " + version(newer)
                    + ", which a newer build made and this one does not know; use the newer build");
        }
    }

    private static String version(Optional<MigrationInfo> migration) {
        return migration.map(each -> each.getVersion().getVersion()).orElse("none");
    }

    /** What a user is told of a database that does not do what it is asked. */
    SettingsFault fault(Exception cause) {
        Throwable reason = cause.getCause() == null ? cause : cause.getCause();
        return new SettingsFault("journal: " + settings + " can't be used: "
                + String.valueOf(reason.getMessage()).strip().replaceAll("\\s+", " "));
    }
}
