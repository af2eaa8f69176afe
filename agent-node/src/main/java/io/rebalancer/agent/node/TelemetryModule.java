package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyTraces;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.MetricsSettings;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.ClusterMetrics;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.cluster.telemetry.Telemetry;
import io.rebalancer.cluster.tls.CertificateExpiry;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.Readiness;
import io.rebalancer.http.server.MetricsServer;
import java.util.List;
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
        ClusterMetrics.register(system, List.of(Roles.MANAGER, Roles.AGENT));
        this.legacyMetrics = new LegacyMetrics(settings.labels());
        this.copyMetrics = new CopyMetrics(legacyMetrics, new CopyTraces(AssignmentTraces.of(traceSettings), node));
    }

    LegacyMetrics legacyMetrics() {
        return legacyMetrics;
    }

    CopyMetrics copyMetrics() {
        return copyMetrics;
    }

    /** Reports when the certificates end that the listeners of this process present. */
    void watchCertificates(HttpSettings api, ClusterSettings cluster) {
        api.tls().ifPresent(tls -> CertificateExpiry.watch("http", tls.certificate()));
        settings.http()
                .flatMap(HttpSettings::tls)
                .ifPresent(tls -> CertificateExpiry.watch("metrics", tls.certificate()));
        cluster.tls().ifPresent(tls -> CertificateExpiry.watch("cluster", tls.certificate()));
    }

    /** Serves the metrics and the health of the process on their own port, if the settings enable them. */
    CompletionStage<?> startServer(Readiness readiness) {
        return settings.http()
                .<CompletionStage<?>>map(
                        address -> MetricsServer.start(system, "agent", address, readiness, telemetry::exposition))
                .orElseGet(() -> CompletableFuture.completedFuture(telemetry));
    }
}
