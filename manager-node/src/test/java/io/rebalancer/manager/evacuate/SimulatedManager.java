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
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.JournalSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.audit.AuditLog;
import io.rebalancer.manager.audit.ClusterAuditTrail;
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
import io.rebalancer.manager.jobs.ClusterJobService;
import io.rebalancer.manager.jobs.JobRegistry;
import io.rebalancer.manager.settings.CurrentFleetSettings;
import io.rebalancer.persistence.Journals;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.Projector;
import io.rebalancer.persistence.readside.ReadSide;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;

/** A manager with the real registry, jobs and journal, and the shipped settings. Storage nodes, agents and tier are simulated. */
final class SimulatedManager implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofHours(2);
    private static final Duration ASK_TIMEOUT = Duration.ofMinutes(1);
    private static final int FIRST_NODE = 10;

    private final ActorTestKit kit;
    private final Journal journal;
    private final ReadSide readSide;
    private final ActorRef<RegistryMessage> registry;
    private final AuditTrail trail;
    private final Map<String, JobResources> jobs = new ConcurrentHashMap<>();

    SimulatedManager(JournalSettings settings) throws Exception {
        journal = Journals.of(settings);
        Config config = journal.applyTo(SettingsFile.over(ConfigFactory.parseString("""
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.cluster.roles = [%s]
                pekko.loglevel = WARNING
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """.formatted(Roles.MANAGER))));
        kit = ActorTestKit.create("control", config);
        journal.prepare(kit.system()).toCompletableFuture().get();
        Cluster cluster = Cluster.get(kit.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        await().atMost(ASK_TIMEOUT).until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
        EvacuateJobs.host(
                kit.system(),
                entity -> EvacuateJob.create(entity, Objects.requireNonNull(jobs.get(entity.getEntityId()))),
                EvacuateJob.stopMessage());
        readSide = journal.readSide(kit.system());
        registry = kit.spawn(JobRegistry.create(Clock.systemUTC()));
        trail = new ClusterAuditTrail(kit.system(), kit.spawn(AuditLog.create(Clock.systemUTC())));
    }

    ActorTestKit kit() {
        return kit;
    }

    /** Starts the projection of {@code journal} into the tables. */
    ActorRef<Projector.Command> project(JournalReader journal) {
        return kit.spawn(Projector.create(journal, readSide, trail));
    }

    Journal journal() {
        return journal;
    }

    ReadSide readSide() {
        return readSide;
    }

    /** The operations on its jobs that need no metadata tier: all but the creation. */
    ClusterJobService jobs() {
        return new ClusterJobService(kit.system(), new SimulatedTier(leaving(1), 1, 1), registry);
    }

    ActorRef<RegistryMessage> registry() {
        return registry;
    }

    /**
     * What several jobs share.
     *
     * @param settings overrides the shipped ones
     */
    record Fleet(
            ActorRef<StorageNodeDirectory.Command> directory,
            ActorRef<SpaceMessage> spaceBroker,
            AgentGateway agents,
            EvacuateSettings settings) {}

    /** Registers and starts a job that empties the leaving node of {@code tier}, with as many destinations that have space. */
    UUID start(SimulatedTier tier, int nodes, AgentGateway agents) throws Exception {
        ActorRef<SpaceMessage> broker = kit.spawn(SpaceBroker.create(Clock.systemUTC()));
        return start(tier, new Fleet(directory(nodes), broker, agents, TestSettings.evacuate("")));
    }

    /** Registers and starts a job that empties the leaving node of {@code tier}. */
    UUID start(SimulatedTier tier, Fleet fleet) throws Exception {
        UUID id = UUID.randomUUID();
        jobs.put(id.toString(), resources(tier, fleet));
        RegistryMessage.RegistryReply reply = AskPattern.<RegistryMessage, RegistryMessage.RegistryReply>ask(
                        registry,
                        replyTo -> new RegistryMessage.RegisterJob(id, tier.leaving(), 0, replyTo),
                        ASK_TIMEOUT,
                        kit.system().scheduler())
                .toCompletableFuture()
                .get();
        assertThat(reply).isEqualTo(new RegistryMessage.JobRegistered(id));
        return id;
    }

    private JobResources resources(SimulatedTier tier, Fleet fleet) {
        EvacuateSettings settings = fleet.settings();
        LegacyMetrics metrics = new LegacyMetrics(Map.of());
        ScanPermits permits = new ScanPermits(() -> 32);
        ScanResources scan = new ScanResources(tier, tier, permits);
        Clock clock = Clock.systemUTC();
        return new JobResources(
                new PlanningResources(() -> settings, scan, fleet.directory(), fleet.spaceBroker(), clock),
                CommitResources.create(
                        kit.system(), settings::commit, tier, DestinationCheck.NEVER_REFUSES, metrics::metadataThreads),
                scan,
                readSide.unmovedRecords(),
                new VerificationResources(tier, permits, clock),
                new NodesInService(),
                CurrentFleetSettings.none(),
                fleet.agents(),
                registryOfOneJob(),
                journal.reader(kit.system()),
                metrics,
                AssignmentTraces.NONE);
    }

    /** No job copies to the leaving node of another one, so a verification has to wait for no other job. */
    private ActorRef<RegistryMessage> registryOfOneJob() {
        return kit.spawn(Behaviors.receive(RegistryMessage.class)
                .onMessage(RegistryMessage.ListJobs.class, list -> {
                    list.replyTo().tell(new RegistryMessage.Jobs(List.of()));
                    return Behaviors.same();
                })
                .onAnyMessage(other -> {
                    registry.tell(other);
                    return Behaviors.same();
                })
                .build());
    }

    private ActorRef<StorageNodeDirectory.Command> directory(int nodes) {
        DestinationCandidates candidates = new DestinationCandidates(
                true,
                IntStream.range(FIRST_NODE, FIRST_NODE + nodes)
                        .mapToObj(number -> new StorageNode(node(number), "dc3", 100_000_000, 10))
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

    private static StorageNodeId node(int number) {
        return new StorageNodeId(number + ".stor.us-east.example.com");
    }

    /** A node that leaves, in another datacenter than the destinations. */
    static CopyLocation leaving(int number) {
        return new CopyLocation("dc1", new StorageNodeId("leaving-" + number + ".stor.us-east.example.com"));
    }

    JobMessage.JobStands reply(UUID job) throws Exception {
        return (JobMessage.JobStands) ClusterSharding.get(kit.system())
                .entityRefFor(Entities.EVACUATE_JOB, job.toString())
                .<JobReply>ask(JobMessage.GetJob::new, ASK_TIMEOUT)
                .toCompletableFuture()
                .get();
    }

    JobOutline awaitEnd(UUID job) throws Exception {
        await().atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> reply(job).state().phase().terminal());
        return reply(job).state();
    }

    @Override
    public void close() {
        kit.shutdownTestKit();
    }
}
