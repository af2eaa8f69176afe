package io.rebalancer.cluster.telemetry;

import com.typesafe.config.Config;
import io.rebalancer.cluster.settings.TraceSettings;
import java.util.Optional;
import java.util.regex.Pattern;
import kamon.Kamon;
import kamon.prometheus.PrometheusReporter;

/** A process's metrics, in Prometheus' text format, and its traces, which go to a collector. */
public final class Telemetry {
    /** {@code object_count_total} and {@code assignment_time_seconds_bucket}: what the older names got appended. */
    private static final Pattern OLDER_SUFFIX = Pattern.compile("(?m)^((?:# (?:HELP|TYPE) )?)(?:("
            + String.join("|", LegacyMetrics.COUNTERS) + ")_total|(" + LegacyMetrics.ASSIGNMENT_TIME + ")_seconds)");

    private static Optional<Telemetry> started = Optional.empty();

    private final PrometheusReporter reporter;

    private Telemetry(PrometheusReporter reporter) {
        this.reporter = reporter;
    }

    /**
     * Starts measuring, once in a process; later calls change nothing. Without an agent in the JVM, which would rewrite
     * classes while they run.
     *
     * @param service what the process is, for the collector of traces
     */
    public static synchronized Telemetry start(Config root, String service, TraceSettings traces) {
        if (started.isEmpty()) {
            started = Optional.of(begin(traces.applyTo(root, service)));
        }
        return started.get();
    }

    private static Telemetry begin(Config root) {
        Kamon.initWithoutAttaching(root);
        Telemetry telemetry = new Telemetry(new PrometheusReporter("kamon.prometheus", root));
        Kamon.addReporter("rebalancer", telemetry.reporter);
        return telemetry;
    }

    /** All series as of the last few seconds, in the text format 0.0.4. */
    public String exposition() {
        return OLDER_SUFFIX.matcher(reporter.scrapeData()).replaceAll("$1$2$3");
    }
}
