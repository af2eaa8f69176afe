package io.rebalancer.http.v1.reconciliation;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.RECONCILIATION;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.post;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ReconciliationService.NewRun;
import io.rebalancer.core.port.ReconciliationService.RunRefused;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.ReconciliationInMemory;
import io.rebalancer.http.ReconciliationStates;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
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

/** The routes of reconciliation over a real socket; every response is compared with the contract. */
class ReconciliationRoutesTest {
    private static final String PATH = "/api/v1/reconciliation";
    private static final String RUNS = PATH + "/runs";
    private static final String RUN = RUNS + "/" + ReconciliationInMemory.RUN;
    private static final String NO_RUN = RUNS + "/" + new UUID(0, 1);

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
        AUDIT.reset();
        RECONCILIATION.reset();
    }

    @BeforeEach
    void reset() {
        AUDIT.reset();
        RECONCILIATION.reset();
    }

    private static JsonNode read(String path) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Json.read(response.body());
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code, String detail)
            throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(Json.read(response.body()).path("code").asText()).isEqualTo(code);
        assertThat(Json.read(response.body()).path("detail").asText()).contains(detail);
    }

    @Test
    void theScheduleShowsTheNextRunAndTheLastOne() throws Exception {
        assertThat(read(PATH + "/schedule").toString())
                .isEqualTo(
                        "{\"cron\":\"0 1 * * *\",\"timeZone\":\"Europe/Berlin\",\"mode\":\"plan\",\"readContents\":false,"
                                + "\"act\":[\"copy_again\"],\"nextStart\":\"2026-11-29T00:11:30Z\",\"lastRun\":{\"id\":\""
                                + ReconciliationInMemory.PLAN
                                + "\",\"scheduledFor\":\"2026-11-28T00:00:00Z\",\"startedAt\":\"2026-11-28T00:21:07Z\",\"missed\":0,"
                                + "\"outcome\":\"finished\",\"endedAt\":\"2026-11-28T02:30:00Z\",\"repairs\":{\"run\":\""
                                + ReconciliationInMemory.ACTING + "\"}}}");
    }

    @Test
    void theScheduleShowsWhyNothingIsScheduled() throws Exception {
        RECONCILIATION.schedule = ReconciliationStates.NO_SCHEDULE;
        JsonNode schedule = read(PATH + "/schedule");
        assertThat(schedule.has("nextStart")).isFalse();
        assertThat(schedule.path("idle").path("reason").asText()).isEqualTo("off");
        assertThat(schedule.path("idle").path("detail").asText()).contains("rebalancer.reconcile.schedule.cron");
        JsonNode last = schedule.path("lastRun");
        assertThat(last.path("outcome").asText()).isEqualTo("aborted");
        assertThat(last.path("abort").asText()).isEqualTo("deadline");
        assertThat(last.path("missed").asInt()).isEqualTo(2);
        assertThat(last.path("repairs").toString())
                .isEqualTo("{\"detail\":\"the plan ended early; order a new plan\"}");
        assertThat(schedule.path("skipped").path("reason").asText()).contains("still works");
    }

    @Test
    void theStatusHasCountsAndNoNames() throws Exception {
        assertThat(read(PATH).toString())
                .isEqualTo("{\"enabled\":true,\"lastRun\":{\"id\":\"" + ReconciliationInMemory.RUN
                        + "\",\"number\":7,\"mode\":\"plan\",\"phase\":\"COMPARING\",\"createdAt\":\"1970-01-01T00:00:00Z\","
                        + "\"nodes\":3,\"compared\":0,\"unknown\":2,\"found\":2,\"repaired\":0}}");
        RECONCILIATION.enabled = false;
        RECONCILIATION.empty = true;
        assertThat(read(PATH).toString()).isEqualTo("{\"enabled\":false}");
    }

    @Test
    void runsAreListed() throws Exception {
        RECONCILIATION.ended = true;
        JsonNode page = read(RUNS + "?order=oldest&limit=5");
        assertThat(page.path("runs").path(0).toString())
                .contains("\"abort\":\"canceled\"", "\"orderedBy\":\"ada\"", "\"endedAt\":\"1970-01-01T00:02:00Z\"");
        assertThat(page.path("next").asText()).isEqualTo("6");
        read(RUNS);
        assertThat(RECONCILIATION.queries).containsExactly("OLDEST Optional.empty 5", "NEWEST Optional.empty 100");
    }

    @ParameterizedTest
    @CsvSource({
        "/runs?after=of-another-list, of-another-list",
        "/runs?limit=1001, limit must be 1 to 1000",
        "/runs?order=best, order must be newest or oldest",
        "/runs/77777777-7777-4777-8777-777777777777/findings?after=of-another-list, of-another-list",
        "/runs/77777777-7777-4777-8777-777777777777/findings?limit=0, limit must be 1 to 1000",
        "/runs/77777777-7777-4777-8777-777777777777/findings?kind=lost, 'kind must be one of missing_copy, missing_all'",
        "/runs/77777777-7777-4777-8777-777777777777/findings?state=found, 'state must be one of FOUND, PLANNED'",
        "/runs/77777777-7777-4777-8777-777777777777/findings?node=no%20node, no node"
    })
    void aMalformedParameterIsRejected(String path, String detail) throws Exception {
        assertProblem(get(PATH + path), 400, "BAD_REQUEST", detail);
    }

    @Test
    void aRunBeginsAndIsFoundAtItsLocation() throws Exception {
        HttpResponse<String> begun = post(
                RUNS,
                "{\"mode\":\"plan\",\"nodes\":[\"2.stor.d\",\"1.stor.d\",\"2.stor.d\"],\"acceptRoots\":true,"
                        + "\"readContents\":true}");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        assertThat(begun.headers().firstValue("Location")).contains(RUN);
        assertThat(Json.read(begun.body()).path("id").asText()).isEqualTo(ReconciliationInMemory.RUN.toString());
        NewRun order = RECONCILIATION.begun.get(0);
        assertThat(order.mode()).isEqualTo(RunMode.PLAN);
        assertThat(order.nodes()).containsExactly(new StorageNodeId("1.stor.d"), new StorageNodeId("2.stor.d"));
        assertThat(order.acceptRoots()).isTrue();
        assertThat(order.readsContents()).isTrue();
        assertThat(order.orderedBy()).isNotBlank();
        assertThat(AUDIT.facts())
                .containsExactly(
                        "reconciliation.run 1.stor.d,2.stor.d {acceptRoots=true, mode=plan, readContents=true} requested 0",
                        "reconciliation.run 1.stor.d,2.stor.d {run=" + ReconciliationInMemory.RUN + "} accepted 1");
    }

    @Test
    void aRunOfAllStorageNodesNamesNone() throws Exception {
        assertThat(post(RUNS, "{\"mode\":\"observe\"}").statusCode()).isEqualTo(202);
        assertThat(RECONCILIATION.begun.get(0).nodes()).isEmpty();
        assertThat(RECONCILIATION.begun.get(0).acceptRoots()).isFalse();
        assertThat(RECONCILIATION.begun.get(0).readsContents()).isFalse();
        assertThat(AUDIT.facts().get(0)).isEqualTo("reconciliation.run all storage nodes {mode=observe} requested 0");
    }

    @Test
    void theAuditLogNamesNotMoreThanTwentyStorageNodes() throws Exception {
        StringBuilder nodes = new StringBuilder();
        for (int i = 0; i < 21; i++) {
            nodes.append(i == 0 ? "" : ",").append('"').append(i).append(".stor.d\"");
        }
        assertThat(post(RUNS, "{\"mode\":\"observe\",\"nodes\":[" + nodes + "]}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(AUDIT.facts().get(0)).startsWith("reconciliation.run 21 storage nodes {mode=observe}");
    }

    @Test
    void aRepeatedKeyIsTheSameRun() throws Exception {
        for (String key : List.of("one", "one", "two")) {
            assertThat(ApiServer.calls()
                            .send(
                                    "POST",
                                    RUNS,
                                    "{\"mode\":\"observe\"}",
                                    "Idempotency-Key",
                                    key,
                                    "Content-Type",
                                    "application/json")
                            .statusCode())
                    .isEqualTo(202);
        }
        assertThat(post(RUNS, "{\"mode\":\"observe\"}").statusCode()).isEqualTo(202);
        List<UUID> ids = RECONCILIATION.begun.stream().map(NewRun::id).toList();
        assertThat(ids.get(1)).isEqualTo(ids.get(0));
        assertThat(ids.subList(1, 4)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | mode must be \"observe\" or \"plan\"",
                "{\"mode\":\"act\"} | mode must be \"observe\" or \"plan\", not \"act\"",
                "{\"mode\":\"observe\",\"node\":\"1.stor\"} | unknown field node; known fields: acceptRoots, mode, nodes, readContents",
                "{\"mode\":\"observe\",\"nodes\":[]} | nodes must be a list of 1 to 1000 storage ids",
                "{\"mode\":\"observe\",\"nodes\":\"1.stor\"} | nodes must be a list",
                "{\"mode\":\"observe\",\"nodes\":[1]} | nodes must be storage ids",
                "{\"mode\":\"observe\",\"nodes\":[\"no node\"]} | nodes must be storage ids",
                "{\"mode\":\"observe\",\"acceptRoots\":\"yes\"} | acceptRoots must be true or false, not \"yes\"",
                "[] | the body must be a JSON object"
            })
    void aMalformedBodyIsRejected(String body, String detail) throws Exception {
        assertProblem(post(RUNS, body), 400, "BAD_REQUEST", detail.strip());
        assertThat(RECONCILIATION.begun).isEmpty();
        assertThat(AUDIT.facts()).isEmpty();
    }

    @Test
    void aBodyMustBeLabelledAsJson() throws Exception {
        HttpResponse<String> response =
                ApiServer.calls().send("POST", RUNS, "{\"mode\":\"observe\"}", "Content-Type", "text/plain");
        assertProblem(response, 415, "JSON_REQUIRED", "application/json");
    }

    @ParameterizedTest
    @CsvSource({"RECONCILIATION_DISABLED, 503", "RECONCILIATION_RUNNING, 409", "UNKNOWN_STORAGE_NODE, 400"})
    void aRefusalIsAProblemDocumentAndRecorded(RunRefused.Code code, int status) throws Exception {
        RECONCILIATION.failure = Optional.of(new RunRefused(code, "detail of " + code));
        HttpResponse<String> response = post(RUNS, "{\"mode\":\"observe\",\"nodes\":[\"1.stor.d\"]}");
        assertProblem(response, status, code.name(), "detail of " + code);
        assertThat(response.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
        assertThat(AUDIT.log()).hasSize(2);
        assertThat(AUDIT.log().get(1).fact().result()).isEqualTo("refused: " + code);
    }

    @Test
    void aServiceWithoutAReplyIsUnavailable() throws Exception {
        RECONCILIATION.failure = Optional.of(new IllegalStateException("no reply"));
        assertThat(post(RUNS, "{\"mode\":\"observe\"}").body()).contains("\"code\":\"UNAVAILABLE\"");
        assertThat(get(RUNS).body()).contains("\"code\":\"UNAVAILABLE\"");
    }

    @Test
    void nothingBeginsIfTheOrderCannotBeRecorded() throws Exception {
        AUDIT.refuse(fact -> true);
        assertProblem(post(RUNS, "{\"mode\":\"observe\"}"), 503, "AUDIT_UNAVAILABLE", "is not carried out");
        assertThat(RECONCILIATION.begun).isEmpty();
    }

    @Test
    void aRunShowsItsCoverage() throws Exception {
        JsonNode run = read(RUN);
        assertThat(run.path("order").toString())
                .isEqualTo("{\"number\":7,\"mode\":\"plan\",\"nodes\":[\"1.stor.us-east.example.com\","
                        + "\"2.stor.us-east.example.com\",\"3.stor.us-east.example.com\"],\"orderedBy\":\"ada\"}");
        assertThat(run.path("phase").asText()).isEqualTo("COMPARING");
        assertThat(run.path("activity").asText()).isEqualTo("compares 3.stor.us-east.example.com");
        assertThat(run.path("left").toString()).isEqualTo("[\"3.stor.us-east.example.com\"]");
        assertThat(run.path("metadataComplete").asBoolean()).isFalse();
        assertThat(run.has("abort") || run.has("endedAt")).isFalse();
        assertThat(run.path("shards").path(0).toString())
                .isEqualTo("{\"shard\":1,\"rows\":1000,\"unreadable\":0,\"complete\":true,"
                        + "\"readAt\":\"1970-01-01T00:00:01Z\"}");
        assertThat(run.path("shards").path(1).path("fault").asText()).contains("shard 2 did not answer");
        assertThat(run.path("nodes").path(0).toString())
                .isEqualTo("{\"storageNode\":\"1.stor.us-east.example.com\",\"fault\":\"coverage_incomplete\","
                        + "\"detail\":\"not all rows were read, so no file counts as an orphan\","
                        + "\"listedAt\":\"1970-01-01T00:01:01Z\",\"listed\":{\"complete\":false,\"files\":900,"
                        + "\"bytes\":123456,\"unmanaged\":{\"reserved\":4,\"v2_object\":2},\"unlistedRanges\":1,\"faults\":1},"
                        + "\"claims\":901,\"found\":{\"missing_copy\":1,\"size_mismatch\":1},"
                        + "\"skipped\":{\"young\":1,\"inUse\":2,\"changed\":3,\"unknown\":4},\"contents\":{\"files\":3,\"bytes\":30,\"suspects\":1,"
                        + "\"notRead\":2},\"receivedBytes\":5000}");
        JsonNode unknown = run.path("nodes").path(1);
        assertThat(unknown.path("fault").asText()).isEqualTo("node_identity_mismatch");
        assertThat(unknown.has("listedAt") || unknown.at("/listed/complete").asBoolean())
                .as("a node without a listing is not complete")
                .isFalse();
        assertThat(run.toString()).doesNotContain(ReconciliationInMemory.OWNER.toString());
    }

    @Test
    void anEndedRunShowsWhyItEnded() throws Exception {
        RECONCILIATION.ended = true;
        JsonNode run = read(RUN);
        assertThat(run.path("abort").toString()).isEqualTo("{\"reason\":\"canceled\",\"detail\":\"cancelled by ada\"}");
        assertThat(run.path("endedAt").asText()).isEqualTo("1970-01-01T00:02:00Z");
        assertThat(run.has("activity")).isFalse();
    }

    @Test
    void findingsAreReadPageByPage() throws Exception {
        JsonNode first = read(RUN + "/findings?limit=1");
        assertThat(first.path("findings")).hasSize(1);
        assertThat(first.path("findings").path(0).toString())
                .isEqualTo("{\"storageNode\":\"1.stor.us-east.example.com\",\"kind\":\"missing_copy\","
                        + "\"repair\":\"copy_again\",\"owner\":\"" + ReconciliationInMemory.OWNER
                        + "\",\"object\":\"00000000-0000-0000-0000-000000000001\",\"claimedBytes\":10,\"foundBytes\":0,"
                        + "\"since\":\"1970-01-01T00:00:00Z\",\"otherCopies\":1,\"shards\":[1,2],\"state\":\"PLANNED\","
                        + "\"detail\":\"the record names the node, and the file is not there\"}");
        JsonNode second =
                read(RUN + "/findings?limit=1&after=" + first.path("next").asText());
        assertThat(second.at("/findings/0/kind").asText()).isEqualTo("size_mismatch");
        assertThat(second.at("/findings/0").has("since")).isFalse();
        assertThat(second.has("next")).isFalse();
    }

    @Test
    void findingsAreFiltered() throws Exception {
        assertThat(read(RUN + "/findings?kind=size_mismatch&state=FOUND&node=1.stor.us-east.example.com")
                        .path("findings"))
                .hasSize(1);
        assertThat(read(RUN + "/findings?kind=orphan_file").path("findings")).isEmpty();
        assertThat(read(RUN + "/findings?state=PARKED").path("findings")).isEmpty();
        assertThat(read(RUN + "/findings?node=9.stor.d").path("findings")).isEmpty();
    }

    @Test
    void aRunIsCancelled() throws Exception {
        HttpResponse<String> cancelled = post(RUN + "/cancel", "");
        assertThat(cancelled.statusCode()).as(cancelled.body()).isEqualTo(200);
        assertThat(Json.read(cancelled.body()).path("id").asText()).isEqualTo(ReconciliationInMemory.RUN.toString());
        assertThat(RECONCILIATION.cancelledBy).hasSize(1);
        assertThat(AUDIT.facts())
                .containsExactly(
                        "reconciliation.cancel " + ReconciliationInMemory.RUN + " {} requested 0",
                        "reconciliation.cancel " + ReconciliationInMemory.RUN + " {} accepted 1");
    }

    @Test
    void anUnknownRunIsNotFound() throws Exception {
        assertProblem(get(NO_RUN), 404, "RUN_NOT_FOUND", "lists all runs");
        assertProblem(get(NO_RUN + "/findings"), 404, "RUN_NOT_FOUND", "lists all runs");
        assertThat(RECONCILIATION.queries).isEmpty();
        assertProblem(post(NO_RUN + "/cancel", ""), 404, "RUN_NOT_FOUND", "no run");
        assertThat(AUDIT.log().get(1).fact().result()).isEqualTo("refused: RUN_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/findings"})
    void anIdThatIsNoUuidIsRejected(String suffix) throws Exception {
        assertProblem(get(RUNS + "/latest" + suffix), 400, "BAD_RUN_ID", "latest");
    }

    @Test
    void otherPathsAndMethodsAreUnknown() throws Exception {
        assertThat(get(PATH + "/rnus").statusCode()).isEqualTo(404);
        assertThat(get(RUN + "/find").statusCode()).isEqualTo(404);
        assertThat(ApiServer.calls().send("DELETE", RUNS, "").statusCode()).isEqualTo(405);
        assertThat(ApiServer.calls().send("DELETE", RUN, "").statusCode()).isEqualTo(405);
        assertThat(get(RUN + "/cancel").statusCode()).isEqualTo(405);
    }
}
