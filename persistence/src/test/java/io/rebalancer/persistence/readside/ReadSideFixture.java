package io.rebalancer.persistence.readside;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariDataSource;
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
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import io.rebalancer.persistence.postgres.Schema;
import io.rebalancer.persistence.query.JournalReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A read side in H2 or PostgreSQL, filled from events in memory. */
abstract class ReadSideFixture {
    static final Duration TIMEOUT = Duration.ofSeconds(60);
    static final Instant CREATED = Instant.parse("2026-11-21T10:00:00Z");
    static final Projector.Timing SHORT_TIMING = new Projector.Timing(
            Duration.ofMillis(200), new ExponentialBackoff(Duration.ofMillis(50), Duration.ofMillis(200)));

    @TempDir
    private Path directory;

    final ActorTestKit kit = ActorTestKit.create(
            "tables",
            ConfigFactory.parseString("pekko.actor.provider = local, pekko.actor.testkit.typed.filter-leeway = 60s,"
                            + " rebalancer.manager.journal.delete-events = off")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    final EventsInMemory events = new EventsInMemory();
    final FactsInMemory trail = new FactsInMemory();
    private Optional<HikariDataSource> pool = Optional.empty();

    enum Database {
        H2,
        POSTGRESQL
    }

    Path directory() {
        return directory;
    }

    ReadSide open(Database database) throws Exception {
        if (database == Database.H2) {
            return new EmbeddedJournal(directory).readSide(kit.system());
        }
        return open(Databases.create());
    }

    ReadSide open(JournalSettings.Postgresql settings) {
        new Schema(settings).migrate();
        HikariDataSource source = Databases.pool(settings);
        pool = Optional.of(source);
        return new ReadSidePool(source).readSide(kit.system());
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
        pool.ifPresent(HikariDataSource::close);
    }

    ActorRef<Projector.Command> project(ReadSide readSide) {
        return project(readSide, trail);
    }

    ActorRef<Projector.Command> project(ReadSide readSide, AuditTrail decisions) {
        return kit.spawn(Projector.create(JournalReader.of(events), readSide, decisions, SHORT_TIMING));
    }

    /** Registers a job with these events. */
    JobState storeJob(int number, JobEvent... all) {
        events.add(
                Entities.JOB_REGISTRY_ID,
                new RegistryEvent.JobRegistered(job(number), node(number), 0, CREATED.plusSeconds(number)));
        return store(number, JobState.EMPTY, all);
    }

    /** Stores further events of a job. */
    JobState store(int number, JobState before, JobEvent... all) {
        JobState state = before;
        for (JobEvent event : all) {
            events.add(journalId(number), event);
            state = state.apply(event);
        }
        return state;
    }

    void awaitProjection(ReadSide readSide, int number) {
        long last = events.count(journalId(number));
        await().atMost(TIMEOUT).until(() -> get(readSide.history().takenIn(job(number))) == last);
    }

    static UUID job(int number) {
        return new UUID(7, number);
    }

    static String journalId(int number) {
        return PersistentEntities.evacuateJob(job(number)).id();
    }

    static CopyLocation node(int number) {
        return new CopyLocation("dc1", new StorageNodeId(number + ".stor.d"));
    }

    static JobEvent created(int number) {
        return new JobEvent.JobCreated(node(number), 0, CREATED);
    }

    static JobEvent passStarted(int pass) {
        return new JobEvent.PassStarted(pass, CREATED, PassScope.ALL_RECORDS);
    }

    static JobEvent passFinished(int pass) {
        return new JobEvent.PassFinished(pass, Optional.empty());
    }

    static JobEvent excepted(Reason reason, int... records) {
        return new JobEvent.RecordsExcepted(
                Arrays.stream(records).mapToObj(each -> unmoved(each, reason)).toList(), Map.of());
    }

    static UnmovedRecord unmoved(int record, Reason reason) {
        return new UnmovedRecord(recordRef(record), UnmovedRecord.Kind.FAILED, reason, "record " + record);
    }

    static RecordRef recordRef(int record) {
        return new RecordRef(1, "/o/stor/" + record);
    }

    static UUID assignmentId(int i) {
        return new UUID(3, i);
    }

    /** An assignment of the records {@code 2 i} and {@code 2 i + 1} to node 99. */
    static Assignment assignment(UUID id, int i) {
        return new Assignment(id, node(99), List.of(task(2 * i), task(2 * i + 1)));
    }

    static JobEvent planned(int i) {
        return new JobEvent.AssignmentPlanned(assignment(assignmentId(i), i), Map.of());
    }

    static CopyTask task(int record) {
        return new CopyTask(
                recordRef(record),
                new UUID(1, record),
                new UUID(2, 2),
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
    }

    static <T> T get(CompletionStage<T> stage) throws InterruptedException, ExecutionException {
        return stage.toCompletableFuture().get();
    }

    /** All items of a list. */
    static <T> List<T> all(Function<Optional<String>, CompletionStage<Page<T>>> list) throws Exception {
        List<T> lines = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Page<T> page = get(list.apply(after));
            lines.addAll(page.items());
            after = page.next();
        } while (after.isPresent());
        return lines;
    }
}
