package io.rebalancer.http.v1.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A request that is repeated with the same key creates one job. */
class IdempotentCreationTest {
    private static final String NODE = "1.stor.d";

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @AfterEach
    void reset() {
        ApiServer.checks = List.of();
        ApiServer.existing = id -> false;
    }

    private static HttpResponse<String> create(String key, String node, long maxObjects) throws Exception {
        return ApiServer.calls()
                .send(
                        "POST",
                        "/api/v1/jobs",
                        "{\"leavingNode\":\"" + node + "\",\"maxObjects\":" + maxObjects + "}",
                        "Idempotency-Key",
                        key);
    }

    private static UUID idOf(String key) throws Exception {
        assertThat(create(key, NODE, 0).statusCode()).isEqualTo(201);
        return ApiServer.createdAs.orElseThrow();
    }

    @Test
    void theIdIsThatOfTheKey() throws Exception {
        assertThat(idOf("one")).isEqualTo(idOf("one")).isNotEqualTo(idOf("two"));
    }

    /** The job itself makes the check fail that no job empties the node. */
    @Test
    void aRepeatedRequestGetsTheJobOfTheFirst() throws Exception {
        UUID id = idOf("one");
        ApiServer.existing = id::equals;
        ApiServer.checks = List.of(CheckResult.fail(CheckName.NO_OTHER_OPERATION, "a job empties it", "wait"));
        int performed = ApiServer.performed.get();
        for (String node : List.of(NODE, "1.stor")) {
            HttpResponse<String> again = create("one", node, 0);
            assertThat(again.statusCode()).isEqualTo(201);
            assertThat(Json.read(again.body()).path("id").asText()).isEqualTo(id.toString());
        }
        assertThat(ApiServer.performed).hasValue(performed);
    }

    @Test
    void aKeyIsOfOneJobOnly() throws Exception {
        UUID id = idOf("one");
        ApiServer.existing = id::equals;
        for (HttpResponse<String> other : List.of(create("one", "2.stor.d", 0), create("one", NODE, 7))) {
            assertThat(other.statusCode()).isEqualTo(422);
            assertThat(other.body()).contains("IDEMPOTENCY_KEY_REUSED", id.toString());
        }
    }

    @Test
    void aMalformedKeyIsRefused() throws Exception {
        HttpResponse<String> response = create("a b", NODE, 0);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("Idempotency-Key");
    }

    @Test
    void aKeyMayNotBeLongerThanItsLimit() throws Exception {
        assertThat(create("k".repeat(128), NODE, 0).statusCode()).isEqualTo(201);
        assertThat(create("k".repeat(129), NODE, 0).statusCode()).isEqualTo(400);
    }
}
