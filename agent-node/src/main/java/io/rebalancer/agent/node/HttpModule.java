package io.rebalancer.agent.node;

import io.rebalancer.agent.legacy.ActorAssignmentService;
import io.rebalancer.cluster.settings.AllowedHost;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.http.AgentApi;
import io.rebalancer.http.server.HttpServer;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** The HTTP servers of an agent: the API, then the metrics. */
final class HttpModule {
    private final ActorSystem<?> system;
    private final HttpSettings settings;
    private final StorageNodeId storageNode;
    private final OrdersModule orders;
    private final TelemetryModule telemetry;

    /** @param storageNode the host under which managers call this agent */
    HttpModule(
            ActorSystem<?> system,
            HttpSettings settings,
            StorageNodeId storageNode,
            OrdersModule orders,
            TelemetryModule telemetry) {
        this.system = system;
        this.settings = settings;
        this.storageNode = storageNode;
        this.orders = orders;
        this.telemetry = telemetry;
    }

    /** Completes when both servers listen; fails with {@code SettingsFault} if a port is taken. */
    CompletionStage<?> start() {
        ActorAssignmentService assignments = orders.startAssignmentService();
        AgentControl control = orders.agentControl();
        AgentReadiness readiness = new AgentReadiness(system, orders::waitingFor, assignments::ping);
        return HttpServer.start(
                        system,
                        "agent",
                        settings.alsoAllowing(AllowedHost.atAnyPort(storageNode.text())),
                        AgentApi.routes(
                                assignments, control, orders.heldAssignments(), readiness, telemetry.legacyMetrics()))
                .thenCompose(api -> telemetry.startServer(readiness));
    }
}
