package io.rebalancer.persistence.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.AuditLine;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.JobHistory.JobLine;
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.core.registry.RegistryState;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.persistence.EventStore;
import io.rebalancer.persistence.Journals;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.readside.FactsInMemory;
import io.rebalancer.persistence.readside.Projector;
import io.rebalancer.persistence.readside.ReadSide;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A database that the previous build wrote: this build uses it as it is. */
@Tag("slow")
class PreviousBuildTest {
    private static final String DUMP = "/postgresql-b93f4ca.sql";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final UUID ENDED_JOB = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final UUID RUNNING_JOB = UUID.fromString("00000000-0000-4000-8000-000000000002");
    private static final int EVENTS_OF_ENDED_JOB = 7;
    private static final int EVENTS_OF_RUNNING_JOB = 9;
    private static final JobCounts COUNTS_OF_ENDED_JOB = new JobCounts(new SettledCounts(1, 0, 0, 0, 5), 0, 1, 0);
    private static final JobCounts COUNTS_OF_RUNNING_JOB = new JobCounts(new SettledCounts(2, 0, 0, 0, 10), 1, 0, 1);

    private static EmbeddedPostgres server;
    private static int databases;

    private JournalSettings.Postgresql settings;
    private Journal journal;
    private ActorTestKit kit;

    @BeforeAll
    static void startServer() throws Exception {
        server = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void restoreDatabase() throws Exception {
        String database = "restored_" + databases++;
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement create = connection.createStatement()) {
            create.execute("create database " + database);
        }
        try (InputStream dump = Objects.requireNonNull(PreviousBuildTest.class.getResourceAsStream(DUMP));
                Connection connection = server.getDatabase("postgres", database).getConnection();
                Statement restore = connection.createStatement()) {
            restore.execute(new String(dump.readAllBytes(), StandardCharsets.UTF_8));
        }
        settings = new JournalSettings.Postgresql(
                "jdbc:postgresql://localhost:" + server.getPort() + "/" + database, "postgres", "", 4, 4, false);
        journal = Journals.of(settings);
        kit = ActorTestKit.create(
                "this-build",
                journal.applyTo(ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(SettingsFile.over(ConfigFactory.empty()))));
        new Schema(settings).migrate();
        get(journal.prepare(kit.system()));
    }

    @AfterEach
    void stopSystem() {
        kit.shutdownTestKit();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private ActorRef<List<JobEvent>> recoverJob(UUID jobId, TestProbe<JobState> recovered) {
        return kit.spawn(EventStore.ofJob(jobId, recovered.getRef()));
    }

    @Test
    void theMigrationIsRepeatable() {
        assertThat(new Schema(settings).migrate()).isZero();
    }

    @Test
    void jobsRecoverFromTheirSnapshotsAndEvents() {
        TestProbe<JobState> recovered = kit.createTestProbe();
        recoverJob(ENDED_JOB, recovered);
        JobState ended = recovered.receiveMessage(TIMEOUT);
        assertThat(ended.phase()).isEqualTo(JobPhase.DONE_WITH_EXCEPTIONS);
        assertThat(ended.counts()).isEqualTo(COUNTS_OF_ENDED_JOB);
        recoverJob(RUNNING_JOB, recovered);
        JobState running = recovered.receiveMessage(TIMEOUT);
        assertThat(running.phase()).isEqualTo(JobPhase.RUNNING);
        assertThat(running.epoch()).isEqualTo(2);
        assertThat(running.counts()).isEqualTo(COUNTS_OF_RUNNING_JOB);
        assertThat(running.inFlight().count()).isEqualTo(1);
    }

    @Test
    void theEventsAloneGiveTheSameStateAsTheSnapshotWithLaterEvents() throws Exception {
        TestProbe<JobState> recovered = kit.createTestProbe();
        recoverJob(RUNNING_JOB, recovered);
        JobState fromEvents = get(journal.reader(kit.system())
                .follow(PersistentEntities.evacuateJob(RUNNING_JOB).id(), 1)
                .take(EVENTS_OF_RUNNING_JOB)
                .map(envelope -> (JobEvent) envelope.event())
                .runWith(Sink.fold(JobState.EMPTY, JobState::apply), kit.system()));
        // A snapshot of that build does not contain when the passes began.
        assertThat(recovered.receiveMessage(TIMEOUT))
                .usingRecursiveComparison()
                .ignoringFields("passes.fruitlessSince")
                .isEqualTo(fromEvents);
    }

    @Test
    void theRegistryRecovers() {
        TestProbe<RegistryState> recovered = kit.createTestProbe();
        kit.spawn(EventStore.ofRegistry(recovered.getRef()));
        RegistryState registry = recovered.receiveMessage(TIMEOUT);
        assertThat(registry.jobs()).extracting(RegisteredJob::id).containsExactly(RUNNING_JOB, ENDED_JOB);
        assertThat(registry.active()).extracting(RegisteredJob::id).containsExactly(RUNNING_JOB);
        assertThat(registry.jobs())
                .allMatch(job -> registry.nodes().stateOf(job.leaving().storageNode()) == ServiceState.FENCED);
    }

    @Test
    void theReadSideIsServedAndContinued() throws Exception {
        ReadSide readSide = journal.readSide(kit.system());
        JobHistory history = readSide.history();
        assertThat(get(history.takenIn(ENDED_JOB))).isEqualTo(EVENTS_OF_ENDED_JOB);
        assertThat(get(history.takenIn(RUNNING_JOB))).isEqualTo(EVENTS_OF_RUNNING_JOB);
        List<JobLine> jobs = get(history.jobs(Optional.empty(), 10)).items();
        assertThat(jobs).extracting(JobLine::id).containsExactly(RUNNING_JOB, ENDED_JOB);
        assertThat(jobs).extracting(JobLine::counts).containsExactly(COUNTS_OF_RUNNING_JOB, COUNTS_OF_ENDED_JOB);
        assertThat(jobs).extracting(JobLine::state).containsExactly("RUNNING", "DONE_WITH_EXCEPTIONS");
        assertThat(get(history.exceptions(RUNNING_JOB, Optional.empty(), Optional.empty(), 10))
                        .items())
                .extracting(ExceptionLine::reason)
                .containsExactly(Reason.NO_DESTINATION);
        assertThat(audit(history)).hasSize(5);

        kit.spawn(Projector.create(journal.reader(kit.system()), readSide, new FactsInMemory()));
        TestProbe<JobState> recovered = kit.createTestProbe();
        recoverJob(RUNNING_JOB, recovered)
                .tell(List.of(new JobEvent.JobEnded(JobPhase.FAILED, "test", Instant.parse("2026-11-20T12:00:00Z"))));
        await().atMost(TIMEOUT).until(() -> get(history.takenIn(RUNNING_JOB)) == EVENTS_OF_RUNNING_JOB + 1);
        JobLine ended = get(history.jobs(Optional.empty(), 10)).items().get(0);
        assertThat(ended.state()).isEqualTo("FAILED");
        assertThat(ended.endedAt()).isPresent();
        assertThat(ended.counts()).isEqualTo(COUNTS_OF_RUNNING_JOB);
        assertThat(audit(history)).hasSize(6).first().isEqualTo("job_ended");
    }

    /** The condition of the projector for the jobs that it follows. */
    @Test
    void noEventFollowsInJobsThatThePreviousBuildEnded() throws Exception {
        try (Connection connection = new Schema(settings).connect();
                Statement query = connection.createStatement();
                ResultSet row =
                        query.executeQuery("select id from job where ended_at is null or pending_releases > 0")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getObject(1, UUID.class)).isEqualTo(RUNNING_JOB);
            assertThat(row.next()).isFalse();
        }
    }

    private static List<String> audit(JobHistory history) throws Exception {
        return get(history.audit(Optional.empty(), 10)).items().stream()
                .map(AuditLine::action)
                .toList();
    }
}
