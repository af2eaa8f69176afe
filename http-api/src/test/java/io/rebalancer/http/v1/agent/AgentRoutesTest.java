package io.rebalancer.http.v1.agent;

import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.http.AgentsInMemory;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent of API v1, with its limits in memory. */
class AgentRoutesTest {
    private static final CopyLimits INITIAL = AgentsInMemory.INITIAL;
    private static final String LIMITS = "/api/v1/agent/limits";
    private static final AgentsInMemory CONTROL = new AgentsInMemory();

    @BeforeAll
    static void start() throws Exception {
        ApiServer.serve("agent", new AgentRoutes(CONTROL).routes());
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @BeforeEach
    void resetLimits() {
        CONTROL.reset();
    }

    @Test
    void theStatusShowsLimitsAndSources() throws Exception {
        JsonNode status = Json.read(get("/api/v1/agent").body());
        assertThat(status.path("storageId").asText()).isEqualTo("1.stor.d");
        assertThat(status.path("limits").path("parallelFetches").asInt()).isEqualTo(32);
        assertThat(status.path("sources").path(0).path("storageId").asText()).isEqualTo("2.stor.d");
    }

    @Test
    void theGateIsAcknowledgedWhenNothingIsInProgress() throws Exception {
        CONTROL.busy = 3;
        HttpResponse<String> busy = send("PUT", "/api/v1/agent/gate", "{\"gate\":\"STOPPED\"}");
        assertThat(busy.statusCode()).isEqualTo(202);
        assertThat(Json.read(busy.body()))
                .isEqualTo(Json.read("{\"gate\":\"STOPPED\",\"acknowledged\":false,\"inProgress\":3}"));
        CONTROL.busy = 0;
        assertThat(send("PUT", "/api/v1/agent/gate", "{\"gate\":\"STOPPED\"}").statusCode())
                .isEqualTo(200);
        assertThat(Json.read(get("/api/v1/agent").body()).path("gate").asText()).isEqualTo("STOPPED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"gate\":\"stopped\"}", "{\"gate\":1}"})
    void anUnknownGateIsRefused(String body) throws Exception {
        HttpResponse<String> response = send("PUT", "/api/v1/agent/gate", body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("gate must be OPEN, NO_NEW or STOPPED");
        assertThat(CONTROL.gate).isEqualTo(CopyGate.OPEN);
    }

    @Test
    void omittedLimitsKeepTheirValue() throws Exception {
        HttpResponse<String> response = send("PUT", LIMITS, "{\"bytesPerSecond\":5000000000,\"parallelFetches\":3}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(CONTROL.limits).isEqualTo(new CopyLimits(5_000_000_000L, 1_000, 3, 16, 1_024, 95));
        assertThat(Json.read(response.body())).isEqualTo(Json.read("""
                {"bytesPerSecond":5000000000,"bytesPerSecondOfSource":1000,"parallelFetches":3,"fetchesOfSource":16,
                 "freeSpaceFloorMib":1024,"fillCeilingPercent":95}
                """));
        assertThat(get(LIMITS).body()).isEqualTo(response.body());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                              | the body must be a JSON object
            {                               | the body is not JSON
            []                              | the body must be a JSON object
            {}                              | the body must be an object with the limits to change
            {"speed":1}                     | unknown field speed; known fields: bytesPerSecond, bytesPerSecondOfSource,
            {"parallelFetches":0}           | parallelFetches must be 1 to 256
            {"parallelFetches":257}         | parallelFetches must be 1 to 256
            {"parallelFetches":99999999999} | parallelFetches is out of range: 99999999999
            {"bytesPerSecond":-1}           | bytesPerSecond must be at least 0
            {"bytesPerSecond":50}           | bytesPerSecond must be 0 (no limit) or at least 65536 bytes per second
            {"bytesPerSecondOfSource":9}    | bytesPerSecondOfSource must be 0 (no limit) or at least 65536
            {"bytesPerSecond":"fast"}       | bytesPerSecond must be a whole number, not "fast"
            {"bytesPerSecond":"7"}          | bytesPerSecond must be a whole number, not "7"
            {"bytesPerSecond":1.5}          | bytesPerSecond must be a whole number, not 1.5
            {"parallelFetches":2.0}         | parallelFetches must be a whole number, not 2.0
            {"parallelFetches":null}        | parallelFetches must be a whole number, not null
            {"fillCeilingPercent":101}      | fillCeilingPercent must be 1 to 100
            """)
    void invalidLimitsAreRejectedAndChangeNothing(String body, String detail) throws Exception {
        HttpResponse<String> response = send("PUT", LIMITS, body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).path("detail").asText())
                .startsWith(detail)
                .doesNotContain("\n");
        assertThat(CONTROL.limits).isEqualTo(INITIAL);
    }
}
