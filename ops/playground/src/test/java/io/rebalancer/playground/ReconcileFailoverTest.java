package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.manager.fast.ExactJson;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.testsupport.HttpCalls;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL ends the manager that carries out a plan. Another one finishes it, and nothing is done twice. Run by {@code make test-cluster}. */
@EnabledIfSystemProperty(named = "cluster.records", matches = "[0-9]+")
@Tag("cluster")
@Tag("slow")
class ReconcileFailoverTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final String NODE = RegionPlan.storageId(1);
    private static final int ORPHANS = 3000;
    private static final int MISSING = 50;
    private static final Map<String, Object> SETTINGS = Map.of(
            "rebalancer.reconcile.breaker.min-absolute", 100_000, "rebalancer.reconcile.limits.quarantines", 100_000);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private static JsonNode json(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return ExactJson.MAPPER.readTree(response.body());
    }

    private static JsonNode get(HttpCalls manager, String id) throws Exception {
        return json(manager.get("/api/v1/reconciliation/runs/" + id));
    }

    private static JsonNode awaitEnd(HttpCalls manager, String id) throws Exception {
        await().atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> Set.of("FINISHED", "ABORTED")
                        .contains(get(manager, id).path("phase").asText()));
        return get(manager, id);
    }

    private static long count(Set<Path> files) {
        return files.stream().filter(Files::exists).count();
    }

    @Test
    void anotherManagerFinishesWhatOneBegan() throws Exception {
        try (ClusterUnderTest cluster = new ClusterUnderTest(directory, 200, 1, 0, SETTINGS)) {
            Path root = directory.resolve("run/nodes").resolve(NODE);
            List<Path> objects = objects(root);
            objects.subList(0, MISSING).forEach(ReconcileFailoverTest::delete);
            Set<Path> orphans = new HashSet<>();
            for (int i = 0; i < ORPHANS; i++) {
                orphans.add(Files.writeString(
                        objects.get(0).resolveSibling(UUID.randomUUID().toString()), "orphan " + i));
            }
            HttpCalls manager = HttpCalls.to(cluster.managers().get(0).http().toString());
            String act = act(manager, plan(manager));
            await().atMost(TIMEOUT).until(() -> count(orphans) <= ORPHANS - 300);
            NodeSpec host = host(cluster, act);
            cluster.playground().processes().kill(host);
            assertThat(count(orphans))
                    .as("orphans that are left when the manager is killed")
                    .isPositive();
            HttpCalls other = HttpCalls.to(cluster.managers().stream()
                    .filter(each -> !each.equals(host))
                    .findFirst()
                    .orElseThrow()
                    .http()
                    .toString());
            JsonNode ended = awaitEnd(other, act);
            assertThat(ended.path("phase").asText()).as(ended.toString()).isEqualTo("FINISHED");
            assertThat(ended.path("epoch").asInt()).isGreaterThan(1);
            assertThat(ended.toString())
                    .contains("\"copy_again\":{\"repaired\":" + MISSING + ",\"noLongerTrue\":0,\"failed\":0")
                    .contains("\"quarantine\":{\"repaired\":" + ORPHANS + ",\"noLongerTrue\":0,\"failed\":0");
            assertThat(count(orphans)).isZero();
            assertThat(count(new HashSet<>(objects))).isEqualTo(objects.size());
            List<String> moved = quarantined(other, act);
            assertThat(moved).hasSize(ORPHANS).doesNotHaveDuplicates();
        }
    }

    private static List<Path> objects(Path root) throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file ->
                            Files.isRegularFile(file) && !file.toString().contains("/.rebalancer/"))
                    .toList();
        }
    }

    private static void delete(Path file) {
        assertThat(file.toFile().delete()).as("deleted " + file).isTrue();
    }

    /** The files are too young at first. */
    private static String plan(HttpCalls manager) throws Exception {
        List<String> ids = new ArrayList<>();
        await().atMost(TIMEOUT).until(() -> {
            String id = json(manager.post(
                            "/api/v1/reconciliation/runs", "{\"mode\":\"plan\",\"nodes\":[\"" + NODE + "\"]}"))
                    .path("id")
                    .asText();
            ids.add(id);
            JsonNode found = awaitEnd(manager, id).path("nodes").path(0).path("found");
            return found.path("orphan_file").asInt() == ORPHANS
                    && found.path("missing_copy").asInt() == MISSING;
        });
        return ids.get(ids.size() - 1);
    }

    private static String act(HttpCalls manager, String plan) throws Exception {
        return json(manager.post(
                        "/api/v1/reconciliation/runs/" + plan + "/act",
                        "{\"confirm\":true,\"classes\":[\"copy_again\",\"quarantine\"]}"))
                .path("id")
                .asText();
    }

    private static NodeSpec host(ClusterUnderTest cluster, String run) throws Exception {
        for (NodeSpec manager : cluster.managers()) {
            if (cluster.lines(manager, "run=" + run + " number=").findFirst().isPresent()) {
                return manager;
            }
        }
        throw new AssertionError("no manager has started the run " + run);
    }

    private static List<String> quarantined(HttpCalls manager, String run) throws Exception {
        List<String> paths = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = json(manager.get("/api/v1/reconciliation/quarantine/" + NODE + "?limit=1000" + after));
            for (JsonNode each : page.path("items")) {
                if (each.path("run").asText().equals(run)) {
                    paths.add(each.path("path").asText());
                }
            }
            after = page.has("next") ? "&after=" + page.path("next").asText() : "";
        } while (!after.isEmpty());
        return paths;
    }
}
