package io.rebalancer.http.v1.reconciliation;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.RECONCILIATION;
import static io.rebalancer.http.ApiServer.TOKENS;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.post;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ReconciliationService.NewRepairs;
import io.rebalancer.core.port.ReconciliationService.RunRefused;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.ReconciliationInMemory;
import io.rebalancer.http.ReconciliationStates;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Carrying out a plan over a real socket; every response is compared with the contract. */
class PlanActRoutesTest {
    private static final String RUNS = "/api/v1/reconciliation/runs/";
    private static final String PLAN = RUNS + ReconciliationInMemory.PLAN;
    private static final String ACT = PLAN + "/act";
    private static final String ACTING = RUNS + ReconciliationInMemory.ACTING;
    private static final StorageNodeId FIRST = new StorageNodeId("1.stor.d");
    private static final StorageNodeId SECOND = new StorageNodeId("2.stor.d");

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
        reset();
    }

    @BeforeEach
    void begin() {
        reset();
    }

    private static void reset() {
        AUDIT.reset();
        RECONCILIATION.reset();
        TOKENS.reset();
    }

    private static JsonNode read(String path) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Json.read(response.body());
    }

    private static JsonNode refused(HttpResponse<String> response, int status, String code) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode problem = Json.read(response.body());
        assertThat(problem.path("code").asText()).isEqualTo(code);
        return problem;
    }

    @Test
    void aPlanIsCarriedOutByAnotherRun() throws Exception {
        HttpResponse<String> begun = post(ACT, """
                {"confirm":true,"classes":["quarantine","copy_again"],"nodes":["2.stor.d","1.stor.d"],
                 "overrideBreaker":["2.stor.d"],"reason":" the disk was replaced "}""");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        assertThat(begun.headers().firstValue("Location")).contains(ACTING);
        assertThat(Json.read(begun.body()).path("id").asText()).isEqualTo(ReconciliationInMemory.ACTING.toString());
        NewRepairs order = RECONCILIATION.acted.get(0);
        assertThat(order.planId()).isEqualTo(ReconciliationInMemory.PLAN);
        assertThat(order.classes()).containsExactlyInAnyOrder(Repair.COPY_AGAIN, Repair.QUARANTINE);
        assertThat(order.nodes()).containsExactly(FIRST, SECOND);
        assertThat(order.overridden()).containsExactly(SECOND);
        assertThat(order.orderedBy()).isNotBlank();
        assertThat(AUDIT.facts())
                .containsExactly(
                        "reconciliation.act " + ReconciliationInMemory.PLAN
                                + " {classes=copy_again,quarantine, nodes=1.stor.d,2.stor.d, overrideBreaker=2.stor.d,"
                                + " reason=the disk was replaced} requested 0",
                        "reconciliation.act " + ReconciliationInMemory.PLAN + " {run=" + ReconciliationInMemory.ACTING
                                + "} accepted 1");
    }

    @Test
    void withoutClassesNoFileIsMoved() throws Exception {
        assertThat(post(ACT, "{\"confirm\":true}").statusCode()).isEqualTo(202);
        NewRepairs order = RECONCILIATION.acted.get(0);
        assertThat(order.classes()).containsExactlyInAnyOrder(Repair.COPY_AGAIN, Repair.ADD_COPY);
        assertThat(order.nodes()).isEmpty();
        assertThat(order.overridden()).isEmpty();
        assertThat(AUDIT.facts().get(0))
                .endsWith("{classes=copy_again,add_copy, nodes=all storage nodes of the plan} requested 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{%s}", "{\"confirm\":false,%s}", "{\"confirm\":\"true\",%s}", "{\"confirm\":1,%s}"})
    void withoutTheLiteralTrueNothingIsDone(String body) throws Exception {
        JsonNode problem = refused(
                post(ACT, body.formatted("\"classes\":[\"quarantine\"],\"nodes\":[\"1.stor.d\"]")),
                400,
                "CONFIRMATION_REQUIRED");
        assertThat(problem.path("detail").asText())
                .contains("nothing was changed", ReconciliationInMemory.PLAN.toString(), "on 1.stor.d")
                .contains("moves files that no record names into quarantine (quarantine)", "\"confirm\": true")
                .doesNotContain("copy_again");
        assertThat(RECONCILIATION.acted).isEmpty();
        assertThat(AUDIT.log()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"confirm\":true,\"classes\":[]} | classes must be a list of copy_again,add_copy,quarantine",
                "{\"confirm\":true,\"classes\":\"quarantine\"} | classes must be a list",
                "{\"confirm\":true,\"classes\":[\"none\"]} | a class must be one of copy_again,add_copy,quarantine, not \"none\"",
                "{\"confirm\":true,\"classes\":[7]} | a class must be one of",
                "{\"confirm\":true,\"nodes\":[]} | nodes must be a list of 1 to 1000 storage ids; leave it out to repair all",
                "{\"confirm\":true,\"nodes\":[\"no node\"]} | nodes must be storage ids",
                "{\"confirm\":true,\"overrideBreaker\":[\"1.stor.d\"]} | overrideBreaker needs a reason",
                "{\"confirm\":true,\"overrideBreaker\":[\"1.stor.d\"],\"reason\":\" \"} | reason must be a text of 1 to 200",
                "{\"confirm\":true,\"overrideBreaker\":[true],\"reason\":\"x\"} | overrideBreaker must be storage ids",
                "{\"confirm\":true,\"reason\":7} | reason must be a text",
                "{\"confirm\":true,\"class\":\"quarantine\"} | unknown field class",
                "[] | the body must be a JSON object"
            })
    void aMalformedBodyIsRejected(String body, String detail) throws Exception {
        assertThat(refused(post(ACT, body), 400, "BAD_REQUEST").path("detail").asText())
                .contains(detail.strip());
        assertThat(RECONCILIATION.acted).isEmpty();
        assertThat(AUDIT.log()).isEmpty();
    }

    @Test
    void everyOverrideIsNamedInTheAuditLog() throws Exception {
        String twenty = nodes(20);
        String body = "{\"confirm\":true,\"reason\":\"x\",\"overrideBreaker\":[%s]}";
        assertThat(post(ACT, body.formatted(twenty)).statusCode()).isEqualTo(202);
        assertThat(AUDIT.facts().get(0)).contains("overrideBreaker=0.stor.d,1.stor.d,", "19.stor.d");
        refused(post(ACT, body.formatted(nodes(21))), 400, "BAD_REQUEST");
        refused(post(ACT, "{\"confirm\":true,\"reason\":\"" + "x".repeat(201) + "\"}"), 400, "BAD_REQUEST");
    }

    private static String nodes(int count) {
        StringBuilder nodes = new StringBuilder();
        for (int i = 0; i < count; i++) {
            nodes.append(i == 0 ? "" : ",").append('"').append(i).append(".stor.d\"");
        }
        return nodes.toString();
    }

    @Test
    void aRepeatedKeyIsTheSameRun() throws Exception {
        for (String key : List.of("one", "one", "two")) {
            assertThat(ApiServer.calls()
                            .send(
                                    "POST",
                                    ACT,
                                    "{\"confirm\":true}",
                                    "Idempotency-Key",
                                    key,
                                    "Content-Type",
                                    "application/json")
                            .statusCode())
                    .isEqualTo(202);
        }
        List<UUID> ids = RECONCILIATION.acted.stream().map(NewRepairs::id).toList();
        assertThat(ids.get(1)).isEqualTo(ids.get(0));
        assertThat(ids.get(2)).isNotEqualTo(ids.get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "RECONCILIATION_DISABLED, 503",
        "RECONCILIATION_RUNNING, 409",
        "PLAN_NOT_USABLE, 412",
        "RUN_NOT_FOUND, 404"
    })
    void aRefusalIsAProblemDocumentAndRecorded(RunRefused.Code code, int status) throws Exception {
        RECONCILIATION.failure = Optional.of(new RunRefused(code, "detail of " + code));
        JsonNode problem = refused(post(ACT, "{\"confirm\":true}"), status, code.name());
        assertThat(problem.path("detail").asText()).isEqualTo("detail of " + code);
        assertThat(AUDIT.log().get(1).fact().result()).isEqualTo("refused: " + code);
    }

    @Test
    void nothingBeginsIfTheOrderCannotBeRecorded() throws Exception {
        AUDIT.refuse(fact -> true);
        refused(post(ACT, "{\"confirm\":true}"), 503, "AUDIT_UNAVAILABLE");
        assertThat(RECONCILIATION.acted).isEmpty();
    }

    @Test
    void otherPathsAndMethodsAreUnknown() throws Exception {
        refused(post(RUNS + "latest/act", "{\"confirm\":true}"), 400, "BAD_RUN_ID");
        assertThat(get(ACT).statusCode()).isEqualTo(405);
        assertThat(post(PLAN + "/restore", "").statusCode()).isEqualTo(404);
    }

    @Test
    void aFinishedPlanShowsWhatItAllows() throws Exception {
        JsonNode plan = read(PLAN).path("plan");
        assertThat(plan.has("refusal")).isFalse();
        assertThat(plan.path("usableUntil").asText())
                .isEqualTo(ReconciliationStates.PLANNED_AT
                        .plus(Duration.ofHours(24))
                        .toString());
        assertThat(plan.path("nodes").path(0).toString())
                .isEqualTo("{\"storageNode\":\"1.stor.us-east.example.com\","
                        + "\"planned\":{\"add_copy\":4,\"copy_again\":3,\"quarantine\":5},"
                        + "\"allowed\":[\"copy_again\",\"add_copy\",\"quarantine\"],\"needsOverride\":false}");
        assertThat(plan.path("nodes").path(1).toString())
                .isEqualTo("{\"storageNode\":\"2.stor.us-east.example.com\",\"planned\":{},\"allowed\":[],"
                        + "\"needsOverride\":false,\"why\":\"the object root is another one than before\"}");
        assertThat(plan.path("nodes").path(2).toString())
                .isEqualTo("{\"storageNode\":\"3.stor.us-east.example.com\",\"planned\":{\"copy_again\":400},"
                        + "\"allowed\":[\"copy_again\",\"add_copy\",\"quarantine\"],\"needsOverride\":true,"
                        + "\"why\":\"400 of 1,000 copies are missing\"}");
    }

    @Test
    void aPlanThatIsTooOldAllowsNothing() throws Exception {
        TOKENS.setTime(
                ReconciliationStates.PLANNED_AT.plus(Duration.ofHours(24)).plusSeconds(1));
        JsonNode plan = read(PLAN).path("plan");
        assertThat(plan.path("refusal").asText()).contains("more than 24 h ago; order a new plan");
        assertThat(plan.path("nodes")).hasSize(3).allSatisfy(node -> {
            assertThat(node.path("allowed")).isEmpty();
            assertThat(node.path("needsOverride").asBoolean()).isFalse();
            assertThat(node.path("why").asText()).contains("more than 24 h ago");
        });
    }

    @Test
    void aRunThatHasNotFinishedIsNoPlanYet() throws Exception {
        assertThat(read(RUNS + ReconciliationInMemory.RUN).has("plan")).isFalse();
        RECONCILIATION.ended = true;
        assertThat(read(RUNS + ReconciliationInMemory.RUN).has("plan")).isFalse();
    }

    @Test
    void aRunThatActsShowsWhatItRepaired() throws Exception {
        JsonNode run = read(ACTING);
        assertThat(run.path("order").toString())
                .isEqualTo("{\"number\":7,\"mode\":\"act\",\"nodes\":[\"1.stor.us-east.example.com\","
                        + "\"2.stor.us-east.example.com\",\"3.stor.us-east.example.com\"],\"plan\":\""
                        + ReconciliationInMemory.PLAN
                        + "\",\"classes\":[\"copy_again\",\"add_copy\",\"quarantine\"],"
                        + "\"quarantineOn\":[\"1.stor.us-east.example.com\"],\"orderedBy\":\"ada\"}");
        assertThat(run.path("phase").asText()).isEqualTo("ACTING");
        assertThat(run.path("left").toString()).isEqualTo("[\"3.stor.us-east.example.com\"]");
        assertThat(run.path("nodes")).isEmpty();
        assertThat(run.has("plan")).isFalse();
        assertThat(run.path("repairs").path(0).toString())
                .isEqualTo("{\"storageNode\":\"1.stor.us-east.example.com\",\"fault\":\"repairs_failed\","
                        + "\"detail\":\"no file was moved, because 1 copies could not be repaired; the findings have the"
                        + " reasons\",\"repairs\":{"
                        + "\"copy_again\":{\"repaired\":1,\"noLongerTrue\":2,\"failed\":1,\"parked\":0,\"left\":0},"
                        + "\"quarantine\":{\"repaired\":0,\"noLongerTrue\":0,\"failed\":0,\"parked\":0,\"left\":5}}}");
        assertThat(run.path("repairs").path(1).toString())
                .isEqualTo("{\"storageNode\":\"2.stor.us-east.example.com\",\"repairs\":{"
                        + "\"add_copy\":{\"repaired\":4,\"noLongerTrue\":0,\"failed\":0,\"parked\":3,\"left\":0}}}");
    }
}
