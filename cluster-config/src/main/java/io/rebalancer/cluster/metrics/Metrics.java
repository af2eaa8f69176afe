package io.rebalancer.cluster.metrics;

import com.typesafe.config.Config;
import java.util.Optional;
import java.util.regex.Pattern;
import kamon.Kamon;
import kamon.prometheus.PrometheusReporter;

/** A process's metrics, in Prometheus' text format. */
public final class Metrics {
    /** {@code object_count_total} and {@code assignment_time_seconds_bucket}: what the older names got appended. */
    private static final Pattern OLDER_SUFFIX = Pattern.compile("(?m)^((?:# (?:HELP|TYPE) )?)(?:("
            + String.join("|", OlderMetrics.COUNTERS) + ")_total|(" + OlderMetrics.ASSIGNMENT_TIME + ")_seconds)");

    private static Optional<Metrics> started = Optional.empty();

    private final PrometheusReporter reporter;

    private Metrics(PrometheusReporter reporter) {
        this.reporter = reporter;
    }

    /**
     * Starts measuring, once in a process; later calls change nothing. Without an agent in the JVM, which would rewrite
     * classes while they run.
     */
    public static synchronized Metrics start(Config root) {
        if (started.isEmpty()) {
            started = Optional.of(begin(root));
        }
        return started.get();
    }

    private static Metrics begin(Config root) {
        Kamon.initWithoutAttaching(root);
        Metrics metrics = new Metrics(new PrometheusReporter("kamon.prometheus", root));
        Kamon.addReporter("rebalancer", metrics.reporter);
        return metrics;
    }

    /** All series as of the last few seconds, in the text format 0.0.4. */
    public String exposition() {
        return OLDER_SUFFIX.matcher(reporter.scrapeData()).replaceAll("$1$2$3");
    }
}
