package io.rebalancer.cluster.telemetry;

import com.typesafe.config.Config;
import io.rebalancer.cluster.settings.TraceSettings;
import java.util.Optional;
import java.util.regex.Pattern;
import kamon.Kamon;
import kamon.prometheus.PrometheusReporter;

/** The metrics of a process, exposed in Prometheus text format, and its traces, exported to a collector. */
public final class Telemetry {
    /** Matches suffixes of legacy names: {@code object_count_total}, {@code assignment_time_seconds_bucket}. */
    private static final Pattern LEGACY_SUFFIX = Pattern.compile("(?m)^((?:# (?:HELP|TYPE) )?)(?:("
            + String.join("|", LegacyMetrics.COUNTERS) + ")_total|(" + LegacyMetrics.ASSIGNMENT_TIME + ")_seconds)");

    private static Optional<Telemetry> started = Optional.empty();

    private final PrometheusReporter reporter;

    private Telemetry(PrometheusReporter reporter) {
        this.reporter = reporter;
    }

    /**
     * Starts Kamon. Only the first call in a process has an effect. Kamon's instrumentation agent is not attached,
     * because it would rewrite loaded classes.
     *
     * @param service name of this kind of process in traces, such as {@code manager}
     */
    public static synchronized Telemetry start(Config root, String service, TraceSettings traces) {
        if (started.isEmpty()) {
            started = Optional.of(startKamon(traces.applyTo(root, service)));
        }
        return started.get();
    }

    private static Telemetry startKamon(Config root) {
        Kamon.initWithoutAttaching(root);
        Telemetry telemetry = new Telemetry(new PrometheusReporter("kamon.prometheus", root));
        Kamon.addReporter("rebalancer", telemetry.reporter);
        JvmMetrics.register();
        return telemetry;
    }

    /** All metrics in text format 0.0.4, at most one {@code kamon.metric.tick-interval} old. */
    public String exposition() {
        return LEGACY_SUFFIX.matcher(reporter.scrapeData()).replaceAll("$1$2$3");
    }
}
