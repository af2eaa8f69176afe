package io.rebalancer.manager.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.cluster.telemetry.Telemetry;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.JobMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The series of the fleet and of jobs, in the text that Prometheus reads. */
class FleetGaugesTest {
    private static StorageNode node(int number, long mib) {
        return new StorageNode(new StorageNodeId(number + ".stor.test"), "dc", mib, 10);
    }

    private static void awaitLines(Telemetry telemetry, String... lines) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(telemetry.exposition().lines()).contains(lines));
    }

    @Test
    void nodesAreCountedByStateAndCountersOfJobsExistFromTheStart() {
        Telemetry telemetry = Telemetry.start(
                ConfigFactory.parseString("kamon.metric.tick-interval = 200 ms")
                        .withFallback(ConfigFactory.parseResources("rebalancer-pekko.conf"))
                        .withFallback(ConfigFactory.load())
                        .resolve(),
                "manager",
                new TraceSettings(Optional.empty(), 1));
        JobMetrics.register();
        FleetGauges gauges = new FleetGauges();
        awaitLines(telemetry, "rebalancer_fleet_nodes{state=\"unreachable\"} 0.0");
        // Jobs of earlier tests in this process may have counted already.
        for (String series : List.of(
                "rebalancer_jobs_ended_total{phase=\"failed\"} ",
                "rebalancer_records_total{outcome=\"failed\"} ",
                "rebalancer_records_total{outcome=\"skipped\"} ",
                "rebalancer_assignments_total{event=\"lost\"} ")) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(telemetry.exposition().lines()).anyMatch(line -> line.startsWith(series)));
        }
        gauges.update(
                new DestinationCandidates(
                        true, List.of(node(1, 3), node(2, 4)), List.of(node(3, 100)), List.of(node(4, 100))),
                Duration.ofMillis(1500));
        awaitLines(
                telemetry,
                "rebalancer_fleet_nodes{state=\"reachable\"} 2.0",
                "rebalancer_fleet_nodes{state=\"unreachable\"} 1.0",
                "rebalancer_fleet_nodes{state=\"out_of_service\"} 1.0",
                "rebalancer_fleet_available_bytes 7340032.0",
                "rebalancer_storinfo_answer_age_seconds 1.5");
    }
}
