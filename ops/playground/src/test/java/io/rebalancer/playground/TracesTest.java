package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.playground.SpanCollector.Received;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes send the traces of all assignments to a collector. One agent is reached over the legacy HTTP API. */
@Tag("cluster")
@Tag("slow")
class TracesTest {
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final String MANAGER = "rebalancer-manager";
    private static final String AGENT = "rebalancer-agent";

    @TempDir
    private Path directory;

    private static Map<String, List<Received>> traces(SpanCollector collector) {
        return collector.received().stream().collect(Collectors.groupingBy(Received::trace));
    }

    private static List<Received> named(List<Received> spans, String name) {
        return spans.stream().filter(span -> span.name().equals(name)).toList();
    }

    private static UUID assignmentId(String trace) {
        return new UUID(
                Long.parseUnsignedLong(trace.substring(0, 16), 16), Long.parseUnsignedLong(trace.substring(16), 16));
    }

    @Test
    void oneTraceCoversAnAssignmentOnManagerAndAgent() throws Exception {
        try (SpanCollector collector = new SpanCollector()) {
            RegionPlan plan = new RegionPlan(4, 200, OptionalLong.of(2048), Optional.empty(), 2, 7);
            ClusterPlan clusterPlan = new ClusterPlan(
                    Optional.empty(),
                    true,
                    1,
                    1,
                    Optional.empty(),
                    Optional.empty(),
                    true,
                    Map.of("rebalancer.traces.endpoint", collector.url(), "rebalancer.traces.one-in", 1));
            Path prepared = WorkDirectory.prepare(directory.resolve("run"));
            try (Playground playground = Playground.open(
                    new PlaygroundOptions(plan, prepared, Optional.of(LEAVING), clusterPlan, false, false),
                    prepared,
                    Terminal.silent())) {
                assertThat(playground.evacuate(LEAVING).violations()).isEmpty();
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(traces(collector))
                                .isNotEmpty()
                                .allSatisfy((trace, spans) -> assertComplete(spans)));
                // The planner is free to give one of the two agents nothing.
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(traces(collector).keySet())
                                .as("traces whose id is an assignment id in an agent's log")
                                .anyMatch(trace -> logs(prepared).contains("assignment=" + assignmentId(trace))));
                assertThat(collector.received())
                        .extracting(span -> span.tags().getOrDefault("agent", ""))
                        .as("agents, including the agent outside the cluster")
                        .contains(RegionPlan.storageId(4));
            }
        }
    }

    private static String logs(Path run) {
        try {
            return Files.readString(run.resolve("logs/agent-2.log"))
                    + Files.readString(run.resolve("logs/agent-3.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertComplete(List<Received> spans) {
        assertThat(spans)
                .extracting(Received::name)
                .containsOnlyOnce("assignment", "delivery", "copies", "metadata")
                .containsOnly("assignment", "delivery", "copies", "copy", "metadata");
        Received root = named(spans, "assignment").get(0);
        Received copies = named(spans, "copies").get(0);
        assertThat(root.parent()).isEmpty();
        assertThat(root.service()).isEqualTo(MANAGER);
        assertThat(root.endNanos()).isGreaterThan(root.startNanos());
        assertThat(spans)
                .filteredOn(span -> !span.name().equals("copy") && span != root)
                .allSatisfy(span -> {
                    assertThat(span.parent()).isEqualTo(root.id());
                    assertThat(span.endNanos()).isLessThanOrEqualTo(root.endNanos());
                });
        assertThat(copies.service()).isEqualTo(AGENT);
        assertThat(copies.tags().get("agent")).isEqualTo(root.tags().get("agent"));
        assertThat(named(spans, "copy"))
                .hasSize(Integer.parseInt(root.tags().get("objects")))
                .allSatisfy(copy -> {
                    assertThat(copy.service()).isEqualTo(AGENT);
                    assertThat(copy.parent()).isEqualTo(copies.id());
                    assertThat(copy.marks()).containsExactly("verified");
                });
    }
}
