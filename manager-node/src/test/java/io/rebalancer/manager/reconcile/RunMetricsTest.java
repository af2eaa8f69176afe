package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.cluster.telemetry.Telemetry;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A run counts what it finds. No test counts findings of this kind but by a run. */
class RunMetricsTest extends RunFixture {
    private static final String SERIES = "rebalancer_reconcile_findings_total{kind=\"under_replicated\"} ";

    private final Telemetry telemetry = Telemetry.start(
            ConfigFactory.parseString("kamon.metric.tick-interval = 200 ms")
                    .withFallback(ConfigFactory.parseResources("rebalancer-pekko.conf"))
                    .withFallback(ConfigFactory.load())
                    .resolve(),
            "manager",
            new TraceSettings(Optional.empty(), 1));

    @Test
    void aRunCountsWhatItFinds() {
        ReconciliationMonitor.register();
        store(1, ONE);
        observe(ONE);
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(telemetry.exposition().lines())
                        .filteredOn(line -> line.startsWith(SERIES))
                        .singleElement()
                        .satisfies(line -> assertThat(Double.parseDouble(line.substring(SERIES.length())))
                                .isPositive()));
    }
}
