package io.rebalancer.http.v1.agents;

import static io.rebalancer.http.ApiServer.AGENTS;
import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable.Code;
import io.rebalancer.http.AgentsInMemory;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents through a manager: answers, refusals, and what the audit log records. */
class FleetAgentRoutesTest {
    private static final String AGENT = "/api/v1/storage-nodes/1.stor.d/agent";

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
        AGENTS.reset();
        AUDIT.reset();
    }

    @BeforeEach
    void reset() {
        AGENTS.reset();
        AUDIT.reset();
    }

    private static List<AuditFact> facts() {
        return AUDIT.log().stream().map(AuditEntry::fact).toList();
    }

    @Test
    void theStatusIsThatOfTheAgent() throws Exception {
        JsonNode status = Json.read(get(AGENT).body());
        assertThat(status.path("gate").asText()).isEqualTo("OPEN");
        assertThat(status.path("limits").path("parallelFetches").asInt()).isEqualTo(32);
        assertThat(status.path("sources").path(0).path("storageId").asText()).isEqualTo("2.stor.d");
        assertThat(facts()).isEmpty();
    }

    @Test
    void omittedLimitsKeepTheirValueAndTheChangeIsRecorded() throws Exception {
        HttpResponse<String> response = send("PUT", AGENT + "/limits", "{\"parallelFetches\":3}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(AGENTS.limits).isEqualTo(new CopyLimits(0, 1_000, 3, 16, 1_024, 95));
        assertThat(facts())
                .extracting(AuditFact::action, AuditFact::subject)
                .containsOnly(tuple("agent.limits", "1.stor.d"));
        assertThat(facts().get(0).parameters()).isEqualTo(Map.of("parallelFetches", "3"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                       | the body must be an object with the limits to change
            {"speed":1}              | unknown field speed; known fields: bytesPerSecond
            {"fetchesOfSource":0}    | fetchesOfSource must be 1 to 256
            {"bytesPerSecond":50}    | bytesPerSecond must be 0 (no limit) or at least 65536 bytes per second
            """)
    void limitsThatAreNotAllowedChangeNothing(String body, String detail) throws Exception {
        HttpResponse<String> response = send("PUT", AGENT + "/limits", body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).path("detail").asText()).startsWith(detail);
        assertThat(AGENTS.limits).isEqualTo(AgentsInMemory.INITIAL);
    }

    @Test
    void aGateWithWorkInProgressIsAccepted() throws Exception {
        AGENTS.busy = 2;
        HttpResponse<String> busy = send("PUT", AGENT + "/gate", "{\"gate\":\"STOPPED\"}");
        assertThat(busy.statusCode()).isEqualTo(202);
        assertThat(Json.read(busy.body()).path("acknowledged").asBoolean(true)).isFalse();
        AGENTS.busy = 0;
        assertThat(send("PUT", AGENT + "/gate", "{\"gate\":\"STOPPED\"}").statusCode())
                .isEqualTo(200);
        assertThat(AGENTS.gate).isEqualTo(CopyGate.STOPPED);
        assertThat(facts().get(0).parameters()).isEqualTo(Map.of("gate", "STOPPED"));
        assertThat(send("PUT", AGENT + "/gate", "{\"gate\":\"shut\"}").body())
                .contains("gate must be OPEN, NO_NEW or STOPPED");
    }

    @Test
    void heldAssignmentsAreListedPageByPage() throws Exception {
        JsonNode first = Json.read(get(AGENT + "/assignments?limit=2").body());
        assertThat(first.path("assignments")).hasSize(2);
        String next = first.path("next").asText();
        JsonNode last =
                Json.read(get(AGENT + "/assignments?limit=2&after=" + next).body());
        assertThat(last.path("assignments")).hasSize(1);
        assertThat(last.has("next")).isFalse();
        assertThat(get(AGENT + "/assignments?after=x").statusCode()).isEqualTo(400);
        assertThat(get(AGENT + "/assignments?limit=1001").statusCode()).isEqualTo(400);
    }

    @Test
    void copiesInProgressAreDroppedByForceOnly() throws Exception {
        String path = AGENT + "/assignments/" + AgentsInMemory.UNFINISHED;
        HttpResponse<String> refused = send("DELETE", path, "");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("ASSIGNMENT_IN_PROGRESS", "?force=true");
        assertThat(facts()).last().extracting(AuditFact::result).isEqualTo("refused: ASSIGNMENT_IN_PROGRESS");
        assertThat(send("DELETE", path + "?force=yes", "").statusCode()).isEqualTo(400);
        assertThat(send("DELETE", AGENT + "/assignments/none", "").body())
                .contains("BAD_REQUEST", "not an assignment id");
        assertThat(send("DELETE", path + "?force=true", "").statusCode()).isEqualTo(200);
        assertThat(send("DELETE", AGENT + "/assignments/" + new UUID(0, 77), "").body())
                .contains("ASSIGNMENT_NOT_FOUND", "1.stor.d");
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void anAgentThatDoesNotCarryARequestOutIsNamed(Code code) throws Exception {
        AGENTS.failure = Optional.of(new AgentUnavailable(code, "the agent of 1.stor.d is away"));
        for (HttpResponse<String> response : List.of(
                get(AGENT),
                get(AGENT + "/assignments"),
                send("PUT", AGENT + "/limits", "{\"parallelFetches\":3}"),
                send("PUT", AGENT + "/gate", "{\"gate\":\"OPEN\"}"),
                send("DELETE", AGENT + "/assignments/" + new UUID(0, 5), ""))) {
            assertThat(response.statusCode()).isGreaterThanOrEqualTo(404);
            assertThat(response.body()).contains(code.name(), "the agent of 1.stor.d is away");
        }
        // An order that was certainly not sent is refused; of the others nobody knows whether they were carried out.
        assertThat(facts())
                .filteredOn(fact -> !fact.result().equals("requested"))
                .hasSize(3)
                .allMatch(fact -> fact.result().startsWith(code.isNotSent() ? "refused: " + code : "failed: "));
    }
}
