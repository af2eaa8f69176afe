package io.rebalancer.manager.node;

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
import io.rebalancer.core.port.Readiness;
import io.rebalancer.http.server.MetricsServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** Metrics and traces of the process. */
final class ObservabilityModule {
    private static final String SERVICE = "manager";

    private final ActorSystem<?> system;
    private final MetricsSettings settings;
    private final Telemetry telemetry;
    private final LegacyMetrics metrics;
    private final AssignmentTraces traces;

    ObservabilityModule(ActorSystem<?> system, MetricsSettings settings, TraceSettings traces) {
        this.system = system;
        this.settings = settings;
        this.telemetry = Telemetry.start(system.settings().config(), SERVICE, traces);
        ClusterMetrics.register(system, List.of(Roles.MANAGER, Roles.AGENT));
        this.metrics = new LegacyMetrics(settings.labels());
        this.traces = AssignmentTraces.of(traces);
    }

    LegacyMetrics metrics() {
        return metrics;
    }

    AssignmentTraces traces() {
        return traces;
    }

    /** Reports when the certificates end that the listeners of this process present. */
    void watchCertificates(HttpSettings api, ClusterSettings cluster) {
        api.tls().ifPresent(tls -> CertificateExpiry.watch("http", tls.certificate()));
        settings.http()
                .flatMap(HttpSettings::tls)
                .ifPresent(tls -> CertificateExpiry.watch("metrics", tls.certificate()));
        cluster.tls().ifPresent(tls -> CertificateExpiry.watch("cluster", tls.certificate()));
    }

    /** Serves the metrics and the health of the process, if an address is configured. */
    CompletionStage<?> startServer(Readiness readiness) {
        return settings.http()
                .<CompletionStage<?>>map(
                        address -> MetricsServer.start(system, SERVICE, address, readiness, telemetry::exposition))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }
}
