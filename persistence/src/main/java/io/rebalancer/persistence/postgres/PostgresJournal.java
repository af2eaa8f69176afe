package io.rebalancer.persistence.postgres;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.persistence.Journal;
import io.rebalancer.persistence.JournalReader;
import io.rebalancer.persistence.readside.ReadSide;
import io.rebalancer.persistence.readside.ReadSidePool;
import io.rebalancer.persistence.readside.ReadSideTables;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.persistence.jdbc.db.SlickExtension;
import org.apache.pekko.persistence.jdbc.db.SlickExtensionImpl;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.PersistenceQuery;
import slick.jdbc.JdbcDataSource;
import slick.jdbc.hikaricp.HikariCPJdbcDataSource;

/** Journal and snapshot store in a PostgreSQL database that several managers share, over one small pool each. */
public final class PostgresJournal implements Journal {
    private static final String POOL = "pekko-persistence-jdbc.shared-databases.slick.db.";

    private final JournalSettings.Postgresql settings;

    /** The database that the settings name; it is not asked for anything yet. */
    public PostgresJournal(JournalSettings.Postgresql settings) {
        this.settings = settings;
    }

    @Override
    public Config applyTo(Config root) {
        return ConfigFactory.parseMap(Map.of(
                        POOL + "url", settings.url(),
                        POOL + "user", settings.user(),
                        POOL + "password", settings.password(),
                        POOL + "numThreads", settings.poolSize(),
                        POOL + "maxConnections", settings.poolSize()))
                .withFallback(
                        ConfigFactory.parseResources(PostgresJournal.class.getClassLoader(), "postgres-journal.conf"))
                .withFallback(root)
                .resolve();
    }

    /** Brings the tables up to date if it may, and refuses those of another version. */
    @Override
    public CompletionStage<Done> prepare(ActorSystem<?> system) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Schema schema = new Schema(settings);
                    if (settings.migrateOnStart()) {
                        int scripts = schema.migrate();
                        system.log().info("journal={} scripts-run={}", settings, scripts);
                    }
                    schema.require();
                    List<String> risks = schema.risks();
                    if (!risks.isEmpty()) {
                        system.log()
                                .warn(
                                        "journal={} may lose what it says it has stored, since it is set to {}: for"
                                                + " tests only",
                                        settings,
                                        String.join(", ", risks));
                    }
                    return Done.getInstance();
                },
                system.dispatchers().lookup(DispatcherSelector.fromConfig("rebalancer.postgresql.dispatcher")));
    }

    /** Over the connections of the journal's own pool. */
    @Override
    public ReadSide readSide(ActorSystem<?> system) {
        JdbcDataSource source = ((SlickExtensionImpl) SlickExtension.get(system.classicSystem()))
                .database(system.settings().config().getConfig("jdbc-journal"))
                .database()
                .source();
        HikariDataSource pool = ((HikariCPJdbcDataSource) source).ds();
        return ReadSide.of(system, pool::getConnection, () -> ReadSidePool.use(pool));
    }

    @Override
    public void clearReadSide() {
        Schema schema = new Schema(settings);
        schema.require();
        try {
            new ReadSideTables(schema::open).clear();
        } catch (SQLException e) {
            throw schema.fault(e);
        }
    }

    @Override
    public JournalReader reader(ActorSystem<?> system) {
        return JournalReader.of(
                PersistenceQuery.get(system).getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier()));
    }
}
