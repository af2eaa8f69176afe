package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import io.rebalancer.playground.region.RegionVerifier;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Eight jobs at a time, each emptying a storage node that the other jobs would like to fill: an emptied node has the most
 * free space of all. No job may use it, also not after its own job has ended, until an operator puts it back in service.
 */
@Tag("slow")
class RingTest {
    private static final int LEAVING = 8;
    private static final int NODES = 12;
    /** Copies that were ordered before the last of the eight nodes was fenced. */
    private static final Duration COPIES_ON_THEIR_WAY = Duration.ofSeconds(10);

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    private static List<String> leaving() {
        return IntStream.rangeClosed(1, LEAVING).mapToObj(RegionPlan::storageId).toList();
    }

    @Test
    void eightJobsFillNoneOfTheirNodesUntilOneIsRecommissioned() throws Exception {
        Path run = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan plan = new RegionPlan(NODES, 600, OptionalLong.of(2000), Optional.empty(), 2, 11);
        PlaygroundOptions options =
                new PlaygroundOptions(plan, run, Optional.empty(), ClusterPlan.singleManager(false, 0), false, false);
        try (Playground playground = Playground.open(options, run, Terminal.silent())) {
            RegionFile region = RegionFile.read(run);
            HttpCalls manager = HttpCalls.to(region.manager().toString());
            Map<String, String> before = RegionSurvey.fingerprint(RegionSurvey.read(region.shards()));

            Map<String, String> jobs = new LinkedHashMap<>();
            for (String node : leaving()) {
                jobs.put(node, create(manager, node));
            }
            Instant fenced = Instant.now();
            for (String job : jobs.values()) {
                assertThat(awaitEnd(manager, job).path("state").asText()).isEqualTo("DONE");
            }

            List<StoredRecord> after = RegionSurvey.read(region.shards());
            assertThat(after).noneMatch(record -> leaving().stream().anyMatch(record::names));
            assertThat(RegionVerifier.verify(after, roots(plan, run), Optional.empty(), before)
                            .violations())
                    .isEmpty();
            assertNoFileWasWrittenAfter(fenced.plus(COPIES_ON_THEIR_WAY), roots(plan, run));
            assertThat(statesOf(manager))
                    .hasSize(LEAVING)
                    .allSatisfy((node, state) -> assertThat(state).isEqualTo("DRAINED"));

            // One node comes back: it is empty and the least used, so the next job fills it.
            String back = RegionPlan.storageId(1);
            assertThat(manager.post("/api/v1/storage-nodes/" + back + "/recommission", "")
                            .statusCode())
                    .isEqualTo(200);
            String further = RegionPlan.storageId(NODES - 2);
            assertThat(awaitEnd(manager, create(manager, further)).path("state").asText())
                    .isEqualTo("DONE");
            assertThat(RegionSurvey.read(region.shards()))
                    .anyMatch(record -> record.names(back))
                    .noneMatch(record -> record.names(further));
            assertThat(statesOf(manager)).doesNotContainKey(back).containsKey(further);
        }
    }

    private static String create(HttpCalls manager, String node) throws Exception {
        JsonNode created = ExactJson.MAPPER.readTree(manager.post("/api/v1/jobs", "{\"leavingNode\": \"" + node + "\"}")
                .body());
        assertThat(created.path("id").asText()).as("%s", created).isNotEmpty();
        return created.path("id").asText();
    }

    private static JsonNode awaitEnd(HttpCalls manager, String job) {
        return await().atMost(TIMEOUT)
                .until(
                        () -> ExactJson.MAPPER.readTree(
                                manager.get("/api/v1/jobs/" + job).body()),
                        JobWatch::hasEnded);
    }

    private static Map<String, String> statesOf(HttpCalls manager) throws Exception {
        JsonNode list =
                ExactJson.MAPPER.readTree(manager.get("/api/v1/storage-nodes").body());
        Map<String, String> states = new LinkedHashMap<>();
        list.path("outOfService")
                .forEach(node -> states.put(
                        node.path("storageNode").asText(), node.path("state").asText()));
        return states;
    }

    private static Map<String, Path> roots(RegionPlan plan, Path run) {
        return plan.storageNodes(run).stream().collect(Collectors.toMap(node -> node.storageId(), node -> node.root()));
    }

    private static void assertNoFileWasWrittenAfter(Instant time, Map<String, Path> roots) throws IOException {
        for (String node : leaving()) {
            try (Stream<Path> files =
                    Files.walk(Optional.ofNullable(roots.get(node)).orElseThrow())) {
                assertThat(files.filter(Files::isRegularFile))
                        .as("files of %s", node)
                        .allSatisfy(file -> assertThat(
                                        Files.getLastModifiedTime(file).toInstant())
                                .isBefore(time));
            }
        }
    }
}
