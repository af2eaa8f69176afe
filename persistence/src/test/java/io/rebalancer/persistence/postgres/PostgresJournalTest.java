package io.rebalancer.persistence.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.persistence.Journals;
import io.rebalancer.persistence.Words;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.query.JournalReader;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.stream.javadsl.Sink;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a real PostgreSQL: which tables a build accepts, and that managers need no right to create tables. */
@Tag("slow")
class PostgresJournalTest {
    private static EmbeddedPostgres server;

    private String database = "";

    @BeforeAll
    static void start() throws Exception {
        server = EmbeddedPostgres.start();
        asOwner("postgres", "create role manager login password 'secret'");
        asOwner("postgres", "create role owner login superuser password 'owns'");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static void asOwner(String database, String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.getJdbcUrl("postgres", database));
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    @BeforeEach
    void freshDatabase() throws SQLException {
        database = "journal_" + Long.toHexString(System.nanoTime());
        asOwner("postgres", "create database " + database);
        // The default of PostgreSQL 15 and later, and good practice before.
        asOwner(database, "revoke create on schema public from public");
    }

    private JournalSettings.Postgresql connectAs(String user, String password) {
        return new JournalSettings.Postgresql(
                "jdbc:postgresql://localhost:" + server.getPort() + "/" + database, user, password, 4, 2, false);
    }

    private JournalSettings.Postgresql manager() {
        return connectAs("manager", "secret");
    }

    private Schema owned() {
        return new Schema(connectAs("owner", "owns"), "manager");
    }

    @Test
    void anEmptyDatabaseIsRejectedWithAdviceAndMigratedOnce() {
        assertThatThrownBy(() -> new Schema(manager()).require())
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("version none")
                .hasMessageContaining("this build needs version 12")
                .hasMessageContaining("rebalancer migrate");
        assertThat(owned().migrate()).isEqualTo(12);
        assertThat(owned().migrate()).as("a second migration").isZero();
        new Schema(manager()).require();
    }

    @Test
    void aDatabaseOfAnEarlierBuildKeepsItsEvents() throws Exception {
        Flyway.configure()
                .dataSource(server.getJdbcUrl("owner", database), "owner", "owns")
                .locations("classpath:io/rebalancer/persistence/migrations/journal")
                .table("schema_history")
                .target("1")
                .skipDefaultCallbacks(true)
                .load()
                .migrate();
        asOwner(
                database,
                "insert into event_journal (persistence_id, sequence_number, writer, event_ser_id, event_ser_manifest,"
                        + " event_payload) values ('a', 1, 'w', 33, 'm', 'x')");
        asOwner(database, "grant select on schema_history to manager");
        assertThatThrownBy(() -> new Schema(manager()).require())
                .hasMessageContaining("have version 1, this build needs version 12");
        assertThat(owned().migrate()).isEqualTo(11);
        new Schema(manager()).require();
        try (Connection connection =
                        DriverManager.getConnection(server.getJdbcUrl("manager", database), "manager", "secret");
                Statement count = connection.createStatement();
                ResultSet row = count.executeQuery("select count(*) from event_journal, (select count(*) from job) j,"
                        + " (select count(*) from audit_entry) a")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isEqualTo(1);
        }
    }

    @Test
    void managersThatStartTogetherMigrateOnce() throws Exception {
        for (int round = 0; round < 5; round++) {
            freshDatabase();
            List<CompletableFuture<Integer>> together = IntStream.range(0, 4)
                    .mapToObj(i ->
                            CompletableFuture.supplyAsync(() -> owned().migrate(), task -> new Thread(task).start()))
                    .toList();
            int scripts = 0;
            for (CompletableFuture<Integer> each : together) {
                scripts += each.get();
            }
            assertThat(scripts).isEqualTo(12);
        }
    }

    @Test
    void aDatabaseOfANewerBuildIsRejected() throws Exception {
        owned().migrate();
        asOwner(
                database,
                "insert into schema_history (installed_rank, version, description, type, script, checksum,"
                        + " installed_by, execution_time, success)"
                        + " values (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'owner', 1, true)");
        for (Runnable use : List.<Runnable>of(() -> new Schema(manager()).require(), () -> owned().migrate())) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(SettingsFault.class)
                    .hasMessageContaining("version 99")
                    .hasMessageContaining("newer build");
        }
    }

    @Test
    void tablesOfAChangedScriptAreRejected() throws Exception {
        owned().migrate();
        asOwner(database, "update schema_history set checksum = 17 where version = '1'");
        assertThatThrownBy(() -> new Schema(manager()).require())
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void migrationFailsForAUserWithoutTheRightToCreateTables() {
        assertThatThrownBy(() -> new Schema(manager()).migrate())
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("permission denied");
    }

    @Test
    void theErrorForAnUnreachableDatabaseNamesItWithoutThePassword() {
        JournalSettings.Postgresql nowhere =
                new JournalSettings.Postgresql("jdbc:postgresql://localhost:1/none", "manager", "", 4, 2, false);
        assertThatThrownBy(() -> new Schema(nowhere).require())
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("localhost:1/none as manager")
                .hasMessageNotContaining("secret");
    }

    @Test
    void entitiesRecoverWithoutTheRightToCreateTables() throws Exception {
        owned().migrate();
        for (int incarnation = 0; incarnation < 2; incarnation++) {
            Journal journal = Journals.of(manager());
            ActorTestKit kit = ActorTestKit.create(
                    "words",
                    journal.applyTo(ConfigFactory.parseString("pekko.actor.provider = local")
                            .withFallback(ConfigFactory.load())));
            try {
                journal.prepare(kit.system()).toCompletableFuture().get(30, TimeUnit.SECONDS);
                TestProbe<Integer> counted = kit.createTestProbe();
                ActorRef<String> words = kit.spawn(new Words(PersistenceId.of("Words", "one"), counted.getRef()));
                for (int i = 1; i <= 12; i++) {
                    words.tell("word " + i);
                    counted.expectMessage(incarnation * 12 + i);
                }
                List<EventEnvelope> read = journal.reader(kit.system())
                        .follow("Words|one", 1)
                        .take((incarnation + 1) * 12L)
                        .runWith(Sink.seq(), kit.system())
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
                assertThat(read).last().extracting(EventEnvelope::event).isEqualTo("word 12");
            } finally {
                kit.shutdownTestKit();
            }
        }
    }

    @Test
    void writesAndLeasesDoNotWaitForReaders() throws Exception {
        owned().migrate();
        Journal journal = Journals.of(manager());
        ActorTestKit kit = ActorTestKit.create(
                "readers",
                journal.applyTo(ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(ConfigFactory.load())));
        try (HikariDataSource reading =
                PostgresPool.get(kit.system().classicSystem()).reading()) {
            journal.prepare(kit.system()).toCompletableFuture().get(30, TimeUnit.SECONDS);
            JournalReader reader = journal.reader(kit.system());
            CompletionStage<EventEnvelope> read;
            List<Connection> held = new ArrayList<>();
            try {
                while (held.size() < reading.getMaximumPoolSize()) {
                    held.add(reading.getConnection());
                }
                read = reader.follow("Words|two", 1).runWith(Sink.head(), kit.system());
                TestProbe<Integer> counted = kit.createTestProbe();
                kit.spawn(new Words(PersistenceId.of("Words", "two"), counted.getRef()))
                        .tell("a word");
                counted.expectMessage(Duration.ofSeconds(30), 1);
                assertThat(reader.endsWith("Words|two", 1, kit.system())
                                .toCompletableFuture()
                                .get(30, TimeUnit.SECONDS))
                        .isTrue();
                assertThat(read.toCompletableFuture())
                        .as("a reader, which needs a connection of the other pool")
                        .isNotDone();
            } finally {
                for (Connection each : held) {
                    each.close();
                }
            }
            assertThat(read.toCompletableFuture().get(30, TimeUnit.SECONDS).event())
                    .isEqualTo("a word");
        } finally {
            kit.shutdownTestKit();
        }
    }

    /** The connection stands for a manager that is stopped between the insert of an event and its commit. */
    @Test
    void anEntityIsTakenOverFromAManagerThatWasFrozenInATransaction() throws Exception {
        owned().migrate();
        Journal journal = Journals.of(manager());
        ActorTestKit kit = ActorTestKit.create(
                "frozen",
                journal.applyTo(ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(ConfigFactory.load())));
        try (Connection frozen =
                PostgresPool.get(kit.system().classicSystem()).writing().getConnection()) {
            journal.prepare(kit.system()).toCompletableFuture().get(30, TimeUnit.SECONDS);
            frozen.setAutoCommit(false);
            try (Statement insert = frozen.createStatement()) {
                insert.execute("insert into event_journal (persistence_id, sequence_number, writer, event_ser_id,"
                        + " event_ser_manifest, event_payload) values ('Words|three', 1, 'w', 33, 'm', 'x')");
            }
            TestProbe<Integer> counted = kit.createTestProbe();
            kit.spawn(new Words(PersistenceId.of("Words", "three"), counted.getRef()))
                    .tell("a word");
            counted.expectMessage(Duration.ofSeconds(30), 1);
            assertThatThrownBy(frozen::commit)
                    .as("the commit of the frozen manager")
                    .isInstanceOf(SQLException.class);
        } finally {
            kit.shutdownTestKit();
        }
    }

    @Test
    void aNodeRefusesToStartWithoutTables() throws Exception {
        Journal journal = Journals.of(manager());
        ActorTestKit kit = ActorTestKit.create(
                "refused",
                journal.applyTo(ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(ConfigFactory.load())));
        try {
            assertThatThrownBy(() ->
                            journal.prepare(kit.system()).toCompletableFuture().join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(SettingsFault.class)
                    .hasMessageContaining("rebalancer migrate");
        } finally {
            kit.shutdownTestKit();
        }
    }
}
