package io.rebalancer.manager.node;

import com.typesafe.config.Config;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.StorageAgents;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.process.NodeProcess;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.ManagerSettings;
import io.rebalancer.cluster.settings.MetricsSettings;
import io.rebalancer.cluster.settings.PostgresSettings;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.cluster.telemetry.Telemetry;
import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.http.ManagerApi;
import io.rebalancer.http.server.HttpServer;
import io.rebalancer.http.server.MetricsServer;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.agents.AgentGateways;
import io.rebalancer.manager.agents.ClusterAgentGateway;
import io.rebalancer.manager.agents.HttpAgentGateway;
import io.rebalancer.manager.evacuate.EvacuateJob;
import io.rebalancer.manager.evacuate.JobContext;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastEndpoints;
import io.rebalancer.manager.fast.FastOptions;
import io.rebalancer.manager.fast.SrvEndpoints;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.manager.jobs.ClusterJobService;
import io.rebalancer.manager.jobs.JobRegistry;
import io.rebalancer.manager.jobs.JournalJobFeed;
import io.rebalancer.manager.metadata.MorayMetadataTier;
import io.rebalancer.manager.metadata.MorayScan;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.manager.metadata.PostgresScan;
import io.rebalancer.manager.storinfo.StorinfoClient;
import io.rebalancer.persistence.Journals;
import io.rebalancer.persistence.journal.Journal;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.Projector;
import io.rebalancer.persistence.readside.ReadSide;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.SingletonActor;

/** A running manager: a member of the cluster that hosts jobs and serves their API. */
public final class ManagerNode implements NodeProcess.Node {
    private static final Duration STORINFO_TIMEOUT = Duration.ofSeconds(10);
    /** What the older manager called itself (manta.md section 12). */
    private static final String OLDER_SERVICE = "1.rebalancer.localhost";

    private static final String JOB_REGISTRY = "JobRegistry";
    private static final String SPACE_BROKER = "SpaceBroker";
    private static final String PROJECTOR = "Projector";

    private static final String OLDER_DATACENTER = "development";
    private static final Set<String> RELOADABLE =
            Set.of("rebalancer.evacuate", "rebalancer.placement", "rebalancer.manager.legacy");

    private final ActorSystem<Void> system;
    private volatile EvacuateSettings evacuate;
    private volatile LegacySettings legacy;

    private ManagerNode(ActorSystem<Void> system, EvacuateSettings evacuate, LegacySettings legacy) {
        this.system = system;
        this.evacuate = evacuate;
        this.legacy = legacy;
    }

    /**
     * Starts a manager.
     *
     * @return completes when it serves HTTP; fails with {@code SettingsFault} if its port is taken
     * @throws io.rebalancer.cluster.settings.SettingsFault if a setting is missing or wrong
     * @throws IOException if the journal's directory can't be used
     */
    public static CompletionStage<ManagerNode> start(Config root) throws IOException {
        ManagerSettings settings = ManagerSettings.from(root);
        EvacuateSettings evacuate = EvacuateSettings.from(root);
        LegacySettings legacy = LegacySettings.from(root);
        MetricsSettings measured = MetricsSettings.from(root, OLDER_SERVICE, OLDER_DATACENTER);
        TraceSettings traces = TraceSettings.from(root);
        Config config = ClusterSettings.from(root).applyTo(root, List.of(Roles.MANAGER));
        Journal journal = Journals.of(settings.journal());
        ActorSystem<Void> system =
                ActorSystem.create(Behaviors.empty(), ClusterSettings.SYSTEM_NAME, journal.applyTo(config));
        ManagerNode node = new ManagerNode(system, evacuate, legacy);
        return journal.prepare(system)
                .thenApplyAsync(
                        done -> journal.readSide(system),
                        system.dispatchers().lookup(DispatcherSelector.fromConfig("rebalancer.read-side-dispatcher")))
                .thenCompose(readSide -> node.serve(settings, measured, traces, journal.reader(system), readSide))
                .whenComplete((served, failure) -> {
                    if (failure != null) {
                        system.terminate();
                    }
                })
                .thenApply(served -> node);
    }

    /** The member's actor system; terminate it to stop the manager. */
    @Override
    public ActorSystem<Void> system() {
        return system;
    }

    @Override
    public Set<String> reloadable() {
        return RELOADABLE;
    }

    /** Running jobs go on with the new settings; how they are stored is fixed when they start. */
    @Override
    public void reload(Config root) {
        ManagerSettings.from(root);
        EvacuateSettings freshEvacuate = EvacuateSettings.from(root);
        LegacySettings freshLegacy = LegacySettings.from(root);
        evacuate = freshEvacuate;
        legacy = freshLegacy;
    }

    private CompletionStage<?> serve(
            ManagerSettings settings,
            MetricsSettings measured,
            TraceSettings traces,
            JournalReader journal,
            ReadSide readSide) {
        Telemetry telemetry = Telemetry.start(system.settings().config(), "manager", traces);
        LegacyMetrics metrics = new LegacyMetrics(measured.labels());
        MorayShards moray = new MorayShards(shards(settings));
        MorayMetadataTier tier = new MorayMetadataTier(moray, settings.domain());
        AgentGateway agents = new AgentGateways(
                new ClusterAgentGateway(system),
                new HttpAgentGateway(system, settings.httpAgents()),
                settings.httpAgents().keySet());
        StorageAgents.startProxy(system);
        ActorRef<RegistryMessage> registry = singleton(JOB_REGISTRY, JobRegistry.create(Clock.systemUTC()));
        ActorRef<SpaceMessage> spaceBroker = singleton(SPACE_BROKER, SpaceBroker.create());
        StorinfoClient storinfo = new StorinfoClient(system, settings.storinfo(), STORINFO_TIMEOUT);
        ActorRef<StorageNodeDirectory.Command> directory = system.systemActorOf(
                StorageNodeDirectory.create(storinfo, agents, registry, settings.storinfoRefresh()),
                "storage-node-directory",
                Props.empty());
        JobContext parts = new JobContext(
                () -> evacuate,
                scan(settings, moray),
                tier,
                agents,
                directory,
                spaceBroker,
                registry,
                journal,
                metrics,
                AssignmentTraces.of(traces),
                Clock.systemUTC());
        EvacuateJobs.host(system, entity -> EvacuateJob.create(entity, parts), EvacuateJob.stopMessage());
        JobService jobs = new ClusterJobService(system, tier, registry);
        JobFeed feed = new JournalJobFeed(journal, jobs);
        singleton(PROJECTOR, Projector.create(journal, readSide));
        ClusterControl cluster =
                new ClusterInspector(system, jobs, readSide, List.of(JOB_REGISTRY, SPACE_BROKER, PROJECTOR));
        ManagerReadiness readiness = new ManagerReadiness(system, tier, directory, registry);
        gauges(moray);
        gauges(readSide);
        return HttpServer.start(
                        system,
                        "manager",
                        settings.http(),
                        ManagerApi.routes(jobs, feed, readSide.history(), cluster, readiness, () -> legacy, metrics))
                .thenCompose(done -> measured.http()
                        .<CompletionStage<?>>map(
                                at -> MetricsServer.start(system, "manager", at, telemetry::exposition))
                        .orElseGet(() -> CompletableFuture.completedFuture(done)));
    }

    private static void gauges(MorayShards moray) {
        for (int shard : moray.numbers()) {
            Consumer<Gauge> connections =
                    gauge -> gauge.update(moray.health(shard).open());
            Kamon.gauge("rebalancer.moray.connections").withTag("shard", shard).autoUpdate(connections);
            Consumer<Gauge> calls = gauge -> gauge.update(moray.health(shard).callsInFlight());
            Kamon.gauge("rebalancer.moray.calls").withTag("shard", shard).autoUpdate(calls);
        }
    }

    private static void gauges(ReadSide readSide) {
        Consumer<Gauge> active = gauge -> gauge.update(readSide.pool().get().active());
        Kamon.gauge("rebalancer.pool.active").withoutTags().autoUpdate(active);
        Consumer<Gauge> waiting = gauge -> gauge.update(readSide.pool().get().waiting());
        Kamon.gauge("rebalancer.pool.waiting").withoutTags().autoUpdate(waiting);
    }

    private Map<Integer, FastClient> shards(ManagerSettings settings) {
        FastOptions options = FastOptions.of(settings.morayTimeout()).withConnections(settings.morayConnections());
        return settings.morayShards().stream()
                .collect(Collectors.toMap(
                        ManagerSettings.MorayShard::number,
                        shard -> new FastClient(system, endpoints(settings, shard), options)));
    }

    private static FastEndpoints endpoints(ManagerSettings settings, ManagerSettings.MorayShard shard) {
        return shard.port()
                .map(port -> FastEndpoints.fixed(shard.host(), port))
                .orElseGet(() -> new SrvEndpoints(
                        SrvEndpoints.session(settings.nameServer()
                                .map(server -> new InetSocketAddress(server.host(), server.port()))),
                        "moray",
                        shard.host()));
    }

    private RecordScan scan(ManagerSettings settings, MorayShards moray) {
        Supplier<List<String>> excluded = () -> evacuate.excludeKeysContaining();
        if (settings.postgres().isEmpty()) {
            return new MorayScan(moray, () -> evacuate.scanChunk(), excluded);
        }
        PostgresSettings postgres = settings.postgres().get();
        return new PostgresScan(
                postgres.urls(),
                new PostgresScan.Access(
                        postgres.user(), postgres.password(), postgres.fetchRows(), postgres.longestSnapshot()),
                system.dispatchers().lookup(DispatcherSelector.fromConfig("rebalancer.scan-dispatcher")),
                excluded);
    }

    private <M> ActorRef<M> singleton(String name, Behavior<M> behavior) {
        return ClusterSingleton.get(system)
                .init(SingletonActor.of(behavior, name)
                        .withSettings(ClusterSingletonSettings.create(system).withRole(Roles.MANAGER)));
    }
}
