package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.AuditLine;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.JobHistory.JobLine;
import io.rebalancer.core.port.JobHistory.OrphanLine;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import io.rebalancer.persistence.postgres.Schema;
import io.rebalancer.persistence.query.JournalReader;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The tables match the events: each event counts exactly once, even if connections fail. */
@Tag("slow")
class ReadSideTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Instant CREATED = Instant.parse("2026-11-21T10:00:00Z");
    private static final Projector.Timing SHORT_TIMING = new Projector.Timing(
            Duration.ofMillis(200), new ExponentialBackoff(Duration.ofMillis(50), Duration.ofMillis(200)));
    private static final int JOBS = 5;
    private static final int ASSIGNMENTS = 60;

    @TempDir
    private Path directory;

    private final ActorTestKit kit = ActorTestKit.create(
            "tables",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private final EventsInMemory events = new EventsInMemory();
    private final Random random = new Random(5);
    private Optional<EmbeddedPostgres> postgres = Optional.empty();

    enum Database {
        H2,
        POSTGRESQL
    }

    private ReadSide open(Database database) throws Exception {
        if (database == Database.H2) {
            return new EmbeddedJournal(directory).readSide(kit.system());
        }
        EmbeddedPostgres server = EmbeddedPostgres.start();
        postgres = Optional.of(server);
        new Schema(new JournalSettings.Postgresql(
                        server.getJdbcUrl("postgres", "postgres"), "postgres", "postgres", 4, 4, true))
                .migrate();
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(server.getJdbcUrl("postgres", "postgres"));
        return ReadSide.of(kit.system(), source::getConnection, () -> new ReadSide.PoolUse(0, 0, 4, 0));
    }

    @AfterEach
    void stop() throws Exception {
        kit.shutdownTestKit();
        if (postgres.isPresent()) {
            postgres.get().close();
        }
    }

    /** The same tables through connections some of which fail, before their work or after their commit. */
    private ReadSide unreliable(ReadSide reliable, AtomicInteger faults) {
        return new ReadSide(
                () -> {
                    if (faults.get() > 0 && random.nextInt(4) == 0) {
                        faults.decrementAndGet();
                        if (random.nextBoolean()) {
                            throw new SQLException("the connection broke");
                        }
                        return LostCommitReply.of(reliable.connections().openConnection());
                    }
                    return reliable.connections().openConnection();
                },
                reliable.pool(),
                reliable.blocking(),
                reliable.states());
    }

    private ActorRef<Projector.Command> project(ReadSide readSide) {
        return kit.spawn(Projector.create(JournalReader.of(events), readSide, SHORT_TIMING));
    }

    private static UUID job(int number) {
        return new UUID(7, number);
    }

    private static String journalId(int number) {
        return PersistentEntities.evacuateJob(job(number)).id();
    }

    private static CopyLocation node(int number) {
        return new CopyLocation("dc1", new StorageNodeId(number + ".stor.d"));
    }

    /** Stores the events of some jobs. The last job does not end. */
    private List<JobState> storeEvents() {
        List<JobState> states = new ArrayList<>();
        for (int number = 0; number < JOBS; number++) {
            events.add(
                    Entities.JOB_REGISTRY_ID,
                    new RegistryEvent.JobRegistered(job(number), node(number), 0, CREATED.plusSeconds(number)));
            states.add(storeEvents(number, number == JOBS - 1));
        }
        return states;
    }

    private JobState storeEvents(int number, boolean open) {
        List<JobEvent> all = new ArrayList<>(List.of(
                new JobEvent.JobCreated(node(number), 0, CREATED),
                new JobEvent.PassStarted(1, CREATED),
                new JobEvent.RecordsExcepted(List.of(exception(1_000_000, Reason.NO_DESTINATION)), Map.of()),
                new JobEvent.PassFinished(1, Optional.empty()),
                new JobEvent.PassStarted(2, CREATED)));
        for (int i = 0; i < ASSIGNMENTS; i++) {
            UUID id = new UUID(number, i);
            all.add(new JobEvent.AssignmentPlanned(assignment(id, i), Map.of()));
            all.add(new JobEvent.CopiesFinished(id, List.of()));
            // Each record fails twice, and counts once.
            List<UnmovedRecord> failures = List.of(exception(i / 2, Reason.METADATA_UPDATE_FAILED));
            all.add(new JobEvent.RelocationsCommitted(
                    id, new SettledCounts(1, 0, 0, 0, 5), failures, Optional.empty()));
        }
        all.add(new JobEvent.IncarnationBegan(2, CREATED));
        all.add(new JobEvent.PassFinished(2, Optional.empty()));
        if (!open) {
            all.add(new JobEvent.JobEnded(JobPhase.DONE_WITH_EXCEPTIONS, "", CREATED));
        }
        JobState state = JobState.EMPTY;
        for (JobEvent event : all) {
            events.add(journalId(number), event);
            state = state.apply(event);
        }
        return state;
    }

    private static UnmovedRecord exception(int record, Reason reason) {
        return new UnmovedRecord(
                new RecordRef(1, "/o/stor/\0" + record), UnmovedRecord.Kind.FAILED, reason, "record " + record);
    }

    private static Assignment assignment(UUID id, int i) {
        return new Assignment(id, node(99), List.of(task(2 * i), task(2 * i + 1)));
    }

    private static CopyTask task(int record) {
        return new CopyTask(
                new RecordRef(1, "/o/stor/" + record),
                new UUID(1, record),
                new UUID(2, 2),
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
    }

    private static <T> T get(CompletionStage<T> stage) throws InterruptedException, ExecutionException {
        return stage.toCompletableFuture().get();
    }

    private static <T> List<T> all(Function<Optional<String>, CompletionStage<Page<T>>> list) throws Exception {
        List<T> lines = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Page<T> page = get(list.apply(after));
            lines.addAll(page.items());
            after = page.next();
        } while (after.isPresent());
        return lines;
    }

    private void assertTablesMatch(JobHistory history, List<JobState> states) throws Exception {
        await().atMost(TIMEOUT).until(() -> get(history.takenIn(job(JOBS - 1))) == events.count(journalId(JOBS - 1)));
        for (int number = 0; number < JOBS; number++) {
            long last = events.count(journalId(number));
            UUID id = job(number);
            await().atMost(TIMEOUT).until(() -> get(history.takenIn(id)) == last);
        }
        List<JobLine> jobs = all(after -> history.jobs(after, 2));
        assertThat(jobs).extracting(JobLine::id).containsExactly(job(4), job(3), job(2), job(1), job(0));
        for (JobLine line : jobs) {
            int number = (int) line.id().getLeastSignificantBits();
            JobState state = states.get(number);
            assertThat(line.state()).isEqualTo(state.phase().name());
            assertThat(line.counts()).isEqualTo(state.counts());
            assertThat(line.counts().settled().relocated()).isEqualTo(ASSIGNMENTS);
            assertThat(line.counts().failed()).isEqualTo(ASSIGNMENTS / 2);
            assertThat(line.epoch()).isEqualTo(2);
            assertThat(line.endedAt().isPresent()).isEqualTo(number != JOBS - 1);
            List<ExceptionLine> exceptions = all(after -> history.exceptions(line.id(), Optional.empty(), after, 7));
            assertThat(exceptions).hasSize(ASSIGNMENTS / 2).doesNotHaveDuplicates();
            assertThat(all(after -> history.exceptions(line.id(), Optional.of(Reason.NO_DESTINATION), after, 7)))
                    .as("unmoved records of an earlier pass")
                    .isEmpty();
        }
        assertThat(all(after -> history.audit(after, 3)))
                .extracting(AuditLine::action)
                .hasSize(3 * JOBS - 1)
                .contains("job_created", "job_taken_over", "job_ended");
    }

    @ParameterizedTest
    @EnumSource
    void eachEventCountsOnceWhenConnectionsFail(Database database) throws Exception {
        ReadSide reliable = open(database);
        List<JobState> states = storeEvents();
        AtomicInteger faults = new AtomicInteger(4);
        project(unreliable(reliable, faults));
        assertTablesMatch(reliable.history(), states);
    }

    @ParameterizedTest
    @EnumSource
    void twoProjectorsCountEachEventOnce(Database database) throws Exception {
        ReadSide reliable = open(database);
        project(reliable);
        project(reliable);
        assertTablesMatch(reliable.history(), storeEvents());
    }

    @ParameterizedTest
    @EnumSource
    void emptiedTablesAreFilledAgain(Database database) throws Exception {
        ReadSide reliable = open(database);
        List<JobState> states = storeEvents();
        project(reliable);
        assertTablesMatch(reliable.history(), states);
        reliable.tables().clear();
        assertThat(get(reliable.history().jobs(Optional.empty(), 1)).items()).isEmpty();
        assertTablesMatch(reliable.history(), states);
    }

    @ParameterizedTest
    @EnumSource
    void aRestartedProjectorAsksTheJournalForLaterEventsOnly(Database database) throws Exception {
        ReadSide readSide = open(database);
        List<JobState> states = new ArrayList<>(storeEvents());
        ActorRef<Projector.Command> first = project(readSide);
        assertTablesMatch(readSide.history(), states);
        kit.stop(first);

        int open = JOBS - 1;
        long position = events.count(journalId(open));
        JobEvent later = new JobEvent.JobEnded(JobPhase.FAILED, "the last event", CREATED);
        events.add(journalId(open), later);
        states.set(open, states.get(open).apply(later));
        events.forgetQueries();
        project(readSide);
        await().atMost(TIMEOUT).until(() -> get(readSide.history().takenIn(job(open))) == position + 1);
        assertThat(events.followed())
                .containsExactlyInAnyOrder(
                        new EventsInMemory.Followed(Entities.JOB_REGISTRY_ID, JOBS + 1L),
                        new EventsInMemory.Followed(journalId(open), position + 1));
        for (int number = 0; number < JOBS; number++) {
            FoldedJob stored = get(readSide.state(job(number))).orElseThrow();
            assertThat(stored).isEqualTo(new FoldedJob(events.count(journalId(number)), states.get(number)));
        }
        JobLine line = get(readSide.history().jobs(Optional.empty(), 1)).items().get(0);
        assertThat(line.state()).isEqualTo("FAILED");
        assertThat(line.counts()).isEqualTo(states.get(open).counts());
    }

    @ParameterizedTest
    @EnumSource
    void aLargeStateIsStoredLessOftenAndEachEventStillCountsOnce(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobHistory history = readSide.history();
        events.add(Entities.JOB_REGISTRY_ID, new RegistryEvent.JobRegistered(job(0), node(0), 0, CREATED));
        events.add(journalId(0), new JobEvent.JobCreated(node(0), 0, CREATED));
        events.add(journalId(0), new JobEvent.PassStarted(1, CREATED));
        List<UnmovedRecord> many = IntStream.range(0, 5000)
                .mapToObj(each -> new UnmovedRecord(
                        new RecordRef(1, "/o/stor/" + Long.toHexString(random.nextLong())),
                        UnmovedRecord.Kind.SKIPPED,
                        Reason.NO_DESTINATION,
                        "full"))
                .toList();
        events.add(journalId(0), new JobEvent.RecordsExcepted(many, Map.of()));
        ActorRef<Projector.Command> first = project(readSide);
        await().atMost(TIMEOUT).until(() -> get(history.takenIn(job(0))) == 3);
        events.add(journalId(0), excepted(Reason.MD5_MISMATCH, 1, 2));
        await().atMost(TIMEOUT).until(() -> get(history.takenIn(job(0))) == 4);
        assertThat(get(readSide.state(job(0))).orElseThrow().revision()).isEqualTo(3);
        kit.stop(first);

        events.add(journalId(0), excepted(Reason.MD5_MISMATCH, 2, 3));
        events.forgetQueries();
        project(readSide);
        await().atMost(TIMEOUT).until(() -> get(history.takenIn(job(0))) == 5);
        assertThat(events.followed()).contains(new EventsInMemory.Followed(journalId(0), 4));
        JobLine line = get(history.jobs(Optional.empty(), 1)).items().get(0);
        assertThat(line.counts().skipped()).isEqualTo(5000);
        assertThat(line.counts().failed()).isEqualTo(3);
        assertThat(all(after -> history.exceptions(job(0), Optional.of(Reason.MD5_MISMATCH), after, 7)))
                .hasSize(3);
    }

    /** The rows of an earlier build have a position, and no state. */
    @ParameterizedTest
    @EnumSource
    void aPositionWithoutAStateIsContinuedFromTheFirstEvent(Database database) throws Exception {
        ReadSide readSide = open(database);
        List<JobState> states = storeEvents();
        ActorRef<Projector.Command> first = project(readSide);
        assertTablesMatch(readSide.history(), states);
        kit.stop(first);
        readSide.tables().read(handle -> handle.execute("update projection set state = null"));
        readSide.tables()
                .read(handle -> handle.execute("update object_exception set pass = null, record_digest = null"));
        int open = JOBS - 1;
        events.forgetQueries();
        project(readSide);
        await().atMost(TIMEOUT).until(() -> get(readSide.state(job(open))).isPresent());
        assertThat(events.followed()).contains(new EventsInMemory.Followed(journalId(open), 1));
        assertThat(get(readSide.state(job(open))))
                .contains(new FoldedJob(events.count(journalId(open)), states.get(open)));
        assertTablesMatch(readSide.history(), states);
    }

    @ParameterizedTest
    @EnumSource
    void anUnreadableEventStopsTheRowsOfItsJobOnly(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeEvents(0, true);
        storeEvents(1, true);
        for (int number = 0; number < 2; number++) {
            events.add(
                    Entities.JOB_REGISTRY_ID,
                    new RegistryEvent.JobRegistered(job(number), node(number), 0, CREATED.plusSeconds(number)));
        }
        long readable = events.count(journalId(0));
        events.addUnreadable(journalId(0), "an event of version 2");
        project(readSide);
        await().atMost(TIMEOUT).until(() -> get(readSide.failures()).stream().anyMatch(each -> each.attempts() >= 2));
        assertThat(get(readSide.history().takenIn(job(0))))
                .as("the events before are projected")
                .isEqualTo(readable);
        assertThat(get(readSide.failures())).hasSize(1).first().satisfies(failure -> {
            assertThat(failure.jobId()).isEqualTo(job(0));
            assertThat(failure.cause()).contains("after event " + readable).contains("an event of version 2");
            assertThat(failure.nextTry()).isAfter(failure.since());
        });
        assertThat(events.followed().stream().filter(each -> each.id().equals(journalId(0))))
                .as("what each attempt asked for")
                .first()
                .isEqualTo(new EventsInMemory.Followed(journalId(0), 1));
        assertThat(events.followed().stream()
                        .filter(each -> each.id().equals(journalId(0)))
                        .skip(1))
                .isNotEmpty()
                .containsOnly(new EventsInMemory.Followed(journalId(0), readable + 1));

        events.add(journalId(1), new JobEvent.CommitParallelismSet(7));
        long last = events.count(journalId(1));
        await().atMost(TIMEOUT).until(() -> get(readSide.history().takenIn(job(1))) == last);

        events.replace(journalId(0), readable + 1, new JobEvent.CommitParallelismSet(8));
        await().atMost(TIMEOUT).until(() -> get(readSide.failures()).isEmpty());
        await().atMost(TIMEOUT).until(() -> get(readSide.history().takenIn(job(0))) == readable + 1);
    }

    @ParameterizedTest
    @EnumSource
    void exceptionsStayUntilTheNextPassMeetsTheirRecordsOrEnds(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobHistory history = readSide.history();
        events.add(Entities.JOB_REGISTRY_ID, new RegistryEvent.JobRegistered(job(0), node(0), 0, CREATED));
        events.add(journalId(0), new JobEvent.JobCreated(node(0), 0, CREATED));
        events.add(journalId(0), new JobEvent.PassStarted(1, CREATED));
        events.add(journalId(0), excepted(Reason.NO_DESTINATION, 1, 2));
        events.add(journalId(0), new JobEvent.PassFinished(1, Optional.empty()));
        events.add(journalId(0), new JobEvent.PassStarted(2, CREATED));
        project(readSide);
        awaitExceptions(history, "1 NO_DESTINATION in 1", "2 NO_DESTINATION in 1");
        events.add(journalId(0), excepted(Reason.MD5_MISMATCH, 1, 1));
        awaitExceptions(history, "2 NO_DESTINATION in 1", "1 MD5_MISMATCH in 2");
        events.add(journalId(0), new JobEvent.PassFinished(2, Optional.empty()));
        awaitExceptions(history, "1 MD5_MISMATCH in 2");
    }

    /** The rows of an earlier build name no pass, and can't be found by their record. */
    @ParameterizedTest
    @EnumSource
    void exceptionsOfAnEarlierBuildStayUntilTheNextPassEnds(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobHistory history = readSide.history();
        events.add(Entities.JOB_REGISTRY_ID, new RegistryEvent.JobRegistered(job(0), node(0), 0, CREATED));
        events.add(journalId(0), new JobEvent.JobCreated(node(0), 0, CREATED));
        events.add(journalId(0), new JobEvent.PassStarted(1, CREATED));
        events.add(journalId(0), excepted(Reason.NO_DESTINATION, 1, 2));
        project(readSide);
        awaitExceptions(history, "1 NO_DESTINATION in 1", "2 NO_DESTINATION in 1");
        readSide.tables()
                .read(handle -> handle.execute("update object_exception set pass = null, record_digest = null"));
        events.add(journalId(0), new JobEvent.PassFinished(1, Optional.empty()));
        events.add(journalId(0), new JobEvent.PassStarted(2, CREATED));
        awaitExceptions(history, "1 NO_DESTINATION in 1", "2 NO_DESTINATION in 1");
        events.add(journalId(0), excepted(Reason.MD5_MISMATCH, 1));
        events.add(journalId(0), new JobEvent.PassFinished(2, Optional.empty()));
        awaitExceptions(history, "1 MD5_MISMATCH in 2");
    }

    private static JobEvent excepted(Reason reason, int... records) {
        return new JobEvent.RecordsExcepted(
                Arrays.stream(records).mapToObj(each -> exception(each, reason)).toList(), Map.of());
    }

    private void awaitExceptions(JobHistory history, String... lines) throws Exception {
        long last = events.count(journalId(0));
        await().atMost(TIMEOUT).until(() -> get(history.takenIn(job(0))) == last);
        assertThat(all(after -> history.exceptions(job(0), Optional.empty(), after, 7)))
                .extracting(line -> line.key().replaceAll("\\D", "") + " " + line.reason() + " in "
                        + line.pass().orElseThrow())
                .containsExactly(lines);
    }

    /** Stores the events of a job that ended, and whose assignments {@code 0} to {@code releases - 1} are not released. */
    private void storeEndedJob(int number, int releases) {
        events.add(Entities.JOB_REGISTRY_ID, new RegistryEvent.JobRegistered(job(number), node(number), 0, CREATED));
        events.add(journalId(number), new JobEvent.JobCreated(node(number), 0, CREATED));
        events.add(journalId(number), new JobEvent.PassStarted(1, CREATED));
        for (int i = 0; i < releases; i++) {
            events.add(journalId(number), new JobEvent.AssignmentPlanned(assignment(assignmentId(i), i), Map.of()));
            events.add(
                    journalId(number),
                    new JobEvent.AssignmentLost(
                            assignmentId(i),
                            List.of(),
                            Optional.of(new JobEvent.Release(List.of(
                                    task(2 * i).objectId(), task(2 * i + 1).objectId())))));
        }
        events.add(journalId(number), new JobEvent.JobEnded(JobPhase.FAILED, "test", CREATED));
    }

    private static UUID assignmentId(int i) {
        return new UUID(3, i);
    }

    private static JobEvent orphaned(int i, String detail, int secondsAfterCreation, int... objects) {
        return new JobEvent.CopiesOrphaned(
                assignmentId(i),
                node(99).storageNode(),
                Arrays.stream(objects).mapToObj(each -> task(each).objectId()).toList(),
                detail,
                CREATED.plusSeconds(secondsAfterCreation));
    }

    private static JobEvent released(int i) {
        return new JobEvent.AssignmentsReleased(List.of(assignmentId(i)));
    }

    private void awaitProjection(JobHistory history, int number) {
        long last = events.count(journalId(number));
        await().atMost(TIMEOUT).until(() -> get(history.takenIn(job(number))) == last);
    }

    private static List<String> orphans(JobHistory history, Optional<UUID> jobId) throws Exception {
        return all(after -> history.orphans(jobId, after, 2)).stream()
                .map(line -> line.jobId().getLeastSignificantBits() + "/"
                        + line.assignmentId().getLeastSignificantBits() + "/"
                        + line.objectId().getLeastSignificantBits() + " " + line.detail() + " on " + line.storageNode()
                        + " at " + Duration.between(CREATED, line.recordedAt()).toSeconds())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void orphanedCopiesAreRecordedUntilNoReleaseIsPendingAlsoAfterTheEndOfTheJob(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobHistory history = readSide.history();
        storeEndedJob(0, 2);
        ActorRef<Projector.Command> first = project(readSide);
        awaitProjection(history, 0);
        JobLine ended = get(history.jobs(Optional.empty(), 1)).items().get(0);
        assertThat(ended.state()).isEqualTo("FAILED");
        await().atMost(TIMEOUT)
                .until(() -> Instant.now().isAfter(ended.endedAt().orElseThrow().plusMillis(1)));
        events.add(journalId(0), orphaned(0, "in doubt", 1, 0, 0));
        awaitProjection(history, 0);
        kit.stop(first);

        events.forgetQueries();
        ActorRef<Projector.Command> second = project(readSide);
        events.add(journalId(0), orphaned(0, "the agent is lost", 2, 0, 1));
        events.add(journalId(0), released(0));
        events.add(journalId(0), orphaned(1, "the agent is lost", 3, 2));
        events.add(journalId(0), released(1));
        awaitProjection(history, 0);
        List<String> expected = List.of(
                "0/1/2 the agent is lost on 99.stor.d at 3",
                "0/0/1 the agent is lost on 99.stor.d at 2",
                "0/0/0 the agent is lost on 99.stor.d at 2");
        assertThat(orphans(history, Optional.empty())).isEqualTo(expected);
        assertThat(readSide.tables().openJobs()).isEmpty();
        kit.stop(second);

        events.forgetQueries();
        storeEndedJob(1, 0);
        project(readSide);
        awaitProjection(history, 1);
        assertThat(events.followed()).extracting(EventsInMemory.Followed::id).doesNotContain(journalId(0));
        assertThat(get(history.jobs(Optional.empty(), 5)).items())
                .filteredOn(line -> line.id().equals(job(0)))
                .containsExactly(ended);

        readSide.tables().clear();
        assertThat(orphans(history, Optional.empty())).isEmpty();
        awaitProjection(history, 0);
        assertThat(orphans(history, Optional.empty())).isEqualTo(expected);
        JobLine again = get(history.jobs(Optional.empty(), 5)).items().stream()
                .filter(line -> line.id().equals(job(0)))
                .findFirst()
                .orElseThrow();
        assertThat(again).as("all events are written together").isEqualTo(ended);
    }

    @ParameterizedTest
    @EnumSource
    void orphanedCopiesAreListedNewestFirst(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobHistory history = readSide.history();
        for (int number = 0; number < 2; number++) {
            storeEndedJob(number, 2);
            events.add(journalId(number), orphaned(0, "lost", 1, 0, 1));
            events.add(journalId(number), orphaned(1, "lost", 2 + number, 2));
        }
        project(readSide);
        awaitProjection(history, 0);
        awaitProjection(history, 1);
        assertThat(orphans(history, Optional.empty()))
                .containsExactly(
                        "1/1/2 lost on 99.stor.d at 3",
                        "0/1/2 lost on 99.stor.d at 2",
                        "1/0/1 lost on 99.stor.d at 1",
                        "1/0/0 lost on 99.stor.d at 1",
                        "0/0/1 lost on 99.stor.d at 1",
                        "0/0/0 lost on 99.stor.d at 1");
        assertThat(orphans(history, Optional.of(job(0))))
                .containsExactly(
                        "0/1/2 lost on 99.stor.d at 2", "0/0/1 lost on 99.stor.d at 1", "0/0/0 lost on 99.stor.d at 1");
        OrphanLine line = get(history.orphans(Optional.of(job(1)), Optional.empty(), 1))
                .items()
                .get(0);
        assertThat(line)
                .isEqualTo(new OrphanLine(
                        job(1), assignmentId(1), "99.stor.d", task(2).objectId(), "lost", CREATED.plusSeconds(3)));
        assertThatThrownBy(() -> get(history.orphans(Optional.empty(), Optional.of("x"), 10)))
                .hasCauseInstanceOf(JobHistory.BadCursor.class);
    }

    @ParameterizedTest
    @EnumSource
    void aMalformedCursorIsRejected(Database database) throws Exception {
        JobHistory history = open(database).history();
        for (String bad : List.of("x", "", "eA", "MQ MQ", "AAAA/")) {
            assertThatThrownBy(() -> get(history.jobs(Optional.of(bad), 10)))
                    .hasCauseInstanceOf(JobHistory.BadCursor.class);
            assertThatThrownBy(() -> get(history.audit(Optional.of(bad), 10)))
                    .hasCauseInstanceOf(JobHistory.BadCursor.class);
        }
    }
}
