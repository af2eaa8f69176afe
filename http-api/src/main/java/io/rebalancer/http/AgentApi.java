package io.rebalancer.http;

import io.rebalancer.cluster.telemetry.OlderMetrics;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.AssignmentService;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** Everything an agent serves: assignments in the older wire's words, and health. */
public final class AgentApi {

    private AgentApi() {}

    /** Routes of assignments and of health. */
    public static Route routes(
            AssignmentService assignments, AgentControl control, Readiness readiness, OlderMetrics metrics) {
        return Directives.concat(
                new LegacyAssignmentRoutes(assignments, metrics).routes(),
                new AgentControlRoutes(control).routes(),
                HealthApi.routes(readiness));
    }
}
