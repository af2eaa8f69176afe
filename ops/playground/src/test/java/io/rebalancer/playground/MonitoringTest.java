package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.monitoring.MetricCatalog;
import io.rebalancer.monitoring.MonitoringFiles;
import io.rebalancer.monitoring.Prometheus;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus scrapes a region over HTTPS, with a certificate that ends soon, while the region empties a node. Every panel has
 * data, and only the alert for the certificate is active. Then the copies of the region are damaged and an agent is killed: the alerts
 * for that become active too, and no others. {@code make test-monitoring} runs it.
 */
@EnabledIfSystemProperty(named = "monitoring.live", matches = "true")
@Tag("cluster")
@Tag("external")
@Tag("slow")
class MonitoringTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final String DAMAGED = RegionPlan.storageId(2);
    private static final String KILLED = RegionPlan.storageId(4);
    private static final int SHARDS = 2;
    private static final String RATE_INTERVAL = "10s";

    /** The disk of the machine that runs the tests decides about them. */
    private static final Set<String> OF_THE_DISK =
            Set.of("RebalancerLogSlow", "RebalancerLogOldEntries", "RebalancerLogQueued", "RebalancerLogThrottled");
    /** Active for some seconds at most, between the loss of a member and its removal. */
    private static final Set<String> OF_A_LOST_MEMBER =
            Set.of("RebalancerMemberUnreachable", "RebalancerAssignmentsLost");
    /** Active from the start. */
    private static final String CERTIFICATE_ENDS = "RebalancerCertificateEndsSoon";

    private static final String CERTIFICATE_DAYS = "5";
    /** Panels whose series begin with a fault, which is made here. */
    private static final Set<String> OF_FAULTS = Set.of(
            "rebalancer-cluster.json: Refused requests",
            "rebalancer-cluster.json: Large bodies",
            "rebalancer-cluster.json: Certificates that can't be used");
    /** Panels whose series begin with a fault that is not made here, and what it needs. */
    private static final Map<String, String> WITHOUT_DATA = Map.of(
            "rebalancer-cluster.json: Orders without an entry", "a journal that refuses the audit log",
            "rebalancer-jobs.json: Refused look-ups", "five look-ups at a time");

    @TempDir
    private Path directory;

    private Playground open(Path prepared) throws Exception {
        RegionPlan plan = new RegionPlan(4, 200, OptionalLong.of(2048), Optional.empty(), SHARDS, 11);
        Map<String, Object> settings = Map.of(
                "kamon.metric.tick-interval", "1s",
                "kamon.metric.factory.default-settings.gauge.auto-update-interval", "1s",
                "kamon.metric.factory.default-settings.counter.auto-update-interval", "1s",
                "rebalancer.metrics.tls.enabled", true,
                "rebalancer.metrics.tls.certificate", certificate().toString(),
                "rebalancer.metrics.tls.key", directory.resolve("key.pem").toString(),
                "rebalancer.metrics.tls.reload", "1s");
        ClusterPlan cluster =
                new ClusterPlan(Optional.empty(), true, 0, 1, Optional.empty(), Optional.empty(), true, settings);
        return Playground.open(
                new PlaygroundOptions(plan, prepared, Optional.of(LEAVING), cluster, false, false),
                prepared,
                Terminal.silent());
    }

    private Path certificate() {
        return directory.resolve("certificate.pem");
    }

    private void makeCertificate() throws Exception {
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-subj",
                        "/CN=localhost",
                        "-days",
                        CERTIFICATE_DAYS,
                        "-keyout",
                        directory.resolve("key.pem").toString(),
                        "-out",
                        certificate().toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        assertThat(openssl.waitFor()).isZero();
    }

    private static List<String> targets(Playground playground) {
        return playground.cluster().all().stream()
                .map(node -> "127.0.0.1:"
                        + ConfigFactory.parseFile(node.settings().toFile()).getInt("rebalancer.metrics.port"))
                .toList();
    }

    @Test
    void panelsHaveDataAndAlertsFireInTheirSituationOnly() throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        makeCertificate();
        try (Playground playground = open(prepared);
                Prometheus prometheus =
                        Prometheus.start(Files.createDirectory(directory.resolve("prometheus")), targets(playground))) {
            await().atMost(TIMEOUT).until(prometheus::isReady);
            assertThat(playground.evacuate(LEAVING).violations()).isEmpty();
            // Lets agents list their files.
            assertThat(HttpCalls.to(playground.managerUrl())
                            .post("/api/v1/reconciliation/runs", "{\"mode\":\"observe\"}")
                            .statusCode())
                    .isEqualTo(202);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(prometheus.query("sum(rebalancer_records_total) > 0"))
                            .isNotEmpty());
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(panelsWithoutData(prometheus))
                            .containsExactlyInAnyOrderElementsOf(expectedWithoutData()));
            assertThat(activeAlerts(prometheus)).containsExactly(CERTIFICATE_ENDS);
            assertSeriesAreBounded(prometheus);

            makeFaults(playground);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(panelsWithoutData(prometheus))
                            .containsExactlyInAnyOrderElementsOf(WITHOUT_DATA.keySet()));

            damageAllCopies(prepared);
            HttpCalls.to(playground.managerUrl()).post("/api/v1/jobs", "{\"leavingNode\":\"" + DAMAGED + "\"}");
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(activeAlerts(prometheus))
                            .containsExactly(CERTIFICATE_ENDS, "RebalancerExceptionsRising"));

            NodeSpec agent = playground.cluster().agentOf(KILLED);
            playground.processes().kill(agent);
            await().atMost(TIMEOUT).untilAsserted(() -> {
                Set<String> active = activeAlerts(prometheus);
                active.removeAll(OF_A_LOST_MEMBER);
                assertThat(active)
                        .containsExactly(
                                "RebalancerAgentLost",
                                CERTIFICATE_ENDS,
                                "RebalancerExceptionsRising",
                                "RebalancerTargetDown");
            });
            assertThat(prometheus.ruleErrors()).isEmpty();
            assertSeriesAreBounded(prometheus);
        }
    }

    private static Set<String> expectedWithoutData() {
        Set<String> expected = new TreeSet<>(WITHOUT_DATA.keySet());
        expected.addAll(OF_FAULTS);
        return expected;
    }

    private static Set<String> panelsWithoutData(Prometheus prometheus) throws Exception {
        Set<String> without = new TreeSet<>();
        for (MonitoringFiles.Query query : MonitoringFiles.queries()) {
            if (prometheus.query(query.over(RATE_INTERVAL)).isEmpty()) {
                without.add(query.panel());
            }
        }
        return without;
    }

    /** The alerts whose expression holds now, however short, except those that the machine decides about. */
    private static Set<String> activeAlerts(Prometheus prometheus) throws Exception {
        Set<String> active = new TreeSet<>();
        for (Map.Entry<String, String> alert : MonitoringFiles.alerts().entrySet()) {
            if (!OF_THE_DISK.contains(alert.getKey())
                    && !prometheus.query(alert.getValue()).isEmpty()) {
                active.add(alert.getKey());
            }
        }
        return active;
    }

    /** Every series is of a listed metric, and no metric has more series than the list states. */
    private static void assertSeriesAreBounded(Prometheus prometheus) throws Exception {
        MetricCatalog catalog = MetricCatalog.read();
        List<String> excess = new ArrayList<>();
        List<JsonNode> counts = prometheus.query(
                "count by (__name__, instance) ({job=\"rebalancer\", __name__!~\"up|ALERTS.*|scrape_.*|.*:.*\", le=~\"|[+]Inf\"})");
        assertThat(counts).hasSizeGreaterThan(100);
        for (JsonNode count : counts) {
            String name = count.at("/metric/__name__").asText();
            int series = count.at("/value/1").asInt();
            int bound = catalog.of(name).map(metric -> metric.bound(SHARDS)).orElse(0);
            if (series > bound) {
                excess.add(name + " of " + count.at("/metric/instance").asText() + ": " + series + " series, not "
                        + bound);
            }
        }
        assertThat(excess).isEmpty();
    }

    /** A request with the Host of another server, a large body for an agent, and a certificate that can't be used. */
    private void makeFaults(Playground playground) throws Exception {
        Process curl = new ProcessBuilder(
                        "curl",
                        "-s",
                        "-o",
                        "/dev/null",
                        "-H",
                        "Host: stranger.example",
                        playground.managerUrl() + "/jobs")
                .start();
        assertThat(curl.waitFor()).isZero();
        String agent = playground.cluster().agentOf(KILLED).http().toString();
        HttpCalls.to(agent).post("/assignments", "n".repeat(100_000));
        Files.writeString(certificate(), "no certificate");
    }

    /** Every file has other content than its object. */
    private static void damageAllCopies(Path prepared) throws IOException {
        try (Stream<Path> files = Files.walk(prepared.resolve("nodes"))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(each -> !each.toString().contains("/.rebalancer/"))
                    .toList()) {
                Files.writeString(file, "damaged");
            }
        }
    }
}
