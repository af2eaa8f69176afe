package io.rebalancer.cluster.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.loopback.LoopbackPorts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The series of the JVM and of the cluster, in the text that Prometheus reads. */
@Tag("slow")
class ProcessMetricsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static double value(String exposition, String series) {
        return exposition
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(-1);
    }

    @Test
    void aProcessShowsItsMemoryItsThreadsAndTheMembersThatItSees() throws Exception {
        Config config = ConfigFactory.parseString("""
                        kamon.metric { tick-interval = 200ms, factory.default-settings.gauge.auto-update-interval = 200ms }
                        kamon.metric.factory.default-settings.counter.auto-update-interval = 200ms
                        pekko { actor.provider = cluster, remote.artery.canonical { hostname = "127.0.0.1", port = %d } }
                        pekko.cluster { roles = [agent], jmx.multi-mbeans-in-same-jvm = on }
                        """.formatted(LoopbackPorts.reserve()))
                .withFallback(ConfigFactory.parseResources("rebalancer-pekko.conf"))
                .withFallback(ConfigFactory.load())
                .resolve();
        Telemetry telemetry = Telemetry.start(config, "agent", new TraceSettings(Optional.empty(), 1));
        ActorTestKit kit = ActorTestKit.create("process-metrics", config);
        try {
            ClusterMetrics.register(kit.system(), List.of("manager", "agent"));
            Cluster cluster = Cluster.get(kit.system());
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
            await().atMost(TIMEOUT).untilAsserted(() -> {
                String exposition = telemetry.exposition();
                assertThat(exposition.lines().filter(line -> line.startsWith("rebalancer_cluster_members{")))
                        .as("two roles, three states")
                        .hasSize(6);
                assertThat(exposition
                                .lines()
                                .filter(line ->
                                        line.startsWith("rebalancer_cluster_members{") && line.endsWith(" 1.0")))
                        .singleElement()
                        .asString()
                        .contains("role=\"agent\"", "state=\"up\"");
                assertThat(value(exposition, "rebalancer_jvm_memory_bytes{area=\"heap\"}"))
                        .isPositive();
                assertThat(value(exposition, "rebalancer_jvm_memory_bytes{area=\"direct\"}"))
                        .isNotNegative();
                assertThat(value(exposition, "rebalancer_jvm_heap_max_bytes"))
                        .isGreaterThan(value(exposition, "rebalancer_jvm_memory_bytes{area=\"heap\"}"));
                assertThat(value(exposition, "rebalancer_jvm_threads")).isGreaterThan(1);
                assertThat(value(exposition, "rebalancer_jvm_uptime_seconds")).isPositive();
                assertThat(value(exposition, "rebalancer_jvm_open_files")).isPositive();
                assertThat(value(exposition, "rebalancer_jvm_open_files_max"))
                        .isGreaterThan(value(exposition, "rebalancer_jvm_open_files"));
                assertThat(value(exposition, "rebalancer_jvm_cpu_seconds_total"))
                        .isPositive();
                assertThat(exposition).contains("rebalancer_jvm_gc_seconds_total{collector=");
            });
        } finally {
            kit.shutdownTestKit();
        }
    }
}
