package io.rebalancer.manager.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.port.JobHistory.JobLine;
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.registry.RegistryState;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import io.rebalancer.persistence.journal.Journal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The journals of an earlier build are read unchanged. {@code earlier/embedded-journal.zip} was written by the last build
 * whose job state was one flat list: its processes were killed while one job was done and another had records in flight,
 * with snapshots of both.
 */
@Tag("slow")
class EarlierJournalTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final UUID DONE = UUID.fromString("25982031-1d89-4748-88bb-c04167db1a28");
    private static final UUID RUNNING = UUID.fromString("841cf38a-a84f-4766-b12c-83f4d28f5d28");

    @TempDir
    private Path directory;

    private Optional<ActorTestKit> kit = Optional.empty();

    /** The state after recovery, and the number of the last event. */
    private record Recovered<S>(S state, long sequenceNr) {}

    @BeforeEach
    void unpack() throws IOException {
        try (InputStream file = EarlierJournalTest.class.getResourceAsStream("/earlier/embedded-journal.zip");
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path target = directory.resolve(entry.getName());
                Files.createDirectories(target.getParent());
                Files.copy(zip, target);
            }
        }
    }

    @AfterEach
    void stop() {
        kit.ifPresent(ActorTestKit::shutdownTestKit);
    }

    @Test
    void jobsAreRecoveredFromSnapshotsAndFromEventsAlike() throws Exception {
        Journal journal = open("manager");
        JobState done = recoveredBothWays(journal, DONE);
        assertThat(done.phase()).isEqualTo(JobPhase.DONE);
        assertThat(done.isLimitReached()).isTrue();
        assertThat(done.scan().marks()).isNotEmpty();
        assertThat(done.counts()).isEqualTo(new JobCounts(new SettledCounts(20, 0, 0, 2, 183_142), 0, 0, 0));

        JobState running = recoveredBothWays(journal, RUNNING);
        assertThat(running.phase()).isEqualTo(JobPhase.RUNNING);
        assertThat(running.leaving().orElseThrow().storageNode().text()).isEqualTo("1.stor.playground.test");
        assertThat(running.inFlight().count()).isPositive();
        assertThat(running.counts().settled().relocated()).isPositive();
    }

    @Test
    void theRegistryAndTheTablesAreRead() throws Exception {
        Journal journal = open("manager");
        RegistryState registry = this.<RegistryEvent, RegistryState>recover(
                        PersistenceId.ofUniqueId("JobRegistry"), RegistryState.EMPTY, RegistryState::apply)
                .state();
        assertThat(registry.jobs()).extracting(RegisteredJob::id).containsExactly(RUNNING, DONE);
        assertThat(registry.jobs()).extracting(RegisteredJob::ended).containsExactly(false, true);

        List<JobLine> lines = journal.readSide(system())
                .history()
                .jobs(Optional.empty(), 10)
                .toCompletableFuture()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .items();
        assertThat(lines).extracting(JobLine::id).containsExactly(RUNNING, DONE);
        assertThat(lines.get(1).counts()).isEqualTo(new JobCounts(new SettledCounts(20, 0, 0, 2, 183_142), 0, 0, 0));
    }

    @Test
    void anAgentIsRecovered() throws Exception {
        open("agent-2");
        Recovered<AgentState> agent = this.<AgentEvent, AgentState>recover(
                PersistenceId.of("StorageAgent", "2.stor.playground.test"), AgentState.EMPTY, AgentState::apply);
        assertThat(agent.sequenceNr()).isGreaterThan(10);
        assertThat(agent.state()).isNotEqualTo(AgentState.EMPTY);
    }

    private JobState recoveredBothWays(Journal journal, UUID jobId) throws Exception {
        PersistenceId id = PersistentEntities.evacuateJob(jobId);
        Recovered<JobState> recovered = this.<JobEvent, JobState>recover(id, JobState.EMPTY, JobState::apply);
        JobState replayed = journal.reader(system())
                .follow(id.id(), 1)
                .take(recovered.sequenceNr())
                .map(each -> (JobEvent) each.event())
                .runWith(Sink.fold(JobState.EMPTY, JobState::apply), system())
                .toCompletableFuture()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        // A snapshot of that build does not contain when the passes began.
        assertThat(recovered.state())
                .as("the snapshot agrees with the events")
                .usingRecursiveComparison()
                .ignoringFields("passes.fruitlessSince")
                .isEqualTo(replayed);
        return replayed;
    }

    private ActorSystem<?> system() {
        return kit.orElseThrow().system();
    }

    private Journal open(String node) throws Exception {
        Journal journal = new EmbeddedJournal(directory.resolve(node));
        Config config = journal.applyTo(
                SettingsFile.over(ConfigFactory.parseString("pekko { actor.provider = local, loglevel = WARNING }")));
        kit = Optional.of(ActorTestKit.create("earlier", config));
        journal.prepare(system()).toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        return journal;
    }

    private <E, S> Recovered<S> recover(PersistenceId id, S empty, BiFunction<S, E, S> apply) {
        TestProbe<Recovered<S>> probe = kit.orElseThrow().createTestProbe();
        kit.orElseThrow()
                .spawn(Behaviors.<String>setup(context -> new Entity<>(context, id, empty, apply, probe.getRef())));
        return probe.receiveMessage(TIMEOUT);
    }

    /** Recovers and reports its state; takes no command. */
    private static final class Entity<E, S> extends EventSourcedBehavior<String, E, S> {
        private final ActorContext<String> context;
        private final S empty;
        private final BiFunction<S, E, S> apply;
        private final ActorRef<Recovered<S>> report;

        Entity(
                ActorContext<String> context,
                PersistenceId id,
                S empty,
                BiFunction<S, E, S> apply,
                ActorRef<Recovered<S>> report) {
            super(id);
            this.context = context;
            this.empty = empty;
            this.apply = apply;
            this.report = report;
        }

        @Override
        public S emptyState() {
            return empty;
        }

        @Override
        public CommandHandler<String, E, S> commandHandler() {
            return newCommandHandlerBuilder()
                    .forAnyState()
                    .onAnyCommand(() -> Effect().unhandled());
        }

        @Override
        public EventHandler<S, E> eventHandler() {
            return apply::apply;
        }

        @Override
        public SignalHandler<S> signalHandler() {
            return newSignalHandlerBuilder()
                    .onSignal(
                            RecoveryCompleted.class,
                            (state, completed) -> report.tell(new Recovered<>(state, lastSequenceNumber(context))))
                    .build();
        }
    }
}
