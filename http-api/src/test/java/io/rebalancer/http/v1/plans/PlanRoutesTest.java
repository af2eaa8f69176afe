package io.rebalancer.http.v1.plans;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.PLANS;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.post;
import static io.rebalancer.http.ApiServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.core.port.PlanService.PlanRefused;
import io.rebalancer.core.port.PlanService.PlansUnavailable;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.PlansInMemory;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The routes of plans, and jobs that are created from a plan, over a real socket. */
@Tag("slow")
class PlanRoutesTest {
    private static final String PATH = "/api/v1/plans";
    private static final String PLAN = PATH + "/" + PlansInMemory.PLAN;

    @BeforeEach
    void start() throws Exception {
        reset();
        ApiServer.start();
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
        reset();
    }

    private static void reset() {
        PLANS.failure = Optional.empty();
        PLANS.belowTwoCopies = OptionalLong.empty();
        PLANS.orders.clear();
        ApiServer.performed.set(0);
    }

    private static void refuse(PlanRefusal.Code code, String... changes) {
        PLANS.failure = Optional.of(new PlanRefused(new PlanRefusal(code, "detail of " + code, List.of(changes))));
    }

    @Test
    void aPlanBeginsAndIsFoundAtItsLocation() throws Exception {
        HttpResponse<String> created = post(PATH, "{\"storageNode\":\"1.stor.d\",\"maxObjects\":7}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(202);
        assertThat(created.headers().firstValue("Location")).contains(PLAN);
        assertThat(Json.read(created.body()).path("id").asText()).isEqualTo(PlansInMemory.PLAN.toString());
        assertThat(PLANS.orders).singleElement().asString().startsWith("create [1.stor.d] 7 ");
    }

    @Test
    void aRepeatedKeyIsTheSamePlan() throws Exception {
        String body = "{\"storageNode\":\"1.stor.d\"}";
        PLANS.created.clear();
        for (String key : List.of("one", "one", "two")) {
            assertThat(ApiServer.calls()
                            .send("POST", PATH, body, "Idempotency-Key", key, "Content-Type", "application/json")
                            .statusCode())
                    .isEqualTo(202);
        }
        post(PATH, body);
        assertThat(PLANS.created.get(1)).isEqualTo(PLANS.created.get(0));
        assertThat(PLANS.created.subList(1, 4)).doesNotHaveDuplicates();
    }

    @Test
    void aScenarioIsPassedOnAndRecorded() throws Exception {
        AUDIT.reset();
        HttpResponse<String> created = post(
                PATH,
                "{\"storageNode\":\"1.stor.d\",\"scenario\":{\"leaving\":[\"2.stor.d\",\"1.stor.d\"],"
                        + "\"lostDatacenters\":[\"dc3\"],\"maxFillPercent\":80,\"seed\":9007199254740992}}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(202);
        assertThat(PLANS.orders)
                .containsExactly("create [1.stor.d, 2.stor.d] 0 "
                        + new Scenario(
                                Set.of("dc3"),
                                OptionalInt.of(80),
                                OptionalLong.of(9007199254740992L),
                                Optional.empty()));
        assertThat(AUDIT.facts().get(0))
                .isEqualTo("plan.create 1.stor.d,2.stor.d {lostDatacenters=dc3, maxFillPercent=80, maxObjects=0,"
                        + " seed=9007199254740992} requested 0");
    }

    @Test
    void aScenarioCanHaveAWindow() throws Exception {
        AUDIT.reset();
        String window = "{\"timeZone\":\"UTC\",\"weekly\":[\"mon-fri 20:00-06:00\"]}";
        HttpResponse<String> created =
                post(PATH, "{\"storageNode\":\"1.stor.d\",\"scenario\":{\"window\":" + window + "}}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(202);
        assertThat(AUDIT.facts().get(0)).contains("window=mon,tue,wed,thu,fri 20:00-06:00 UTC");
        HttpResponse<String> refused = post(
                PATH,
                "{\"storageNode\":\"1.stor.d\",\"scenario\":{\"window\":" + window.replace("mon-fri", "every day")
                        + "}}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("is no weekly range");
    }

    @Test
    void aPlanIsShown() throws Exception {
        HttpResponse<String> response = get(PLAN);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode plan = Json.read(response.body());
        assertThat(plan.path("state").asText()).isEqualTo("READY");
        assertThat(plan.path("storageNodes").path(0).asText()).isEqualTo("1.stor.d");
        assertThat(plan.path("expiresAt").asText()).isEqualTo("1970-01-02T00:00:05Z");
        assertThat(plan.has("note")).isFalse();
        assertThat(plan.path("whatIf").asBoolean()).isFalse();
        assertThat(plan.path("scenario").toString()).isEqualTo("{\"lostDatacenters\":[],\"seed\":42}");
        JsonNode found = plan.path("found");
        assertThat(found.path("objects").asLong()).isEqualTo(5);
        assertThat(found.path("peakFillPercent").asInt()).isEqualTo(41);
        assertThat(found.path("destinations").path(0).toString())
                .isEqualTo(
                        "{\"storageNode\":\"3.stor.d\",\"datacenter\":\"dc3\",\"objects\":4,\"bytes\":5000000,"
                                + "\"fillPercentBefore\":40,\"fillPercentAfter\":41,\"usedMibBefore\":1000,\"usedMibAfter\":1008}");
        assertThat(found.path("destinations").path(1).has("fillPercentAfter")).isFalse();
        assertThat(found.path("violations").path("objectsInOtherDatacenter").asLong())
                .isEqualTo(5);
        assertThat(found.path("unmovable").path(0).path("reason").asText()).isEqualTo("no_destination");
        assertThat(found.path("unmovable")
                        .path(0)
                        .path("examples")
                        .path(0)
                        .path("key")
                        .asText())
                .isEqualTo("/o/stor/9");
        assertThat(found.has("objectsBelowTwoCopies")).isFalse();
        assertThat(found.path("shards").toString()).isEqualTo("[{\"shard\":1,\"records\":7}]");
        assertThat(found.path("duration").toString())
                .isEqualTo("{\"shortestSeconds\":120,\"longestSeconds\":300,\"basis\":\"the rates of 2 jobs\"}");
    }

    @Test
    void aPlanWithALostDatacenterCountsTheObjectsWithFewCopies() throws Exception {
        PLANS.belowTwoCopies = OptionalLong.of(3);
        JsonNode found = Json.read(get(PLAN).body()).path("found");
        assertThat(found.path("objectsBelowTwoCopies").asLong()).isEqualTo(3);
    }

    @Test
    void plansAreListed() throws Exception {
        JsonNode list = Json.read(get(PATH).body());
        assertThat(list.path("since").asText()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(list.path("plans").path(0).toString())
                .isEqualTo("{\"id\":\"" + PlansInMemory.PLAN + "\",\"storageNodes\":[\"1.stor.d\"],\"state\":\"READY\","
                        + "\"createdAt\":\"1970-01-01T00:00:00Z\",\"expiresAt\":\"1970-01-02T00:00:05Z\",\"whatIf\":false,"
                        + "\"objects\":5,\"bytes\":5000001}");
    }

    @Test
    void aPlanIsDeleted() throws Exception {
        assertThat(send("DELETE", PLAN, "").statusCode()).isEqualTo(204);
        HttpResponse<String> unknown = send("DELETE", PATH + "/" + new UUID(0, 1), "");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("PLAN_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "55555555-5555-4555-8555-55555555555"})
    void anIdThatIsNoUuidIsRejected(String id) throws Exception {
        HttpResponse<String> response = get(PATH + "/" + id);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("BAD_PLAN_ID", id);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | storageNode must be the id",
                "{\"storageNode\":\"1.stor\",\"maxObject\":5} | unknown field maxObject; known fields: ",
                "{\"storageNode\":\"1.stor\",\"maxObjects\":-5} | maxObjects must be a whole number",
                "{\"storageNode\":\"1.stor\",\"scenario\":5} | scenario must be an object",
                "{\"storageNode\":\"1.stor\",\"scenario\":{\"lost\":[]}} | unknown field lost; known fields: leaving, lost",
                "{\"scenario\":{}} | storageNode must be the id",
                "{\"scenario\":{\"leaving\":[]}} | a plan is for 1 to 20 storage nodes, not for 0",
                "{\"scenario\":{\"leaving\":[1]}} | scenario.leaving must be a list of at most 20 texts, not [1]",
                "{\"scenario\":{\"leaving\":\"1.stor\"}} | scenario.leaving must be a list",
                "{\"storageNode\":\"1.stor\",\"scenario\":{\"maxFillPercent\":101}} | must be a whole number from 1 to 100",
                "{\"storageNode\":\"1.stor\",\"scenario\":{\"seed\":0.5}} | scenario.seed must be a whole number",
                "[] | the body must be a JSON object"
            })
    void aMalformedBodyIsRejected(String body, String detail) throws Exception {
        HttpResponse<String> response = post(PATH, body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(detail.strip());
        assertThat(PLANS.orders).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "TOO_MANY_PLANS, 429",
        "UNKNOWN_STORAGE_NODE, 400",
        "PLAN_NOT_FOUND, 404",
        "PLAN_NOT_READY, 409",
        "PLAN_IS_WHAT_IF, 409",
        "PLAN_MISMATCH, 400",
        "IDEMPOTENCY_KEY_REUSED, 422",
        "FLEET_UNKNOWN, 503"
    })
    void aRefusalIsAProblemDocument(PlanRefusal.Code code, int status) throws Exception {
        refuse(code);
        boolean ofNewPlan = Set.of(
                        PlanRefusal.Code.TOO_MANY_PLANS,
                        PlanRefusal.Code.UNKNOWN_STORAGE_NODE,
                        PlanRefusal.Code.IDEMPOTENCY_KEY_REUSED,
                        PlanRefusal.Code.FLEET_UNKNOWN)
                .contains(code);
        HttpResponse<String> response = ofNewPlan
                ? post(PATH, "{\"storageNode\":\"1.stor.d\"}")
                : post("/api/v1/jobs", "{\"leavingNode\":\"1.stor.d\",\"plan\":\"" + PlansInMemory.PLAN + "\"}");
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 429 || status == 503);
        assertThat(response.body()).contains("\"code\":\"" + code + "\"", "detail of " + code);
        assertThat(response.body()).doesNotContain("changes");
    }

    @Test
    void aRegistryThatDoesNotReplyIsNamed() throws Exception {
        PLANS.failure =
                Optional.of(new PlansUnavailable("the registry of plans did not reply", new TimeoutException()));
        HttpResponse<String> response = get(PATH);
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("the registry of plans did not reply; repeat the request later");
    }

    @Test
    void aJobIsCreatedFromAPlan() throws Exception {
        HttpResponse<String> created = post(
                "/api/v1/jobs",
                "{\"leavingNode\":\"1.stor.d\",\"maxObjects\":7,\"plan\":\"" + PlansInMemory.PLAN + "\"}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(PLANS.orders).containsExactly("check " + PlansInMemory.PLAN + " 1.stor.d 7");
        assertThat(ApiServer.performed).hasValue(1);
    }

    @Test
    void aJobWithoutAPlanIsNotCompared() throws Exception {
        assertThat(post("/api/v1/jobs", "{\"leavingNode\":\"1.stor.d\",\"plan\":null}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(PLANS.orders).isEmpty();
    }

    @Test
    void anOutdatedPlanRefusesItsJobAndNamesEachChange() throws Exception {
        refuse(
                PlanRefusal.Code.PLAN_OUTDATED,
                "6 of 100 planned MiB have no space",
                "the node uses 9 MiB instead of 5");
        HttpResponse<String> response =
                post("/api/v1/jobs", "{\"leavingNode\":\"1.stor.d\",\"plan\":\"" + PlansInMemory.PLAN + "\"}");
        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(Json.read(response.body()).path("changes").toString())
                .isEqualTo("[\"6 of 100 planned MiB have no space\",\"the node uses 9 MiB instead of 5\"]");
        assertThat(response.body()).contains("\"code\":\"PLAN_OUTDATED\"");
        assertThat(ApiServer.performed).hasValue(0);
    }

    @Test
    void aJobWithAPlanThatIsNoIdIsRejected() throws Exception {
        HttpResponse<String> response =
                post("/api/v1/jobs", "{\"leavingNode\":\"1.stor.d\",\"plan\":\"the last one\"}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("plan must be the id of a plan");
        assertThat(ApiServer.performed).hasValue(0);
    }
}
