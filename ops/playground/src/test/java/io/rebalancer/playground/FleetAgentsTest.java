package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.testsupport.HttpCalls;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator reaches the agents of a region through a manager: those at work, frozen, stopped, and outside the cluster.
 * {@code make test-agents} runs it.
 */
@EnabledIfSystemProperty(named = "agents.processes", matches = "true")
@Tag("cluster")
@Tag("slow")
class FleetAgentsTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    /** Of the copies of an agent, in bytes per second: about one object. */
    private static final int RATE = 5_000;

    private static final String LEAVING = RegionPlan.storageId(1);
    private static final String AGENT = RegionPlan.storageId(3);
    private static final String LEGACY = RegionPlan.storageId(4);

    @TempDir
    private Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private Playground playground;
    private HttpCalls manager;

    /** Copies are slow, so that agents hold assignments. Members that are frozen stay members. */
    @BeforeEach
    void start() throws Exception {
        ClusterPlan cluster = new ClusterPlan(
                Optional.empty(),
                true,
                1,
                1,
                Optional.empty(),
                Optional.empty(),
                false,
                Map.of(
                        "rebalancer.agent.limits.bytes-per-second", RATE,
                        "rebalancer.evacuate.max-assignment-age", "500ms",
                        "pekko.cluster.failure-detector.acceptable-heartbeat-pause", "120s"));
        RegionPlan plan = new RegionPlan(4, 1600, OptionalLong.of(4096), Optional.empty(), 2, 7);
        Path run = WorkDirectory.prepare(directory.resolve("run"));
        playground = Playground.open(
                new PlaygroundOptions(plan, run, Optional.of(LEAVING), cluster, false, false), run, Terminal.silent());
        manager = HttpCalls.to(playground.managerUrl());
    }

    @AfterEach
    void stop() {
        playground.close();
    }

    private static String path(String node) {
        return "/api/v1/storage-nodes/" + node + "/agent";
    }

    private JsonNode read(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return json.readTree(response.body());
    }

    private void assertProblem(HttpResponse<String> response, int status, String code, String node) throws Exception {
        JsonNode problem = read(response, status);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("detail").asText()).contains(node);
    }

    private HttpResponse<String> limits(String node, String body) throws Exception {
        return manager.put(path(node) + "/limits", body);
    }

    /** The id of an assignment that the agent holds, and whose copies have not all ended. */
    private Optional<String> unfinished() throws Exception {
        for (JsonNode held :
                read(manager.get(path(AGENT) + "/assignments"), 200).path("assignments")) {
            if (held.path("ended").asLong() < held.path("tasks").asLong()) {
                return Optional.of(held.path("id").asText());
            }
        }
        return Optional.empty();
    }

    private JsonNode jobsOf(String node) throws Exception {
        return read(manager.get("/api/v1/storage-nodes/" + node), 200).path("jobs");
    }

    private long processOf(NodeSpec agent) {
        return Objects.requireNonNull(playground.processes().processIds().get(agent.name()));
    }

    @Test
    void agentsAreOperatedThroughAManager() throws Exception {
        NodeSpec agent = playground.cluster().agentOf(AGENT);
        String job = new ManagerClient(List.of(URI.create(playground.managerUrl()))).evacuate(LEAVING);
        await().atMost(TIMEOUT).until(() -> unfinished().isPresent());
        JsonNode held = read(manager.get(path(AGENT) + "/assignments?limit=1"), 200)
                .path("assignments")
                .path(0);
        assertThat(held.path("tasks").asLong()).isPositive();

        assertThat(jobsOf(LEAVING).path("emptiedBy").path(0).asText()).isEqualTo(job);
        await().atMost(TIMEOUT).untilAsserted(() -> {
            JsonNode destination = jobsOf(AGENT).path("destinationOf").path(0);
            assertThat(destination.path("job").asText()).isEqualTo(job);
            assertThat(destination.path("assignments").asInt()).isPositive();
            assertThat(destination.path("leasedBytes").asLong()).isPositive();
        });

        // The status is that of the agent's own listener, but for what changes all the time.
        JsonNode own = json.readTree(
                HttpCalls.to(agent.http().toString()).get("/api/v1/agent").body());
        JsonNode status = read(manager.get(path(AGENT)), 200);
        assertThat(status.path("limits")).isEqualTo(own.path("limits"));
        assertThat(status.path("storageId").asText()).isEqualTo(AGENT);

        assertThat(read(limits(AGENT, "{\"parallelFetches\":5}"), 200)
                        .path("bytesPerSecond")
                        .asLong())
                .isEqualTo(RATE);
        assertProblem(limits(AGENT, "{\"bytesPerSecond\":60000}"), 400, "BAD_REQUEST", "bytesPerSecond");
        await().atMost(TIMEOUT)
                .until(() -> manager.put(path(AGENT) + "/gate", "{\"gate\":\"STOPPED\"}")
                                .statusCode()
                        == 200);

        String unfinished = path(AGENT) + "/assignments/" + unfinished().orElseThrow();
        assertProblem(manager.delete(unfinished), 409, "ASSIGNMENT_IN_PROGRESS", AGENT);
        read(manager.delete(unfinished + "?force=true"), 200);
        assertProblem(manager.delete(unfinished), 404, "ASSIGNMENT_NOT_FOUND", AGENT);
        assertThat(manager.get("/api/v1/audit/entries").body()).contains("agent.limits", "agent.gate", "agent.drop");

        agentsThatAreAwayAreNamed();
        aFrozenAgentCarriesOutWhatItGotAndTheNextRequestGetsItsOwnAnswer(agent);
        anAgentThatStopsAndReturnsKeepsWhatWasSet(agent);
    }

    private void agentsThatAreAwayAreNamed() throws Exception {
        assertProblem(manager.get(path(LEGACY)), 409, "AGENT_NOT_IN_CLUSTER", LEGACY);
        assertProblem(
                manager.delete(path(LEGACY) + "/assignments/" + new UUID(0, 1)), 409, "AGENT_NOT_IN_CLUSTER", LEGACY);
        assertProblem(manager.get(path("9.stor.none")), 404, "STORAGE_NODE_NOT_FOUND", "9.stor.none");
    }

    private void aFrozenAgentCarriesOutWhatItGotAndTheNextRequestGetsItsOwnAnswer(NodeSpec agent) throws Exception {
        OsProcesses.sendSignal("STOP", processOf(agent));
        try {
            assertProblem(limits(AGENT, "{\"parallelFetches\":6}"), 504, "AGENT_NO_REPLY", AGENT);
            assertProblem(manager.get(path(AGENT)), 504, "AGENT_NO_REPLY", AGENT);
        } finally {
            OsProcesses.sendSignal("CONT", processOf(agent));
        }
        await().atMost(TIMEOUT).until(() -> manager.get(path(AGENT)).statusCode() == 200);
        JsonNode limits = read(limits(AGENT, "{\"fetchesOfSource\":2}"), 200);
        assertThat(limits.path("fetchesOfSource").asInt()).isEqualTo(2);
        assertThat(limits.path("parallelFetches").asInt()).isEqualTo(6);
    }

    private void anAgentThatStopsAndReturnsKeepsWhatWasSet(NodeSpec agent) throws Exception {
        long process = processOf(agent);
        OsProcesses.sendSignal("TERM", process);
        OsProcesses.awaitEnd(process);
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertProblem(manager.get(path(AGENT)), 503, "AGENT_UNREACHABLE", AGENT));
        assertProblem(limits(AGENT, "{\"parallelFetches\":7}"), 503, "AGENT_UNREACHABLE", AGENT);
        assertThat(playground.processes().takeEnded()).isNotEmpty();
        playground.processes().start(agent);
        await().atMost(TIMEOUT).until(() -> manager.get(path(AGENT)).statusCode() == 200);
        JsonNode status = read(manager.get(path(AGENT)), 200);
        assertThat(status.path("gate").asText()).isEqualTo("STOPPED");
        assertThat(status.path("limits").path("parallelFetches").asInt()).isEqualTo(6);
    }
}
