package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
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
import io.rebalancer.manager.settings.CurrentFleetSettings;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.query.javadsl.PersistenceTestKitReadJournal;

/** A real job that empties node 1 over records in memory, with node 3 as the only destination. A test plays the agents. */
final class JobFixture {
    static final Duration TIMEOUT = Duration.ofSeconds(30);
    /** The destination of most tests. */
    static final List<StorageNode> NODE_3 = List.of(new StorageNode(location(3).storageNode(), "dc3", 50_000, 10));

    final UUID id;
    final TestProbe<RegistryMessage.JobEnded> ended;
    final ActorRef<SpaceMessage> spaceBroker;
    final ActorRef<JobMessage> job;
    private final ActorTestKit kit;

    /** Settings of an actor system for such jobs: the journal is in memory. */
    static Config config() {
        return PersistenceTestKitPlugin.config().withFallback(SettingsFile.over(ConfigFactory.parseString("""
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """)));
    }

    JobFixture(ActorTestKit kit, RecordsInMemory records, AgentGateway agents) {
        this(
                kit,
                records,
                agents,
                UUID.randomUUID(),
                kit.spawn(SpaceBroker.create(Clock.systemUTC())),
                Duration.ofMillis(10));
    }

    /** A job with other destinations. */
    JobFixture(ActorTestKit kit, RecordsInMemory records, AgentGateway agents, List<StorageNode> destinations) {
        this(
                kit,
                records,
                agents,
                UUID.randomUUID(),
                kit.spawn(SpaceBroker.create(Clock.systemUTC())),
                Duration.ofMillis(10),
                CurrentFleetSettings.none(),
                destinations);
    }

    /** An incarnation of job {@code id} of a fleet without settings. */
    JobFixture(
            ActorTestKit kit,
            RecordsInMemory records,
            AgentGateway agents,
            UUID id,
            ActorRef<SpaceMessage> spaceBroker,
            Duration restartBackoff) {
        this(kit, records, agents, id, spaceBroker, restartBackoff, CurrentFleetSettings.none(), NODE_3);
    }

    /** An incarnation of job {@code id}, which recovers from the journal if the job exists. */
    JobFixture(
            ActorTestKit kit,
            RecordsInMemory records,
            AgentGateway agents,
            UUID id,
            ActorRef<SpaceMessage> spaceBroker,
            Duration restartBackoff,
            CurrentFleetSettings fleet) {
        this(kit, records, agents, id, spaceBroker, restartBackoff, fleet, NODE_3);
    }

    private JobFixture(
            ActorTestKit kit,
            RecordsInMemory records,
            AgentGateway agents,
            UUID id,
            ActorRef<SpaceMessage> spaceBroker,
            Duration restartBackoff,
            CurrentFleetSettings fleet,
            List<StorageNode> destinations) {
        this.kit = kit;
        this.id = id;
        this.ended = kit.createTestProbe();
        this.spaceBroker = spaceBroker;
        JobResources resources = resources(kit, records, agents, spaceBroker, ended.getRef(), fleet, destinations);
        EntityContext<JobMessage> entity = new EntityContext<>(
                Entities.EVACUATE_JOB,
                id.toString(),
                kit.<ClusterSharding.ShardCommand>createTestProbe().getRef());
        this.job = kit.spawn(EvacuateJob.create(entity, resources, restartBackoff));
    }

    /** Of a fleet without settings. */
    static JobResources resources(
            ActorTestKit kit,
            RecordsInMemory records,
            AgentGateway agents,
            ActorRef<SpaceMessage> spaceBroker,
            ActorRef<RegistryMessage.JobEnded> ended) {
        return resources(kit, records, agents, spaceBroker, ended, CurrentFleetSettings.none(), NODE_3);
    }

    /** @param ended gets the end of the job */
    static JobResources resources(
            ActorTestKit kit,
            RecordsInMemory records,
            AgentGateway agents,
            ActorRef<SpaceMessage> spaceBroker,
            ActorRef<RegistryMessage.JobEnded> ended,
            CurrentFleetSettings fleet,
            List<StorageNode> destinations) {
        EvacuateSettings settings = TestSettings.evacuate("""
                rebalancer.evacuate {
                  retry-pause-min = 10ms, reminder-interval = 100ms, max-assignment-age = 10ms
                  timeouts { full-destinations = 0s }
                }
                """);
        LegacyMetrics metrics = new LegacyMetrics(Map.of());
        PersistenceTestKitReadJournal journal = PersistenceQuery.get(kit.system())
                .getReadJournalFor(PersistenceTestKitReadJournal.class, PersistenceTestKitReadJournal.Identifier());
        ScanPermits permits = new ScanPermits(() -> 32);
        ScanResources scan = new ScanResources(records, records, permits);
        return new JobResources(
                new PlanningResources(
                        () -> settings, scan, directory(kit, destinations), spaceBroker, Clock.systemUTC()),
                CommitResources.create(
                        kit.system(),
                        settings::commit,
                        records,
                        DestinationCheck.NEVER_REFUSES,
                        metrics::metadataThreads),
                scan,
                records,
                new VerificationResources(records, permits, Clock.systemUTC()),
                new NodesInService(),
                fleet,
                agents,
                registry(kit, ended),
                JournalReader.of(journal),
                metrics,
                AssignmentTraces.NONE);
    }

    void create() {
        job.tell(new JobMessage.CreateJob(
                location(1), 0, kit.<JobMessage.JobReply>createTestProbe().getRef()));
    }

    JobOutline state() {
        return stands().state();
    }

    JobMessage.JobStands stands() {
        TestProbe<JobMessage.JobReply> reply = kit.createTestProbe();
        job.tell(new JobMessage.GetJob(reply.getRef()));
        return reply.expectMessageClass(JobMessage.JobStands.class, TIMEOUT);
    }

    /** The phase, or NONE while the job does not exist or does not answer. */
    JobPhase phase() {
        TestProbe<JobMessage.JobReply> reply = kit.createTestProbe();
        job.tell(new JobMessage.GetJob(reply.getRef()));
        return reply.receiveMessage(TIMEOUT) instanceof JobMessage.JobStands found
                ? found.state().phase()
                : JobPhase.NONE;
    }

    /** The only job there is. */
    private static ActorRef<RegistryMessage> registry(ActorTestKit kit, ActorRef<RegistryMessage.JobEnded> ended) {
        return kit.spawn(Behaviors.receive(RegistryMessage.class)
                .onMessage(RegistryMessage.ListJobs.class, list -> {
                    list.replyTo().tell(new RegistryMessage.Jobs(List.of()));
                    return Behaviors.same();
                })
                .onMessage(RegistryMessage.JobEnded.class, message -> {
                    ended.tell(message);
                    return Behaviors.same();
                })
                .build());
    }

    private static ActorRef<StorageNodeDirectory.Command> directory(ActorTestKit kit, List<StorageNode> destinations) {
        DestinationCandidates candidates = new DestinationCandidates(true, destinations, List.of(), List.of());
        return kit.spawn(Behaviors.receive(StorageNodeDirectory.Command.class)
                .onMessage(StorageNodeDirectory.Subscribe.class, subscribe -> {
                    subscribe.subscriber().tell(candidates);
                    return Behaviors.same();
                })
                .build());
    }
}
