package io.rebalancer.http;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.port.AuditEntries;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.core.port.FleetSettingsService;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.Readiness;
import io.rebalancer.http.console.ConsoleRoutes;
import io.rebalancer.http.contract.ContractRoutes;
import io.rebalancer.http.legacy.LegacyJobRoutes;
import io.rebalancer.http.openid.OpenIdRoutes;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.HealthRoutes;
import io.rebalancer.http.server.RefusedLogins;
import io.rebalancer.http.server.SessionStart;
import io.rebalancer.http.v1.agents.FleetAgentRoutes;
import io.rebalancer.http.v1.audit.AuditEntryRoutes;
import io.rebalancer.http.v1.cluster.ClusterRoutes;
import io.rebalancer.http.v1.jobs.ExplainRoutes;
import io.rebalancer.http.v1.jobs.FleetEventsRoute;
import io.rebalancer.http.v1.jobs.JobActionRoutes;
import io.rebalancer.http.v1.jobs.JobCreation;
import io.rebalancer.http.v1.jobs.JobEventsRoute;
import io.rebalancer.http.v1.jobs.JobRoutes;
import io.rebalancer.http.v1.jobs.OrphanRoutes;
import io.rebalancer.http.v1.jobs.PreflightRoutes;
import io.rebalancer.http.v1.jobs.RateRoutes;
import io.rebalancer.http.v1.nodes.CertificateRoutes;
import io.rebalancer.http.v1.nodes.StorageNodeRoutes;
import io.rebalancer.http.v1.plans.PlanRoutes;
import io.rebalancer.http.v1.reconciliation.ReconciliationRoutes;
import io.rebalancer.http.v1.session.SessionRoutes;
import io.rebalancer.http.v1.session.UserSessionRoutes;
import io.rebalancer.http.v1.settings.SettingsRoutes;
import io.rebalancer.http.v1.tokens.TokenRoutes;
import java.time.Clock;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** All routes of a manager. */
public final class ManagerApi {

    private ManagerApi() {}

    /**
     * The legacy job API, API v1 with its contract, and health. Each action is recorded in the audit log.
     *
     * @param legacy the current settings of the legacy API
     */
    public static Route routes(
            JobService jobs,
            JobEventsRoute events,
            FleetEventsRoute fleetEvents,
            JobHistory history,
            NodeServices nodes,
            JobAdvice advice,
            FleetSettingsService settings,
            ClusterControl cluster,
            Readiness readiness,
            Supplier<LegacySettings> legacy,
            LegacyMetrics metrics,
            AuditTrail trail,
            AuditEntries entries,
            Access access) {
        AuditedActions audit = new AuditedActions(trail);
        SessionStart sessions = new SessionStart(access.sessions(), access.login(), access.clock());
        return audit.guard(Directives.concat(
                new LegacyJobRoutes(jobs, legacy, metrics, audit).routes(),
                new JobRoutes(jobs, new JobCreation(jobs, advice.preflight(), advice.plans()), history, events, audit)
                        .routes(),
                new RateRoutes(jobs, history, access.clock()).routes(),
                fleetEvents.routes(),
                new PreflightRoutes(advice.preflight()).routes(),
                new SettingsRoutes(settings, jobs, audit, Clock.systemUTC()).routes(),
                new ExplainRoutes(advice.explain()).routes(),
                new PlanRoutes(advice.plans(), audit).routes(),
                new OrphanRoutes(history).routes(),
                new JobActionRoutes(history).routes(),
                new AuditEntryRoutes(trail, entries).routes(),
                new StorageNodeRoutes(nodes.nodes(), audit).routes(),
                new FleetAgentRoutes(nodes.agents(), audit).routes(),
                new CertificateRoutes(nodes.certificates(), audit).routes(),
                new ClusterRoutes(cluster, audit).routes(),
                new TokenRoutes(access.tokens(), access.directory(), audit, access.clock()).routes(),
                new ReconciliationRoutes(nodes.reconciliation(), audit, access.clock()).routes(),
                new SessionRoutes(sessions, access.login(), audit).routes(),
                new UserSessionRoutes(sessions, access.directory(), audit, access.clock()).routes(),
                new OpenIdRoutes(
                                access.blocking(),
                                access.login().provider(),
                                sessions,
                                audit,
                                new RefusedLogins(trail, access.clock()))
                        .routes(),
                new ContractRoutes().routes(),
                new ConsoleRoutes().routes(),
                HealthRoutes.routes(readiness)));
    }
}
