package io.rebalancer.manager.node;

import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.ManagerSettings;
import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.core.port.Readiness;
import io.rebalancer.http.JobAdvice;
import io.rebalancer.http.ManagerApi;
import io.rebalancer.http.NodeServices;
import io.rebalancer.http.server.HttpServer;
import io.rebalancer.http.server.Logins;
import io.rebalancer.http.v1.jobs.EventStreams;
import io.rebalancer.http.v1.jobs.FleetEventsRoute;
import io.rebalancer.http.v1.jobs.JobEventsRoute;
import io.rebalancer.manager.jobs.JournalJobFeed;
import io.rebalancer.persistence.query.JournalReader;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.server.Route;

/** The manager's HTTP API. */
final class HttpModule {
    private final ActorSystem<?> system;
    private final HttpSettings settings;
    private final Readiness readiness;
    private final Route routes;
    private final Logins logins;

    /** @param legacy the current settings of the legacy API, which may be reloaded */
    HttpModule(
            ActorSystem<?> system,
            ManagerSettings settings,
            Supplier<LegacySettings> legacy,
            MetadataModule metadata,
            JobsModule jobs,
            NodeServices nodes,
            AuditModule audit,
            JobAdvice advice,
            ReadSideModule readSide,
            JournalReader journal,
            ObservabilityModule observability,
            AccessModule access) {
        this.system = system;
        this.settings = settings.http();
        JournalJobFeed feed = JournalJobFeed.start(system, journal, readSide.readSide()::state, jobs.service());
        ClusterControl cluster = new ClusterInspector(
                system,
                jobs.service(),
                readSide.readSide(),
                List.of(
                        JobsModule.JOB_REGISTRY,
                        JobsModule.SPACE_BROKER,
                        JobsModule.FLEET_SETTINGS,
                        ReadSideModule.PROJECTOR,
                        AuditModule.AUDIT_LOG,
                        PlanModule.PLAN_REGISTRY,
                        ReconcileModule.RECONCILIATION_SCHEDULE,
                        ReconcileModule.RECONCILIATION_MONITOR,
                        ReconcileModule.RECONCILIATION_RETENTION,
                        AccessModule.TOKEN_REGISTRY));
        this.readiness = new ManagerReadiness(system, metadata.tier(), jobs.directory(), jobs.registry());
        EventStreams streams = new EventStreams(settings.maxEventStreams());
        this.routes = ManagerApi.routes(
                jobs.service(),
                new JobEventsRoute(feed, streams),
                new FleetEventsRoute(feed.startFleetFeed(system), streams),
                readSide.readSide().history(),
                nodes,
                advice,
                jobs.fleetSettings(),
                cluster,
                readiness,
                legacy,
                observability.metrics(),
                audit.trail(),
                readSide.readSide().auditEntries(),
                access.access());
        this.logins = new Logins(
                this.settings,
                access.access().directory(),
                access.access().sessions(),
                () -> legacy.get().access(),
                audit.trail(),
                access.access().clock());
    }

    /** Whether the manager can work, as the API reports it. */
    Readiness readiness() {
        return readiness;
    }

    /** Completes when the API is served; fails with {@code SettingsFault} if the port is taken. */
    CompletionStage<?> start() {
        return HttpServer.start(system, "manager", settings, routes, logins);
    }
}
