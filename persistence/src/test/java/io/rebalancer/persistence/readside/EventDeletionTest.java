package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.registry.RegistryState;
import io.rebalancer.persistence.EventStore;
import io.rebalancer.persistence.Journals;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.log.EventLog;
import io.rebalancer.persistence.plugin.LogReadJournal;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.query.StoredSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A long job keeps a bounded number of events, and everything that reads them starts without the others. */
@Tag("slow")
class EventDeletionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final UUID JOB = ReadSideFixture.job(0);
    private static final String ID = PersistentEntities.evacuateJob(JOB).id();
    private static final int EVENTS_TOGETHER = 100;
    /** What one deletion leaves, the events behind the snapshot before the last, and those that are stored together. */
    private static final long MAX_EVENTS =
            JournalTrimmer.MIN_EVENTS + 2 * EventStore.SNAPSHOT_EVERY + 2 * EVENTS_TOGETHER;

    private static final String SETTINGS = """
            pekko.actor.provider = local
            rebalancer.manager.journal.delete-events = %s
            """;
    private static final String SMALL_LOG = """
            rebalancer.log {
              segment-bytes = 64 KiB, max-batch-bytes = 16 KiB, max-frame-bytes = 16 KiB, ahead-bytes = 4 KiB
              retention { keep-segments = 1, min-age = 0s }
            }
            """;

    @TempDir
    private Path directory;

    private Optional<ActorTestKit> running = Optional.empty();
    private JobState expected = JobState.EMPTY;
    private long stored;

    enum Kind {
        EMBEDDED,
        POSTGRESQL
    }

    /** A journal, and the entities that use it. */
    private record Manager(ActorTestKit kit, ReadSide readSide, JournalReader reader, TestProbe<JobState> recovered) {
        ActorRef<List<JobEvent>> recoverJob() {
            return kit.spawn(EventStore.ofJob(JOB, recovered.getRef()));
        }

        ActorRef<Projector.Command> project() {
            return kit.spawn(Projector.create(reader, readSide, new FactsInMemory(), ReadSideFixture.SHORT_TIMING));
        }
    }

    private Journal journal(Kind kind) throws Exception {
        return kind == Kind.EMBEDDED ? new EmbeddedJournal(directory) : Journals.of(Databases.create());
    }

    private Manager start(Journal journal, String deleteEvents) throws Exception {
        ActorTestKit kit = ActorTestKit.create(
                "manager",
                ConfigFactory.parseString(SMALL_LOG)
                        .withFallback(journal.applyTo(ConfigFactory.parseString(SETTINGS.formatted(deleteEvents))
                                .withFallback(SettingsFile.over(ConfigFactory.empty())))));
        running = Optional.of(kit);
        get(journal.prepare(kit.system()));
        return new Manager(kit, journal.readSide(kit.system()), journal.reader(kit.system()), kit.createTestProbe());
    }

    @AfterEach
    void stop() {
        running.ifPresent(ActorTestKit::shutdownTestKit);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void register(Manager manager) {
        TestProbe<RegistryState> recovered = manager.kit().createTestProbe();
        manager.kit()
                .spawn(EventStore.ofRegistry(recovered.getRef()))
                .tell(List.of(
                        new RegistryEvent.JobRegistered(JOB, ReadSideFixture.node(0), 0, ReadSideFixture.CREATED)));
    }

    private ActorRef<List<JobEvent>> create(Manager manager) {
        ActorRef<List<JobEvent>> job = manager.recoverJob();
        manager.recovered().receiveMessage(TIMEOUT);
        store(job, List.of(ReadSideFixture.created(0), ReadSideFixture.passStarted(1)));
        return job;
    }

    private void store(ActorRef<List<JobEvent>> job, List<JobEvent> events) {
        for (JobEvent event : events) {
            expected = expected.apply(event);
            stored++;
        }
        job.tell(events);
    }

    private void storeMany(ActorRef<List<JobEvent>> job, int times) {
        for (int i = 0; i < times; i++) {
            List<JobEvent> events = new ArrayList<>();
            for (int j = 0; j < EVENTS_TOGETHER; j++) {
                events.add(new JobEvent.CommitParallelismSet(1 + (i + j) % 50));
            }
            store(job, events);
        }
    }

    private List<Long> numbers(Manager manager) throws Exception {
        return get(manager.reader()
                .follow(ID, 1)
                .map(EventEnvelope::sequenceNr)
                .takeWhile(number -> number < stored, true)
                .runWith(Sink.seq(), manager.kit().system()));
    }

    /** A client of an event stream is served from the snapshot that is old enough. */
    private void assertSnapshotsLeadToEveryKeptState(Manager manager, long firstKept) throws Exception {
        long newest = get(manager.reader().snapshot(ID, stored)).orElseThrow().sequenceNr();
        StoredSnapshot older = get(manager.reader().snapshot(ID, newest - 1)).orElseThrow();
        assertThat(older.sequenceNr()).isBetween(firstKept - 1, newest - 1);
        JobState state = (JobState) older.state();
        List<EventEnvelope> later = get(manager.reader()
                .follow(ID, older.sequenceNr() + 1)
                .takeWhile(event -> event.sequenceNr() < stored, true)
                .runWith(Sink.seq(), manager.kit().system()));
        for (EventEnvelope each : later) {
            state = state.apply((JobEvent) each.event());
        }
        assertThat(state).isEqualTo(expected);
        assertThat(get(manager.reader().snapshot(ID, 1))).isEmpty();
    }

    private void awaitProjection(Manager manager) {
        await().atMost(TIMEOUT).until(() -> get(manager.readSide().history().takenIn(JOB)) == stored);
    }

    /** A deletion that is in progress may remove events between two pages of a read; the next read has no gap. */
    private static boolean hasNoGap(List<Long> numbers) {
        return numbers.get(numbers.size() - 1) - numbers.get(0) == numbers.size() - 1;
    }

    private void awaitFewEvents(Manager manager) {
        await().atMost(TIMEOUT).until(() -> numbers(manager).size() <= MAX_EVENTS);
    }

    @ParameterizedTest
    @EnumSource
    void everythingStartsAgainAfterTheDeletion(Kind kind) throws Exception {
        Journal journal = journal(kind);
        Manager manager = start(journal, "on");
        register(manager);
        ActorRef<List<JobEvent>> job = create(manager);
        ActorRef<Projector.Command> projector = manager.project();
        storeMany(job, 40);
        awaitProjection(manager);
        awaitFewEvents(manager);
        List<Long> kept = await().atMost(TIMEOUT).until(() -> numbers(manager), EventDeletionTest::hasNoGap);
        assertSnapshotsLeadToEveryKeptState(manager, kept.get(0));

        manager.kit().stop(job);
        manager.kit().stop(projector);
        ActorRef<List<JobEvent>> again = manager.recoverJob();
        assertThat(manager.recovered().receiveMessage(TIMEOUT)).isEqualTo(expected);
        storeMany(again, 3);
        manager.project();
        awaitProjection(manager);
        FoldedJob start = get(manager.readSide().state(JOB)).orElseThrow();
        FoldedJob followed = get(manager.reader()
                .follow(ID, start.revision() + 1)
                .take(stored - start.revision())
                .runWith(Sink.fold(start, FoldedJob::after), manager.kit().system()));
        assertThat(followed).isEqualTo(new FoldedJob(stored, expected));
        manager.kit().shutdownTestKit();

        Manager restarted = start(journal, "on");
        ActorRef<List<JobEvent>> third = restarted.recoverJob();
        assertThat(restarted.recovered().receiveMessage(TIMEOUT)).isEqualTo(expected);
        restarted.project();
        storeMany(third, 20);
        awaitProjection(restarted);
        awaitFewEvents(restarted);
    }

    @Test
    void theEmbeddedLogDeletesTheSegmentsOfDeletedEvents() throws Exception {
        Manager manager = start(journal(Kind.EMBEDDED), "on");
        // The registry keeps its event, and with it the segment: so the event must not be in the first segment.
        storeMany(create(manager), 60);
        await().atMost(TIMEOUT).until(() -> numbers(manager).size() == stored);
        register(manager);
        manager.project();
        awaitProjection(manager);
        awaitFewEvents(manager);
        EventLog log = new LogReadJournal(manager.kit().system().classicSystem()).log();
        await().atMost(TIMEOUT).until(() -> log.feed(0, 1).get(0).sequenceNr() > 1);
    }

    @ParameterizedTest
    @EnumSource
    void noEventIsDeletedWithoutAProjector(Kind kind) throws Exception {
        Manager manager = start(journal(kind), "on");
        register(manager);
        ActorRef<List<JobEvent>> job = create(manager);
        ActorRef<Projector.Command> projector = manager.project();
        awaitProjection(manager);
        manager.kit().stop(projector);
        storeMany(job, 20);
        assertThat(numbers(manager)).hasSize((int) stored);
        DeletionTable deletions = manager.readSide().tables().deletions();
        assertThat(deletions.begin(ID, stored))
                .as("what a frozen projector tries")
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void theSettingKeepsAllEvents(Kind kind) throws Exception {
        Manager manager = start(journal(kind), "off");
        assertThat(manager.readSide().deletion()).isEmpty();
    }
}
