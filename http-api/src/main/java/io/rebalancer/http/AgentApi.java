package io.rebalancer.http;

import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.AssignmentService;
import io.rebalancer.core.port.HeldAssignments;
import io.rebalancer.core.port.Readiness;
import io.rebalancer.http.legacy.LegacyAssignmentRoutes;
import io.rebalancer.http.server.HealthRoutes;
import io.rebalancer.http.v1.agent.AgentRoutes;
import io.rebalancer.http.v1.agent.HeldAssignmentRoutes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** All routes of an agent. */
public final class AgentApi {

    private AgentApi() {}

    /** The legacy assignment API, API v1, and health. */
    public static Route routes(
            AssignmentService assignments,
            AgentControl control,
            HeldAssignments held,
            Readiness readiness,
            LegacyMetrics metrics) {
        return Directives.concat(
                new LegacyAssignmentRoutes(assignments, metrics).routes(),
                new AgentRoutes(control).routes(),
                new HeldAssignmentRoutes(held).routes(),
                HealthRoutes.routes(readiness));
    }
}
