package io.rebalancer.http;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.telemetry.OlderMetrics;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobService;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** Everything a manager serves. */
public final class ManagerApi {

    private ManagerApi() {}

    /**
     * Routes of jobs, old shapes and new, of the cluster, and of health.
     *
     * @param legacy the settings of the older API as they are now
     */
    public static Route routes(
            JobService jobs,
            JobFeed feed,
            JobHistory history,
            ClusterControl cluster,
            Readiness readiness,
            Supplier<LegacySettings> legacy,
            OlderMetrics metrics) {
        return Directives.concat(
                new LegacyJobRoutes(jobs, legacy, metrics).routes(),
                new HistoryRoutes(history).routes(),
                new JobRoutes(jobs, new JobEvents(jobs, feed)).routes(),
                new ClusterRoutes(cluster).routes(),
                HealthApi.routes(readiness));
    }
}
