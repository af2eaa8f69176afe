package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyTraces;
import io.rebalancer.cluster.settings.MetricsSettings;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.cluster.telemetry.Telemetry;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.Readiness;
import io.rebalancer.http.server.MetricsServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** The metrics and traces of an agent. */
final class TelemetryModule {
    private final ActorSystem<?> system;
    private final MetricsSettings settings;
    private final Telemetry telemetry;
    private final LegacyMetrics legacyMetrics;
    private final CopyMetrics copyMetrics;

    TelemetryModule(ActorSystem<?> system, StorageNodeId node, MetricsSettings settings, TraceSettings traceSettings) {
        this.system = system;
        this.settings = settings;
        this.telemetry = Telemetry.start(system.settings().config(), "agent", traceSettings);
        this.legacyMetrics = new LegacyMetrics(settings.labels());
        this.copyMetrics = new CopyMetrics(legacyMetrics, new CopyTraces(AssignmentTraces.of(traceSettings), node));
    }

    LegacyMetrics legacyMetrics() {
        return legacyMetrics;
    }

    CopyMetrics copyMetrics() {
        return copyMetrics;
    }

    /** Serves the metrics and the health of the process on their own port, if the settings enable them. */
    CompletionStage<?> startServer(Readiness readiness) {
        return settings.http()
                .<CompletionStage<?>>map(
                        address -> MetricsServer.start(system, "agent", address, readiness, telemetry::exposition))
                .orElseGet(() -> CompletableFuture.completedFuture(telemetry));
    }
}
