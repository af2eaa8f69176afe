package io.rebalancer.http.v1.reconciliation;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.RECONCILIATION;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.post;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.NodeInventory.Restore;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.ReconciliationInMemory;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quarantines of storage nodes over a real socket; every response is compared with the contract. */
class QuarantineRoutesTest {
    private static final String NODE = "1.stor.us-east.example.com";
    private static final String LIST = "/api/v1/reconciliation/quarantine/" + NODE;
    private static final String RESTORE = LIST + "/" + ReconciliationInMemory.ITEM + "/restore";
    private static final String ORDER =
            "reconciliation.restore " + NODE + " {item=" + ReconciliationInMemory.ITEM + "} requested 0";

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

    private static void assertProblem(HttpResponse<String> response, int status, String code, String detail)
            throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(Json.read(response.body()).path("code").asText()).isEqualTo(code);
        assertThat(Json.read(response.body()).path("detail").asText()).contains(detail);
    }

    @Test
    void aQuarantineIsReadPageByPage() throws Exception {
        HttpResponse<String> first = get(LIST + "?limit=1");
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        JsonNode page = Json.read(first.body());
        assertThat(page.path("items").path(0).toString())
                .isEqualTo("{\"id\":\"" + ReconciliationInMemory.ITEM + "\",\"path\":\"" + ReconciliationInMemory.OWNER
                        + "/00000000-0000-0000-0000-000000000001\",\"owner\":\"" + ReconciliationInMemory.OWNER
                        + "\",\"object\":\"00000000-0000-0000-0000-000000000001\",\"reason\":\"orphan\","
                        + "\"movedAt\":\"1970-01-01T00:00:00Z\",\"bytes\":10,\"run\":\"" + ReconciliationInMemory.ACTING
                        + "\"}");
        assertThat(page.path("next").asText()).isEqualTo(ReconciliationInMemory.ITEM.toString());
        JsonNode second =
                Json.read(get(LIST + "?after=" + page.path("next").asText()).body());
        assertThat(second.has("next")).isFalse();
        assertThat(RECONCILIATION.queries)
                .containsExactly(
                        "quarantine " + NODE + " Optional.empty 1",
                        "quarantine " + NODE + " Optional[" + ReconciliationInMemory.ITEM + "] 100");
    }

    @ParameterizedTest
    @CsvSource({"1.stor.d?after=7, 7", "1.stor.d?limit=1001, limit must be 1 to 1000", "no%20node, no node"})
    void aMalformedParameterIsRejected(String path, String detail) throws Exception {
        assertProblem(get("/api/v1/reconciliation/quarantine/" + path), 400, "BAD_REQUEST", detail);
        assertThat(RECONCILIATION.queries).isEmpty();
    }

    @Test
    void aFileIsRestoredAndThatIsRecorded() throws Exception {
        RECONCILIATION.enabled = false;
        HttpResponse<String> restored = post(RESTORE, "");
        assertThat(restored.statusCode()).as(restored.body()).isEqualTo(200);
        assertThat(restored.body())
                .isEqualTo("{\"storageNode\":\"" + NODE + "\",\"id\":\"" + ReconciliationInMemory.ITEM
                        + "\",\"result\":\"restored\"}");
        assertThat(RECONCILIATION.restored).containsExactly(NODE + " " + ReconciliationInMemory.ITEM);
        assertThat(AUDIT.facts()).containsExactly(ORDER, "reconciliation.restore " + NODE + " {} accepted 1");
    }

    @Test
    void aPurgeBeginsARunAndNeedsAConfirmation() throws Exception {
        String purge = LIST + "/purge";
        assertProblem(post(purge, "{\"confirm\":\"true\"}"), 400, "CONFIRMATION_REQUIRED", "nothing was deleted");
        assertProblem(post(purge, "{}"), 400, "CONFIRMATION_REQUIRED", "send \"confirm\": true");
        assertProblem(post(purge, "{\"confirm\":true,\"force\":true}"), 400, "BAD_REQUEST", "unknown field force");
        assertThat(RECONCILIATION.purged).isEmpty();
        HttpResponse<String> begun = post(purge, "{\"confirm\":true}");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        assertThat(begun.headers().firstValue("Location"))
                .contains("/api/v1/reconciliation/runs/" + ReconciliationInMemory.RUN);
        assertThat(RECONCILIATION.purged).extracting(Object::toString).containsExactly(NODE.toString());
        assertThat(AUDIT.facts())
                .containsExactly(
                        "reconciliation.purge " + NODE + " {} requested 0",
                        "reconciliation.purge " + NODE + " {run=" + ReconciliationInMemory.RUN + "} accepted 1");
    }

    @ParameterizedTest
    @CsvSource({
        "MISSING, 404, QUARANTINE_ITEM_NOT_FOUND, lists what is in it",
        "NAME_TAKEN, 409, QUARANTINE_NAME_TAKEN, compare"
    })
    void aFileThatIsNotRestoredIsARefusal(Restore result, int status, String code, String detail) throws Exception {
        RECONCILIATION.restoreResult = result;
        assertProblem(post(RESTORE, ""), status, code, detail);
        assertThat(AUDIT.facts().get(0)).isEqualTo(ORDER);
        assertThat(AUDIT.log().get(1).fact().result()).isEqualTo("refused: " + code);
    }

    @ParameterizedTest
    @CsvSource({
        "STORAGE_NODE_NOT_FOUND, 404",
        "AGENT_NOT_IN_CLUSTER, 409",
        "AGENT_UNREACHABLE, 503",
        "AGENT_FAILED, 503",
        "AGENT_NO_REPLY, 504"
    })
    void anAgentThatDoesNotServeIsAProblem(AgentUnavailable.Code code, int status) throws Exception {
        RECONCILIATION.failure = Optional.of(new AgentUnavailable(code, "detail of " + code));
        assertProblem(get(LIST), status, code.name(), "detail of");
        assertProblem(post(RESTORE, ""), status, code.name(), "detail of");
    }

    @Test
    void nothingIsRestoredIfTheOrderCannotBeRecorded() throws Exception {
        AUDIT.refuse(fact -> true);
        assertProblem(post(RESTORE, ""), 503, "AUDIT_UNAVAILABLE", "is not carried out");
        assertThat(RECONCILIATION.restored).isEmpty();
    }

    @Test
    void otherPathsAndMethodsAreUnknown() throws Exception {
        assertProblem(post(LIST + "/latest/restore", ""), 400, "BAD_REQUEST", "not the id of a file in quarantine");
        assertThat(get("/api/v1/reconciliation/quarantine").statusCode()).isEqualTo(404);
        assertThat(get(RESTORE).statusCode()).isEqualTo(405);
        assertThat(post(LIST, "").statusCode()).isEqualTo(405);
    }
}
