package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that earlier builds wrote name their records as rows of this build do. */
@Tag("slow")
class UnmovedMigrationTest extends ReadSideFixture {
    private static final String VERSION_BEFORE = "4";
    private static final String ACCENTED = "/\u00fcser/stor/\u4e2d";

    private record Place(String url, String user, String password, Optional<JournalSettings.Postgresql> settings) {}

    private Place place(Database database) throws Exception {
        if (database == Database.H2) {
            return new Place("jdbc:h2:file:" + directory().resolve("read-side"), "rebalancer", "", Optional.empty());
        }
        JournalSettings.Postgresql settings = Databases.create();
        return new Place(settings.url(), settings.user(), settings.password(), Optional.of(settings));
    }

    private static void migrateAsBefore(Place place) {
        String scripts = "classpath:io/rebalancer/persistence/migrations/";
        Flyway.configure()
                .dataSource(place.url(), place.user(), place.password())
                .locations(
                        place.settings().isPresent()
                                ? new String[] {scripts + "journal", scripts + "readside"}
                                : new String[] {scripts + "readside"})
                .placeholders(Map.of("user", place.user(), "record-digest", "unused"))
                .table("schema_history")
                .target(VERSION_BEFORE)
                // The callback of this build grants rights on tables that did not exist.
                .skipDefaultCallbacks(true)
                .load()
                .migrate();
    }

    private static void insert(
            Connection connection,
            UUID jobId,
            long ordinal,
            String key,
            @Nullable Integer pass,
            @Nullable String digest)
            throws Exception {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into object_exception (job_id, ordinal, shard, record_key, kind, reason, detail, pass,"
                        + " record_digest) values (?, ?, 1, ?, 'SKIPPED', 'NO_DESTINATION', 'full', ?, ?)")) {
            insert.setObject(1, jobId);
            insert.setLong(2, ordinal);
            insert.setString(3, key);
            insert.setObject(4, pass);
            insert.setString(5, digest);
            insert.execute();
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfEarlierBuildsAreCompleted(Database database) throws Exception {
        Place place = place(database);
        migrateAsBefore(place);
        JobState state = storeJob(0, created(0), passStarted(1), passFinished(1), passStarted(2));
        try (Connection connection = DriverManager.getConnection(place.url(), place.user(), place.password());
                Statement statement = connection.createStatement()) {
            statement.execute("insert into job (id, leaving_node, datacenter, state, reason, created_at, pass, epoch,"
                    + " discovered, relocated, superseded, gone, duplicate, skipped, failed, in_flight, bytes) values ('"
                    + job(0) + "', '0.stor.d', 'dc1', 'RUNNING', '', '2026-11-21 10:00:00+00', 2, 1,"
                    + " 0, 0, 0, 0, 0, 0, 0, 0, 0)");
            statement.execute("insert into projection (persistence_id, sequence_number) values ('" + journalId(0)
                    + "', " + events.count(journalId(0)) + "), ('JobRegistry', 1)");
            insert(connection, job(0), 1, "/o/stor/1", null, null);
            insert(connection, job(0), 2, ACCENTED, null, null);
            insert(connection, job(0), 3, "/o/stor/3", null, null);
            insert(connection, job(0), 4, "/o/stor/4", 1, UnmovedProjection.digest(recordRef(4)));
            insert(connection, job(0), 5, "/o/stor/1", 2, UnmovedProjection.digest(recordRef(1)));
        }

        ReadSide readSide = place.settings().isPresent() ? open(place.settings().get()) : open(Database.H2);
        List<ExceptionLine> lines = all(after -> readSide.history().exceptions(job(0), Optional.empty(), after, 10));
        assertThat(lines)
                .extracting(line -> line.key() + " in " + line.pass() + " x" + line.attempts())
                .containsExactly(ACCENTED + " in 2 x1", "/o/stor/3 in 2 x1", "/o/stor/4 in 1 x1", "/o/stor/1 in 2 x1");
        assertThat(lines)
                .allMatch(line -> line.firstAt().isEmpty() && line.lastAt().isEmpty());
        assertThat(get(readSide.unmovedRecords().page(job(0), 1, 3, "", 10)).records())
                .containsExactlyInAnyOrder(recordRef(1), new RecordRef(1, ACCENTED), recordRef(3), recordRef(4));

        store(0, state, excepted(Reason.MD5_MISMATCH, 1, 3));
        project(readSide);
        awaitProjection(readSide, 0);
        assertThat(all(after -> readSide.history().exceptions(job(0), Optional.empty(), after, 10)))
                .extracting(line -> line.key() + " " + line.reason() + " x" + line.attempts())
                .containsExactly(
                        ACCENTED + " NO_DESTINATION x1",
                        "/o/stor/4 NO_DESTINATION x1",
                        "/o/stor/1 MD5_MISMATCH x2",
                        "/o/stor/3 MD5_MISMATCH x2");
    }
}
