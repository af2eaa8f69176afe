package io.rebalancer.manager.node;

import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.StorageAgents;
import io.rebalancer.cluster.message.FleetSettingsMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.order.OrderSender;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.ManagerSettings;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.FleetAgents;
import io.rebalancer.core.port.FleetSettingsService;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.StorageInventory;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.port.UnmovedRecords;
import io.rebalancer.manager.agents.AgentCalls;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.agents.AgentGateways;
import io.rebalancer.manager.agents.ClusterAgentGateway;
import io.rebalancer.manager.agents.ClusterFleetAgents;
import io.rebalancer.manager.agents.ClusterNodeInventories;
import io.rebalancer.manager.agents.HttpAgentGateway;
import io.rebalancer.manager.evacuate.EvacuateJob;
import io.rebalancer.manager.evacuate.JobMetrics;
import io.rebalancer.manager.evacuate.JobResources;
import io.rebalancer.manager.evacuate.commit.CommitResources;
import io.rebalancer.manager.evacuate.commit.MetadataShards;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.fleet.AgentAbsences;
import io.rebalancer.manager.fleet.NodesInService;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.manager.jobs.ClusterJobService;
import io.rebalancer.manager.jobs.ClusterStorageNodeService;
import io.rebalancer.manager.jobs.JobRegistry;
import io.rebalancer.manager.settings.ClusterFleetSettings;
import io.rebalancer.manager.settings.CurrentFleetSettings;
import io.rebalancer.manager.settings.FleetSettings;
import io.rebalancer.manager.settings.FleetSettingsReplica;
import io.rebalancer.manager.storinfo.StorinfoClient;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/** The evacuate jobs and their surroundings: agents, destinations, leases of space, and the registry. */
final class JobsModule {
    static final String JOB_REGISTRY = "JobRegistry";
    static final String SPACE_BROKER = "SpaceBroker";
    static final String FLEET_SETTINGS = "FleetSettings";

    private static final Duration STORINFO_TIMEOUT = Duration.ofSeconds(10);
    /** Longer than an agent waits for its copies to end, and shorter than the HTTP server waits for an answer. */
    private static final Duration AGENT_DEADLINE = Duration.ofSeconds(10);
    /** Of a request that reads part of a listing, on a disk that is busy with copies. */
    private static final Duration INVENTORY_DEADLINE = Duration.ofSeconds(60);
    /** Of a request that reads or moves many files. */
    private static final Duration FILES_DEADLINE = Duration.ofMinutes(10);

    private final ActorRef<RegistryMessage> registry;
    private final ActorRef<StorageNodeDirectory.Command> directory;
    private final ActorRef<SpaceMessage> spaceBroker;
    private final JobService service;
    private final StorageNodeService nodes;
    private final FleetAgents agents;
    private final NodeInventory.Fleet inventories;
    private final FleetSettingsService fleetSettings;

    /** @param evacuate the current settings, which may be reloaded */
    JobsModule(
            ActorSystem<?> system,
            ManagerSettings settings,
            Supplier<EvacuateSettings> evacuate,
            MetadataModule metadata,
            ObservabilityModule observability,
            JournalReader journal,
            UnmovedRecords unmoved) {
        Clock clock = Clock.systemUTC();
        JobMetrics.register();
        AgentGateway members = new ClusterAgentGateway(system);
        AgentGateway overHttp = new HttpAgentGateway(system, settings.httpAgents());
        Set<StorageNodeId> httpOnly = settings.httpAgents().addresses().keySet();
        AgentGateway gateways = new AgentGateways(members, overHttp, httpOnly);
        StorageAgents.startProxy(system);
        this.registry = Singletons.start(system, JOB_REGISTRY, JobRegistry.create(clock));
        this.spaceBroker = Singletons.start(system, SPACE_BROKER, SpaceBroker.create(clock));
        StorageInventory storinfo = new StorinfoClient(system, settings.storinfo(), STORINFO_TIMEOUT);
        NodesInService inService = new NodesInService();
        AgentAbsences absences = new AgentAbsences(() -> evacuate.get().agentLostAfter(), clock);
        this.directory = system.systemActorOf(
                StorageNodeDirectory.create(
                        storinfo, gateways, registry, inService, absences, settings.storinfoRefresh()),
                "storage-node-directory",
                Props.empty());
        ActorRef<FleetSettingsMessage> fleetOwner =
                Singletons.start(system, FLEET_SETTINGS, FleetSettings.create(clock));
        CurrentFleetSettings fleet = new CurrentFleetSettings();
        system.systemActorOf(FleetSettingsReplica.create(fleetOwner, fleet), "fleet-settings-replica", Props.empty());
        this.fleetSettings = new ClusterFleetSettings(system, fleetOwner);
        CommitResources commits = CommitResources.create(
                system,
                () -> evacuate.get().commit(),
                metadata.tier(),
                node -> inService.refusal(node).or(() -> absences.refusal(node)),
                observability.metrics()::metadataThreads);
        metadata.tier().shards().forEach(shard -> registerGauges(commits.shards(), shard));
        JobResources resources = new JobResources(
                new PlanningResources(evacuate, metadata.scan(), directory, spaceBroker, clock),
                commits,
                metadata.primaryScan(),
                unmoved,
                metadata.verification(),
                inService,
                fleet,
                gateways,
                registry,
                journal,
                observability.metrics(),
                observability.traces());
        EvacuateJobs.host(system, entity -> EvacuateJob.create(entity, resources), EvacuateJob.stopMessage());
        this.service = new ClusterJobService(system, metadata.tier(), registry);
        this.nodes = new ClusterStorageNodeService(system, registry, spaceBroker, directory);
        AgentCalls agentCalls = new AgentCalls(
                OrderSender.get(system),
                members::isReachable,
                node -> httpOnly.contains(node) || overHttp.isReachable(node),
                nodes::fleet);
        this.agents = new ClusterFleetAgents(agentCalls, AGENT_DEADLINE);
        this.inventories = new ClusterNodeInventories(agentCalls, INVENTORY_DEADLINE, FILES_DEADLINE);
    }

    private static void registerGauges(MetadataShards shards, int shard) {
        Consumer<Gauge> inProgress = gauge -> gauge.update(shards.callsInProgress(shard));
        Kamon.gauge("rebalancer.commit.calls").withTag("shard", shard).autoUpdate(inProgress);
        Consumer<Gauge> waiting = gauge -> gauge.update(shards.callsWaiting(shard));
        Kamon.gauge("rebalancer.commit.calls-waiting").withTag("shard", shard).autoUpdate(waiting);
    }

    JobService service() {
        return service;
    }

    FleetSettingsService fleetSettings() {
        return fleetSettings;
    }

    StorageNodeService nodes() {
        return nodes;
    }

    /** The agents, for operators. */
    FleetAgents agents() {
        return agents;
    }

    /** The files of storage nodes, for runs of reconciliation. */
    NodeInventory.Fleet inventories() {
        return inventories;
    }

    ActorRef<RegistryMessage> registry() {
        return registry;
    }

    ActorRef<StorageNodeDirectory.Command> directory() {
        return directory;
    }

    ActorRef<SpaceMessage> spaceBroker() {
        return spaceBroker;
    }
}
