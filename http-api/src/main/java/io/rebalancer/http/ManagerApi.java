package io.rebalancer.http;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.port.CertificateService;
import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.Readiness;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.http.legacy.LegacyJobRoutes;
import io.rebalancer.http.server.HealthRoutes;
import io.rebalancer.http.v1.audit.AuditRoutes;
import io.rebalancer.http.v1.cluster.ClusterRoutes;
import io.rebalancer.http.v1.jobs.JobEventsRoute;
import io.rebalancer.http.v1.jobs.JobRoutes;
import io.rebalancer.http.v1.jobs.OrphanRoutes;
import io.rebalancer.http.v1.nodes.CertificateRoutes;
import io.rebalancer.http.v1.nodes.StorageNodeRoutes;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** All routes of a manager. */
public final class ManagerApi {

    private ManagerApi() {}

    /**
     * The legacy job API, API v1, and health.
     *
     * @param legacy the current settings of the legacy API
     */
    public static Route routes(
            JobService jobs,
            JobEventsRoute events,
            JobHistory history,
            StorageNodeService nodes,
            CertificateService certificates,
            ClusterControl cluster,
            Readiness readiness,
            Supplier<LegacySettings> legacy,
            LegacyMetrics metrics) {
        return Directives.concat(
                new LegacyJobRoutes(jobs, legacy, metrics).routes(),
                new JobRoutes(jobs, history, events).routes(),
                new OrphanRoutes(history).routes(),
                new AuditRoutes(history).routes(),
                new StorageNodeRoutes(nodes).routes(),
                new CertificateRoutes(certificates).routes(),
                new ClusterRoutes(cluster).routes(),
                HealthRoutes.routes(readiness));
    }
}
