package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.cluster.telemetry.Telemetry;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.SkippedCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The series of reconciliation, in the text that Prometheus reads. */
class ReconcileMetricsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Instant AT = Instant.ofEpochSecond(1_000_000);
    private static final StorageNodeId ONE = new StorageNodeId("1.stor");
    private static final StorageNodeId TWO = new StorageNodeId("2.stor");

    private final Telemetry telemetry = Telemetry.start(
            ConfigFactory.parseString("kamon.metric.tick-interval = 200 ms")
                    .withFallback(ConfigFactory.parseResources("rebalancer-pekko.conf"))
                    .withFallback(ConfigFactory.load())
                    .resolve(),
            "manager",
            new TraceSettings(Optional.empty(), 1));
    private final ActorTestKit kit = ActorTestKit.create("monitor");
    private final FindingsInMemory findings = new FindingsInMemory();
    private final Map<UUID, RunState> runs = new ConcurrentHashMap<>();
    private volatile boolean enabled = true;

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** Other tests of this process count single findings, so these counts are large. */
    private void awaitMillions(String series, int millions) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(telemetry.exposition().lines())
                        .filteredOn(line -> line.startsWith(series + " "))
                        .singleElement()
                        .satisfies(line -> assertThat(
                                        (long) Double.parseDouble(line.substring(series.length() + 1)) / 1_000_000)
                                .isEqualTo(millions)));
    }

    private void awaitLines(String... lines) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(telemetry.exposition().lines()).contains(lines));
    }

    private static NodeReport compared(Map<DriftKind, Long> found, long suspects) {
        return new NodeReport(
                ONE,
                Optional.empty(),
                "",
                "3f0c",
                Optional.of(AT),
                Coverage.NONE,
                10,
                found,
                SkippedCounts.NONE,
                new ContentCounts(9, 9, suspects, 0),
                100);
    }

    @Test
    void findingsAndRepairsCountWhenTheirEventsAreStored() {
        ReconciliationMonitor.register();
        ReconcileMetrics.count(List.of(
                new RunEvent.MetadataRead(List.of(), AT),
                new RunEvent.NodeCompared(
                        compared(
                                Map.of(DriftKind.MISSING_COPY, 2_000_000L, DriftKind.MISPLACED, 3_000_000L), 4_000_000),
                        AT),
                new RunEvent.NodeRepaired(
                        new RepairReport(
                                ONE,
                                Optional.empty(),
                                "",
                                Map.of(
                                        Repair.QUARANTINE,
                                        new RepairCounts(1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000))),
                        AT)));
        awaitMillions("rebalancer_reconcile_findings_total{kind=\"missing_copy\"}", 2);
        awaitMillions("rebalancer_reconcile_findings_total{kind=\"misplaced\"}", 3);
        awaitMillions("rebalancer_reconcile_findings_total{kind=\"contradictory\"}", 0);
        awaitMillions("rebalancer_reconcile_suspects_total", 4);
        awaitMillions("rebalancer_reconcile_repairs_total{class=\"quarantine\",result=\"repaired\"}", 1);
        awaitMillions("rebalancer_reconcile_repairs_total{class=\"quarantine\",result=\"no_longer_true\"}", 2);
        awaitMillions("rebalancer_reconcile_repairs_total{class=\"quarantine\",result=\"failed\"}", 3);
        awaitMillions("rebalancer_reconcile_repairs_total{class=\"quarantine\",result=\"parked\"}", 4);
        awaitMillions("rebalancer_reconcile_repairs_total{class=\"quarantine\",result=\"left\"}", 5);
        awaitMillions("rebalancer_reconcile_repairs_total{class=\"add_copy\",result=\"failed\"}", 0);
        assertThat(telemetry.exposition().lines())
                .filteredOn(line -> line.startsWith("rebalancer_reconcile_repairs_total"))
                .hasSize(20)
                .allMatch(line -> line.contains("class=") && line.contains("result="));
    }

    /** A run that ended {@code seconds} after {@link #AT}; its line is in the list of runs. */
    private void end(int number, int seconds, NodeReport... reports) {
        UUID id = new UUID(0, number);
        RunState run = RunState.EMPTY
                .apply(new RunEvent.RunCreated(
                        new RunOrder(
                                id,
                                number,
                                RunMode.OBSERVE,
                                List.of(ONE, TWO),
                                Optional.empty(),
                                "ann",
                                Map.of(),
                                false,
                                Optional.empty()),
                        AT))
                .apply(new RunEvent.MetadataRead(List.of(), AT));
        for (NodeReport report : reports) {
            run = run.apply(new RunEvent.NodeCompared(report, AT));
        }
        run = run.apply(new RunEvent.RunFinished(AT.plusSeconds(seconds)));
        runs.put(id, run);
        findings.putRun(RunLines.of(run, 9));
    }

    private ActorRef<ReconciliationMonitor.Message> monitor() {
        return kit.spawn(ReconciliationMonitor.create(
                new ReconciliationMonitor.Sources(
                        () -> enabled,
                        () -> CompletableFuture.completedFuture(2),
                        findings,
                        id -> CompletableFuture.completedFuture(Optional.ofNullable(runs.get(id)))),
                Duration.ofMillis(50)));
    }

    @Test
    void theRunsOfTheFleetAreReportedAlsoAfterARestartAndByOneManagerOnly() {
        NodeReport other = NodeReport.unknown(TWO, AbortReason.NODE_UNAVAILABLE, "no answer");
        end(
                1,
                60,
                compared(Map.of(), 0),
                new NodeReport(
                        TWO,
                        Optional.empty(),
                        "",
                        "",
                        Optional.empty(),
                        Coverage.NONE,
                        0,
                        Map.of(),
                        SkippedCounts.NONE,
                        ContentCounts.NONE,
                        0));
        ActorRef<ReconciliationMonitor.Message> monitor = monitor();
        awaitLines(
                "rebalancer_reconcile_enabled 1.0",
                "rebalancer_reconcile_last_complete_seconds 1000060.0",
                "rebalancer_reconcile_coverage 1.0",
                "rebalancer_reconcile_breaker_nodes 0.0",
                "rebalancer_reconcile_run_seconds 60.0");
        end(2, 90, compared(Map.of(), 0), other);
        awaitLines(
                "rebalancer_reconcile_last_complete_seconds 1000060.0",
                "rebalancer_reconcile_coverage 0.5",
                "rebalancer_reconcile_run_seconds 90.0");
        enabled = false;
        end(3, 100, compared(Map.of(), 0), NodeReport.unknown(TWO, AbortReason.BREAKER, "too much"));
        awaitLines("rebalancer_reconcile_enabled 0.0", "rebalancer_reconcile_breaker_nodes 1.0");

        kit.stop(monitor);
        awaitLines(
                "rebalancer_reconcile_last_complete_seconds 0.0",
                "rebalancer_reconcile_coverage 0.0",
                "rebalancer_reconcile_breaker_nodes 0.0",
                "rebalancer_reconcile_run_seconds 0.0");
        monitor();
        awaitLines(
                "rebalancer_reconcile_last_complete_seconds 1000060.0",
                "rebalancer_reconcile_coverage 0.5",
                "rebalancer_reconcile_breaker_nodes 1.0",
                "rebalancer_reconcile_run_seconds 100.0");
    }

    @Test
    void aListOfRunsThatCannotBeReadIsReadAgain() {
        end(4, 60, compared(Map.of(), 0));
        AtomicInteger failures = new AtomicInteger(2);
        kit.spawn(ReconciliationMonitor.create(
                new ReconciliationMonitor.Sources(
                        () -> true,
                        () -> failures.getAndDecrement() > 0
                                ? CompletableFuture.failedFuture(new IllegalStateException("storinfo is down"))
                                : CompletableFuture.completedFuture(2),
                        findings,
                        id -> CompletableFuture.completedFuture(Optional.ofNullable(runs.get(id)))),
                Duration.ofMillis(50)));
        awaitLines("rebalancer_reconcile_coverage 0.5", "rebalancer_reconcile_run_seconds 60.0");
    }
}
