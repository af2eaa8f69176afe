package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While a job of real processes is paused, no file of a storage node and no metadata record changes. */
@Tag("slow")
class PauseTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration WATCHED = Duration.ofSeconds(5);
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final String FROZEN = RegionPlan.storageId(4);

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private Playground playground;
    private ManagerClient client;
    private String job = "";

    /**
     * Slow agents, so that the job is busy all the time; members that are frozen stay members. The destinations are the other
     * nodes in the datacenter of the first one, 4 and 7.
     */
    @BeforeEach
    void start() throws Exception {
        ClusterPlan cluster = new ClusterPlan(
                Optional.empty(),
                true,
                0,
                1,
                Optional.empty(),
                Optional.empty(),
                false,
                Map.of(
                        "rebalancer.agent.limits.bytes-per-second", 50_000,
                        "rebalancer.evacuate.max-assignment-age", "500ms",
                        "pekko.cluster.failure-detector.acceptable-heartbeat-pause", "120s"));
        RegionPlan plan = new RegionPlan(7, 2400, OptionalLong.of(4096), Optional.empty(), 2, 7);
        Path run = WorkDirectory.prepare(directory.resolve("run"));
        playground = Playground.open(
                new PlaygroundOptions(plan, run, Optional.of(LEAVING), cluster, false, false), run, Terminal.silent());
        client = new ManagerClient(List.of(URI.create(playground.managerUrl())));
    }

    @AfterEach
    void stop() {
        playground.close();
    }

    private JsonNode order(String action) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(playground.managerUrl() + "/api/v1/jobs/" + job + "/" + action))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 202);
        return json.readTree(response.body());
    }

    private JsonNode read() {
        return await().atMost(TIMEOUT)
                .until(() -> client.job(job), Optional::isPresent)
                .orElseThrow();
    }

    private String state() {
        return read().path("state").asText();
    }

    private void awaitState(String state) {
        await().atMost(TIMEOUT).until(() -> state().equals(state));
    }

    private void awaitProgress(long records) {
        long due = JobWatch.settled(read()) + records;
        await().atMost(TIMEOUT).until(() -> JobWatch.settled(read()) >= due);
    }

    /** Every file of every storage node, with its size and time, and every record. */
    private Map<String, String> everything() throws IOException {
        Map<String, String> found = new TreeMap<>(
                RegionSurvey.fingerprint(RegionSurvey.read(playground.region().shards())));
        for (Path root : playground.region().roots().values()) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    found.put(file.toString(), stamp(file));
                }
            }
        }
        return found;
    }

    private static String stamp(Path file) throws IOException {
        try {
            return Files.size(file) + " " + Files.getLastModifiedTime(file);
        } catch (NoSuchFileException e) {
            return "removed";
        }
    }

    private void assertNothingChanges() throws IOException {
        Map<String, String> before = everything();
        await().during(WATCHED).atMost(TIMEOUT).until(this::everything, before::equals);
    }

    /** Copies that a pause or a cancellation withdraws are fetched again. */
    private void allowRepeatedFetches(String why) {
        JsonNode now = read();
        playground.recordFault(new KillRecord(
                why, 0, JobWatch.settled(now), now.path("inFlight").asLong()));
    }

    @Test
    void aPausedJobChangesNothingAndAFrozenAgentIsNamedWhileTheOthersStop() throws Exception {
        job = client.evacuate(LEAVING);
        awaitProgress(50);
        allowRepeatedFetches("pause");
        order("pause");
        awaitState("PAUSED");
        assertNothingChanges();

        order("resume");
        awaitProgress(50);
        long agent = Objects.requireNonNull(playground
                .processes()
                .processIds()
                .get(playground.cluster().agentOf(FROZEN).name()));
        OsProcesses.sendSignal("STOP", agent);
        try {
            allowRepeatedFetches("pause with a frozen agent");
            order("pause");
            await().atMost(TIMEOUT)
                    .untilAsserted(() ->
                            assertThat(unconfirmed()).as(read().toString()).containsExactly(FROZEN));
            assertNothingChanges();
            assertThat(state()).isEqualTo("PAUSING");
        } finally {
            OsProcesses.sendSignal("CONT", agent);
        }
        awaitState("PAUSED");
        assertNothingChanges();

        allowRepeatedFetches("cancellation");
        order("cancel");
        awaitState("CANCELLED");
        liftLimits();
        RunReport report = playground.evacuate(LEAVING);
        assertThat(report.job().path("state").asText()).isEqualTo("DONE");
        assertThat(report.violations()).isEmpty();
    }

    /** The job after the pauses needs not be busy for long. */
    private void liftLimits() throws Exception {
        for (NodeSpec agent : playground.cluster().agents().values()) {
            HttpResponse<String> response =
                    HttpCalls.to(agent.http().toString()).put("/api/v1/agent/limits", "{\"bytesPerSecond\":0}");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        }
    }

    /** The storage nodes whose agents have not confirmed the pause. */
    private List<String> unconfirmed() {
        return read().path("waiting").findParents("cause").stream()
                .filter(wait -> wait.path("cause").asText().equals("pause_unconfirmed"))
                .map(wait -> wait.path("detail").asText().split(" ")[3])
                .toList();
    }
}
