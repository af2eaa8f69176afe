package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.testsupport.HttpCalls;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What plans state is what jobs do, in five regions. In each, two storage nodes are emptied first, so that the plan for the third has
 * rates.
 */
class PlanAccuracyRun {
    private static final int REGIONS = 5;
    private static final Duration TIMEOUT = Duration.ofMinutes(4);
    private static final List<String> EARLIER = List.of(RegionPlan.storageId(1), RegionPlan.storageId(4));
    private static final String PLANNED = RegionPlan.storageId(2);
    /** Each draw is for a whole assignment, and a job has some dozens: so shares differ by hundredths, the largest by more. */
    private static final double MAX_DIFFERENCE = 0.25;

    @TempDir
    private Path directory;

    private static JsonNode read(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return ExactJson.MAPPER.readTree(response.body());
    }

    private static JsonNode awaitState(HttpCalls manager, String path, String state) {
        Callable<JsonNode> get = () -> read(manager.get(path), 200);
        return await().atMost(TIMEOUT)
                .until(get, view -> view.path("state").asText().equals(state));
    }

    private static JsonNode runJob(HttpCalls manager, String order) throws Exception {
        String id = read(manager.post("/api/v1/jobs", order), 201).path("id").asText();
        return awaitState(manager, "/api/v1/jobs/" + id, "DONE");
    }

    /** Objects by the storage nodes that have a copy; the copies of each object in all its records are equal. */
    private static Map<String, Set<String>> objectsByNode(Playground playground) throws Exception {
        Map<String, Set<String>> found = new HashMap<>();
        for (RegionSurvey.StoredRecord record :
                RegionSurvey.read(playground.region().shards())) {
            for (String node : record.storageIds()) {
                found.computeIfAbsent(node, each -> new HashSet<>())
                        .add(record.value().path("objectId").asText());
            }
        }
        return found;
    }

    @Test
    void theJobOfAPlanDoesWhatThePlanStates() throws Exception {
        List<String> outside = new ArrayList<>();
        for (int seed = 1; seed <= REGIONS; seed++) {
            Path prepared = WorkDirectory.prepare(directory.resolve("run-" + seed));
            RegionPlan region = new RegionPlan(9, 6000, OptionalLong.empty(), Optional.empty(), 2, seed);
            try (Playground playground = Playground.open(
                    new PlaygroundOptions(
                            region, prepared, Optional.of(PLANNED), ClusterPlan.singleManager(false, 0), false, false),
                    prepared,
                    Terminal.silent())) {
                compare(playground, seed).ifPresent(outside::add);
            }
        }
        assertThat(outside)
                .as("jobs whose duration is not in the band of their plan")
                .hasSizeLessThanOrEqualTo(1);
    }

    /** @return a text if the duration is not in the band */
    private static Optional<String> compare(Playground playground, int seed) throws Exception {
        HttpCalls manager = HttpCalls.to(playground.managerUrl());
        for (String node : EARLIER) {
            runJob(manager, "{\"leavingNode\":\"" + node + "\"}");
        }
        String id = read(manager.post("/api/v1/plans", "{\"storageNode\":\"" + PLANNED + "\"}"), 202)
                .path("id")
                .asText();
        JsonNode plan = awaitState(manager, "/api/v1/plans/" + id, "READY").path("found");
        Map<String, Set<String>> before = objectsByNode(playground);
        JsonNode job = runJob(manager, "{\"leavingNode\":\"" + PLANNED + "\",\"plan\":\"" + id + "\"}");
        Map<String, Set<String>> after = objectsByNode(playground);

        assertThat(plan.path("objects").asLong())
                .isPositive()
                .isEqualTo(job.path("relocated").asLong());
        assertThat(plan.path("bytes").asLong()).isEqualTo(job.path("bytes").asLong());
        assertThat(plan.path("records").asLong())
                .isEqualTo(job.path("discovered").asLong());
        double all = plan.path("objects").asLong();
        Map<String, Double> planned = new HashMap<>();
        plan.path("destinations")
                .forEach(each -> planned.put(
                        each.path("storageNode").asText(), each.path("objects").asLong() / all));
        Map<String, Double> moved = new HashMap<>();
        after.forEach((node, objects) -> {
            Set<String> added = new HashSet<>(objects);
            added.removeAll(before.getOrDefault(node, Set.of()));
            if (!added.isEmpty()) {
                moved.put(node, added.size() / all);
            }
        });
        System.out.printf("region %d: %d objects%n", seed, (long) all);
        planned.forEach((node, share) -> System.out.printf(
                "  %s: share %.3f planned, %.3f moved%n", node, share, moved.getOrDefault(node, 0.0)));
        planned.forEach((node, share) -> assertThat(moved.getOrDefault(node, 0.0))
                .as("share of " + node)
                .isBetween(share - MAX_DIFFERENCE, share + MAX_DIFFERENCE));

        JsonNode band = plan.path("duration");
        double took = secondsOf(manager, job.path("id").asText());
        System.out.printf(
                "region %d: %.1f s, band %s to %s s%n",
                seed, took, band.path("shortestSeconds"), band.path("longestSeconds"));
        return took >= band.path("shortestSeconds").asDouble()
                        && took <= band.path("longestSeconds").asDouble()
                ? Optional.empty()
                : Optional.of("region " + seed + ": " + took + " s; " + band);
    }

    private static double secondsOf(HttpCalls manager, String job) throws Exception {
        JsonNode line = await().atMost(TIMEOUT).until(() -> listed(manager, job), each -> each.has("endedAt"));
        return Duration.between(
                                Instant.parse(line.path("createdAt").asText()),
                                Instant.parse(line.path("endedAt").asText()))
                        .toMillis()
                / 1000.0;
    }

    /** The list follows the job with a delay. */
    private static JsonNode listed(HttpCalls manager, String job) throws Exception {
        for (JsonNode line : read(manager.get("/api/v1/jobs"), 200).path("jobs")) {
            if (line.path("id").asText().equals(job)) {
                return line;
            }
        }
        return MissingNode.getInstance();
    }
}
