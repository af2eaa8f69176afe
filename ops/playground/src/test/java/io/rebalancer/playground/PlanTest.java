package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.ClusterPlan;
import io.rebalancer.playground.console.Terminal;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.testsupport.HttpCalls;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan of a whole region states what the job does that is created from it. */
@Tag("slow")
class PlanTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final String PLANS = "/api/v1/plans";
    private static final String LEAVING = RegionPlan.storageId(1);
    private static final String OTHER = RegionPlan.storageId(2);
    private static final String THIRD = RegionPlan.storageId(3);

    @TempDir
    private static Path directory;

    private static Playground playground;
    private static HttpCalls manager;

    /** One region for all plans: the only job empties one node, and no other test plans for that node. */
    @BeforeAll
    static void open() throws Exception {
        Path prepared = WorkDirectory.prepare(directory.resolve("run"));
        RegionPlan region = new RegionPlan(7, 400, OptionalLong.empty(), Optional.empty(), 2, 7);
        playground = Playground.open(
                new PlaygroundOptions(
                        region, prepared, Optional.of(LEAVING), ClusterPlan.singleManager(false, 0), false, false),
                prepared,
                Terminal.silent());
        manager = HttpCalls.to(playground.managerUrl());
    }

    @AfterAll
    static void close() {
        playground.close();
    }

    private static JsonNode read(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return ExactJson.MAPPER.readTree(response.body());
    }

    /** A manager learns the fleet a moment after its start, so the first plans may fail. */
    private static JsonNode readyPlan(String order) {
        return await().atMost(TIMEOUT)
                .until(() -> ended(order), plan -> plan.path("state").asText().equals("READY"));
    }

    private static JsonNode ended(String order) throws Exception {
        String id = read(manager.post(PLANS, order), 202).path("id").asText();
        Callable<JsonNode> get = () -> read(manager.get(PLANS + "/" + id), 200);
        return await().atMost(TIMEOUT)
                .until(get, plan -> !plan.path("state").asText().equals("RUNNING"));
    }

    @Test
    void theJobOfAPlanMovesWhatThePlanStates() throws Exception {
        var before =
                RegionSurvey.fingerprint(RegionSurvey.read(playground.region().shards()));
        JsonNode plan = readyPlan("{\"storageNode\":\"" + LEAVING + "\"}");
        JsonNode found = plan.path("found");
        assertThat(found.path("duration").path("basis").asText()).startsWith("unknown, because no job");
        assertThat(RegionSurvey.fingerprint(
                        RegionSurvey.read(playground.region().shards())))
                .isEqualTo(before);

        JsonNode other = read(
                manager.post(
                        "/api/v1/jobs",
                        "{\"leavingNode\":\"" + OTHER + "\",\"plan\":\""
                                + plan.path("id").asText() + "\"}"),
                400);
        assertThat(other.path("code").asText()).isEqualTo("PLAN_MISMATCH");
        String job = read(
                        manager.post(
                                "/api/v1/jobs",
                                "{\"leavingNode\":\"" + LEAVING + "\",\"plan\":\""
                                        + plan.path("id").asText() + "\"}"),
                        201)
                .path("id")
                .asText();
        JsonNode done = await().atMost(TIMEOUT)
                .until(
                        () -> read(manager.get("/api/v1/jobs/" + job), 200),
                        view -> view.path("state").asText().equals("DONE"));
        assertThat(found.path("objects").asLong())
                .as("%s", done)
                .isPositive()
                .isEqualTo(done.path("relocated").asLong());
        assertThat(found.path("bytes").asLong()).isEqualTo(done.path("bytes").asLong());
        assertThat(found.path("records").asLong())
                .isEqualTo(done.path("discovered").asLong());
        assertThat(sum(found.path("destinations"), "objects"))
                .isEqualTo(found.path("objects").asLong());
    }

    @Test
    void aWhatIfIsRepeatable() throws Exception {
        String order = "{\"scenario\":{\"leaving\":[\"" + OTHER + "\",\"" + THIRD + "\"],\"seed\":7}}";
        JsonNode first = readyPlan(order).path("found");
        assertThat(first.path("objects").asLong()).isPositive();
        assertThat(StreamSupport.stream(first.path("destinations").spliterator(), false)
                        .map(each -> each.path("storageNode").asText()))
                .isNotEmpty()
                .doesNotContain(OTHER, THIRD);
        JsonNode again = readyPlan(order);
        assertThat(again.path("whatIf").asBoolean()).isTrue();
        assertThat(again.path("found")).isEqualTo(first);
    }

    /** Every object has two copies in two of the three datacenters. */
    @Test
    void anObjectWhoseCopiesAreAllInLostDatacentersCanNotMove() throws Exception {
        JsonNode found = readyPlan(
                        "{\"storageNode\":\"" + OTHER + "\",\"scenario\":{\"lostDatacenters\":[\"dc1\",\"dc2\"]}}")
                .path("found");
        List<RegionSurvey.StoredRecord> onNode = RegionSurvey.read(
                        playground.region().shards())
                .stream()
                .filter(record -> record.names(OTHER))
                .toList();
        long withoutSource =
                onNode.stream().filter(record -> remaining(record) == 0).count();
        // An object may have several records.
        long belowTwo = onNode.stream()
                .filter(record -> remaining(record) < 2)
                .map(record -> record.value().path("objectId").asText())
                .distinct()
                .count();
        assertThat(found.path("records").asLong()).isEqualTo(onNode.size());
        assertThat(found.path("objectsBelowTwoCopies").asLong()).isEqualTo(belowTwo);
        assertThat(withoutSource).isPositive().isLessThan(belowTwo);
        JsonNode unmovable = StreamSupport.stream(found.path("unmovable").spliterator(), false)
                .filter(each -> each.path("reason").asText().equals("source_object_not_found"))
                .findFirst()
                .orElseThrow();
        assertThat(unmovable.path("records").asLong()).isEqualTo(withoutSource);
        assertThat(unmovable.path("examples").path(0).path("detail").asText())
                .contains("each of its copies is in a lost datacenter");
    }

    private static long remaining(RegionSurvey.StoredRecord record) {
        return StreamSupport.stream(record.value().path("sharks").spliterator(), false)
                .filter(shark -> shark.path("datacenter").asText().equals("dc3"))
                .count();
    }

    private static long sum(JsonNode list, String field) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToLong(each -> each.path(field).asLong())
                .sum();
    }
}
