package io.rebalancer.manager;

import com.typesafe.config.Config;
import io.rebalancer.cluster.EvacuateJobs;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.StorageAgents;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.ManagerSettings;
import io.rebalancer.core.port.JobService;
import io.rebalancer.http.HttpServer;
import io.rebalancer.http.JobFeed;
import io.rebalancer.http.ManagerApi;
import io.rebalancer.manager.agents.AgentGateway;
import io.rebalancer.manager.agents.AgentRoutes;
import io.rebalancer.manager.agents.ClusterAgentGateway;
import io.rebalancer.manager.agents.HttpAgentGateway;
import io.rebalancer.manager.evacuate.EvacuateJob;
import io.rebalancer.manager.evacuate.JobParts;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastOptions;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.manager.metadata.MorayMetadataTier;
import io.rebalancer.manager.registry.ClusterJobService;
import io.rebalancer.manager.registry.JobRegistry;
import io.rebalancer.manager.registry.JournalJobFeed;
import io.rebalancer.manager.storinfo.StorinfoClient;
import io.rebalancer.persistence.EmbeddedJournal;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.SingletonActor;

/** A running manager: a member of the cluster that hosts jobs and serves their API. */
public final class ManagerNode {
    private static final Duration STORINFO_TIMEOUT = Duration.ofSeconds(10);

    private final ActorSystem<Void> system;

    private ManagerNode(ActorSystem<Void> system) {
        this.system = system;
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
        Config config = ClusterSettings.from(root).applyTo(root, List.of(Roles.MANAGER));
        ActorSystem<Void> system = ActorSystem.create(
                Behaviors.empty(), ClusterSettings.SYSTEM_NAME, EmbeddedJournal.applyTo(config, settings.dataDir()));
        ManagerNode node = new ManagerNode(system);
        return EmbeddedJournal.prepare(system)
                .thenCompose(done -> node.serve(settings, evacuate, legacy))
                .whenComplete((served, failure) -> {
                    if (failure != null) {
                        system.terminate();
                    }
                })
                .thenApply(served -> node);
    }

    /** The member's actor system; terminate it to stop the manager. */
    public ActorSystem<Void> system() {
        return system;
    }

    private CompletionStage<?> serve(ManagerSettings settings, EvacuateSettings evacuate, LegacySettings legacy) {
        MorayMetadataTier tier = new MorayMetadataTier(shards(settings), settings.domain());
        AgentGateway agents = new AgentRoutes(
                new ClusterAgentGateway(system),
                new HttpAgentGateway(system, settings.httpAgents()),
                settings.httpAgents().keySet());
        StorageAgents.reach(system);
        ActorRef<RegistryMessage> registry = singleton("JobRegistry", JobRegistry.create(Clock.systemUTC()));
        ActorRef<SpaceMessage> spaceBroker = singleton("SpaceBroker", SpaceBroker.create());
        StorinfoClient storinfo = new StorinfoClient(system, settings.storinfo(), STORINFO_TIMEOUT);
        ActorRef<StorageNodeDirectory.Command> directory = system.systemActorOf(
                StorageNodeDirectory.create(storinfo, agents, registry, settings.storinfoRefresh()),
                "storage-node-directory",
                Props.empty());
        JobParts parts = new JobParts(evacuate, tier, agents, directory, spaceBroker, registry, Clock.systemUTC());
        EvacuateJobs.host(system, entity -> EvacuateJob.create(entity, parts), EvacuateJob.stopMessage());
        JobService jobs = new ClusterJobService(system, tier, registry);
        JobFeed feed = new JournalJobFeed(EmbeddedJournal.reader(system), jobs);
        ManagerReadiness readiness = new ManagerReadiness(system, tier, directory, registry);
        return HttpServer.start(system, "manager", settings.http(), ManagerApi.routes(jobs, feed, readiness, legacy));
    }

    private Map<Integer, FastClient> shards(ManagerSettings settings) {
        return settings.morayShards().stream()
                .collect(Collectors.toMap(
                        ManagerSettings.MorayShard::number,
                        shard -> new FastClient(
                                system, FastOptions.of(shard.host(), shard.port(), settings.morayTimeout()))));
    }

    private <M> ActorRef<M> singleton(String name, Behavior<M> behavior) {
        return ClusterSingleton.get(system)
                .init(SingletonActor.of(behavior, name)
                        .withSettings(ClusterSingletonSettings.create(system).withRole(Roles.MANAGER)));
    }
}
