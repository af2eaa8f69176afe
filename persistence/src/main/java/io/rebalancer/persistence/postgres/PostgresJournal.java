package io.rebalancer.persistence.postgres;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.persistence.journal.DeletionSetting;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.ReadSide;
import io.rebalancer.persistence.readside.ReadSidePool;
import io.rebalancer.persistence.readside.ReadSideTables;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.jdbi.v3.core.JdbiException;

/**
 * Journal, snapshot store and read side in a PostgreSQL database that managers share. Each manager has a
 * small pool for writes and leases, and one for what only reads.
 */
public final class PostgresJournal implements Journal {
    /** The read journal that uses the connections of writes. */
    private static final String LEASE_JOURNAL = "rebalancer.postgresql.lease-journal";

    private final JournalSettings.Postgresql settings;

    /** Does not connect yet. */
    public PostgresJournal(JournalSettings.Postgresql settings) {
        this.settings = settings;
    }

    @Override
    public Config applyTo(Config root) {
        return ConfigFactory.parseMap(Map.of(
                        PostgresPool.SECTION,
                        Map.of(
                                "url", settings.url(),
                                "user", settings.user(),
                                "password", settings.password(),
                                "size", settings.poolSize(),
                                "reading-size", settings.readingPoolSize())))
                .withFallback(
                        ConfigFactory.parseResources(PostgresJournal.class.getClassLoader(), "postgres-journal.conf"))
                .withFallback(root)
                .resolve();
    }

    /** Migrates the tables if the settings allow it, and rejects tables of another version. */
    @Override
    public CompletionStage<Done> prepare(ActorSystem<?> system) {
        return BlockingExecutor.on(system, Dispatchers.POSTGRESQL).run(() -> {
            Schema schema = new Schema(settings);
            if (settings.migrateOnStart()) {
                int scripts = schema.migrate();
                system.log().info("journal={} migration-scripts-run={}", settings, scripts);
            }
            schema.require();
            List<String> risks = schema.durabilityRisks();
            if (!risks.isEmpty()) {
                system.log()
                        .warn(
                                "journal={} can lose acknowledged events, because the server runs with {}; use this"
                                        + " for tests only",
                                settings,
                                String.join(", ", risks));
            }
            return Done.getInstance();
        });
    }

    @Override
    public ReadSide readSide(ActorSystem<?> system) {
        HikariDataSource reading = PostgresPool.get(system.classicSystem()).reading();
        ReadSide readSide = new ReadSidePool(reading).readSide(system);
        return DeletionSetting.isOn(system, true)
                ? readSide.deletingEvents(
                        new PostgresEventDeletion(reading, BlockingExecutor.on(system, Dispatchers.POSTGRESQL)))
                : readSide;
    }

    @Override
    public int clearReadSide() {
        Schema schema = new Schema(settings);
        schema.require();
        try {
            return ReadSideTables.over(schema::connect).clear();
        } catch (JdbiException e) {
            throw schema.fault(e);
        }
    }

    @Override
    public JournalReader reader(ActorSystem<?> system) {
        PersistenceQuery plugins = PersistenceQuery.get(system);
        return JournalReader.of(
                        plugins.getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier()),
                        plugins.getReadJournalFor(JdbcReadJournal.class, LEASE_JOURNAL))
                .withSnapshotsOf(system);
    }
}
