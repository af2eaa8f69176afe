package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.JobMessage.JobReply;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.evacuate.commit.CommitResources;
import io.rebalancer.manager.evacuate.commit.DestinationCheck;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.evacuate.planning.ScanResources;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.NodesInService;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.persistence.Journals;
import io.rebalancer.persistence.journal.Journal;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the manager's own cost of a job: the real job, batcher, committer and journal with the shipped settings, and
 * agents and a metadata tier that reply at once. Run by {@code make bench-control}.
 */
class ControlBench {
    private static final int WARM_UP = 50_000;
    private static final int RECORDS = Integer.getInteger("bench.records", 500_000);
    private static final int AGENTS = 20;
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    /** The result for a number of concurrent jobs. */
    private record Figures(int jobs, double perSecond, double ownCpu, double databaseCpu) {
        void print(String journal) {
            System.out.printf(
                    "%-12s %d job(s)  %,9.0f objects/s, %.2f CPUs of the manager, %.2f of the database%n",
                    journal, jobs, perSecond, ownCpu, databaseCpu);
        }
    }

    @Test
    void objectsThroughTheControlPlane() throws Exception {
        List<Figures> embedded = run(new JournalSettings.Embedded(directory.resolve("journal")), List.of());
        embedded.forEach(each -> each.print("embedded log"));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start()) {
            String url = postgres.getJdbcUrl("postgres", "postgres");
            Path data = Path.of(show(postgres, "data_directory"));
            long pid = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
            List<Figures> shared = run(
                    new JournalSettings.Postgresql(url, "postgres", "postgres", 10, 5, true),
                    List.of(ProcessHandle.of(pid).orElseThrow()));
            shared.forEach(each -> each.print("PostgreSQL"));
            System.out.printf(
                    "PostgreSQL / embedded log: %.2f with one job%n",
                    shared.get(0).perSecond() / embedded.get(0).perSecond());
            printStored(postgres);
        }
    }

    private static String show(EmbeddedPostgres postgres, String name) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement show = connection.createStatement();
                ResultSet row = show.executeQuery("show " + name)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    private static void printStored(EmbeddedPostgres postgres) throws SQLException {
        double thousands = (3 * RECORDS + WARM_UP) / 1000.0;
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement count = connection.createStatement();
                ResultSet row = count.executeQuery("select count(*), sum(octet_length(event_payload)),"
                        + " pg_total_relation_size('event_journal') from event_journal")) {
            assertThat(row.next()).isTrue();
            System.out.printf(
                    "journalled per 1,000 objects: %.1f events, %,.0f bytes of payload, %,.0f bytes in the database%n",
                    row.getLong(1) / thousands, row.getLong(2) / thousands, row.getLong(3) / thousands);
        }
    }

    private List<Figures> run(JournalSettings settings, List<ProcessHandle> database) throws Exception {
        Journal journal = Journals.of(settings);
        Config config = journal.applyTo(SettingsFile.over(ConfigFactory.parseString("""
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.cluster.roles = [%s]
                pekko.loglevel = WARNING
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """.formatted(Roles.MANAGER))));
        ActorTestKit kit = ActorTestKit.create("control", config);
        try {
            journal.prepare(kit.system()).toCompletableFuture().get();
            Cluster cluster = Cluster.get(kit.system());
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
            await().atMost(TIMEOUT).until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
            Jobs jobs = new Jobs(kit, journal);
            jobs.evacuate(1, WARM_UP);
            return List.of(measure(jobs, 1, database), measure(jobs, 2, database));
        } finally {
            kit.shutdownTestKit();
        }
    }

    private static Figures measure(Jobs jobs, int jobCount, List<ProcessHandle> database) throws Exception {
        Duration own = cpu(Stream.of(ProcessHandle.current()));
        Duration theirs = cpu(family(database));
        long startNanos = System.nanoTime();
        jobs.evacuate(jobCount, RECORDS);
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        return new Figures(
                jobCount,
                (double) jobCount * RECORDS / seconds,
                cpu(Stream.of(ProcessHandle.current())).minus(own).toMillis() / 1000.0 / seconds,
                cpu(family(database)).minus(theirs).toMillis() / 1000.0 / seconds);
    }

    private static Stream<ProcessHandle> family(List<ProcessHandle> heads) {
        return heads.stream().flatMap(head -> Stream.concat(Stream.of(head), head.descendants()));
    }

    private static Duration cpu(Stream<ProcessHandle> processes) {
        return processes
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Agents that report every copy as soon as it is ordered. */
    private static final class InstantAgents implements AgentGateway {
        @Override
        public boolean isReachable(StorageNodeId node) {
            return true;
        }

        @Override
        public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
            job.tell(new JobMessage.AssignmentAccepted(assignment.id(), 0));
            job.tell(new JobMessage.CopiesReported(
                    assignment.id(), assignment.destination().storageNode(), List.of()));
        }

        @Override
        public void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
            job.tell(new JobMessage.ReleaseAcknowledged(release.assignmentId()));
        }

        @Override
        public boolean canDiscard(StorageNodeId node, UUID assignmentId) {
            return true;
        }

        @Override
        public void forget(UUID assignmentId) {
            // Keeps nothing.
        }
    }

    /** Runs jobs, each over its own records. */
    private static final class Jobs {
        private final ActorTestKit kit;
        private final ClusterSharding sharding;
        private volatile ManyRecords records = new ManyRecords(0);

        Jobs(ActorTestKit kit, Journal journal) {
            this.kit = kit;
            this.sharding = ClusterSharding.get(kit.system());
            EvacuateSettings settings = TestSettings.evacuate("");
            LegacyMetrics metrics = new LegacyMetrics(Map.of());
            ScanPermits permits = new ScanPermits(() -> 32);
            EvacuateJobs.host(
                    kit.system(),
                    entity -> EvacuateJob.create(
                            entity,
                            new JobResources(
                                    new PlanningResources(
                                            () -> settings,
                                            new ScanResources(records, records, permits),
                                            directory(),
                                            kit.spawn(SpaceBroker.create(Clock.systemUTC())),
                                            Clock.systemUTC()),
                                    CommitResources.create(
                                            kit.system(),
                                            settings::commit,
                                            records,
                                            DestinationCheck.NEVER_REFUSES,
                                            metrics::metadataThreads),
                                    new ScanResources(records, records, permits),
                                    new RecordsInMemory(),
                                    new VerificationResources(records, permits, Clock.systemUTC()),
                                    new NodesInService(),
                                    new InstantAgents(),
                                    registry(),
                                    journal.reader(kit.system()),
                                    metrics,
                                    AssignmentTraces.NONE)),
                    EvacuateJob.stopMessage());
        }

        private ActorRef<StorageNodeDirectory.Command> directory() {
            DestinationCandidates candidates = new DestinationCandidates(
                    true,
                    IntStream.range(10, 10 + AGENTS)
                            .mapToObj(number ->
                                    new StorageNode(new StorageNodeId(number + ".stor"), "dc3", 100_000_000, 10))
                            .toList(),
                    List.of(),
                    List.of());
            return kit.spawn(Behaviors.receive(StorageNodeDirectory.Command.class)
                    .onMessage(StorageNodeDirectory.Subscribe.class, subscribe -> {
                        subscribe.subscriber().tell(candidates);
                        return Behaviors.same();
                    })
                    .build());
        }

        /** The jobs share no storage node, so none has to wait for another. */
        private ActorRef<RegistryMessage> registry() {
            return kit.spawn(Behaviors.receive(RegistryMessage.class)
                    .onMessage(RegistryMessage.ListJobs.class, list -> {
                        list.replyTo().tell(new RegistryMessage.Jobs(List.of()));
                        return Behaviors.same();
                    })
                    .onAnyMessage(other -> Behaviors.same())
                    .build());
        }

        /** Runs jobs concurrently, each with {@code count} records. */
        void evacuate(int jobs, int count) throws Exception {
            List<EntityRef<JobMessage>> running = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                records = new ManyRecords(count);
                EntityRef<JobMessage> job = sharding.entityRefFor(
                        Entities.EVACUATE_JOB, UUID.randomUUID().toString());
                job.<JobReply>ask(replyTo -> new JobMessage.CreateJob(ManyRecords.LEAVING, 0, replyTo), TIMEOUT)
                        .toCompletableFuture()
                        .get();
                running.add(job);
            }
            for (EntityRef<JobMessage> job : running) {
                await().atMost(TIMEOUT)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> state(job).phase().terminal());
                JobOutline end = state(job);
                assertThat(end.settled().relocated()).as("%s", end.phase()).isEqualTo(count);
            }
        }

        private static JobOutline state(EntityRef<JobMessage> job) throws Exception {
            return ((JobMessage.JobStands) job.<JobReply>ask(JobMessage.GetJob::new, TIMEOUT)
                            .toCompletableFuture()
                            .get())
                    .state();
        }
    }
}
