package io.rebalancer.http.v1.jobs;

import static io.rebalancer.http.ApiServer.NEW;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.post;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checks before a job over a real socket: shown, refusing a job, and waived. */
class PreflightRoutesTest {
    private static final String JOBS = "/api/v1/jobs";
    private static final CheckResult PASSED = CheckResult.pass(CheckName.STORAGE_NODE_KNOWN, "it is known");
    private static final CheckResult WARNED = CheckResult.unknown(CheckName.AGENT_VERSIONS, "no answer");
    private static final CheckResult FULL = CheckResult.fail(CheckName.SPACE, "9 MiB are free", "add nodes");
    private static final CheckResult AWAY = CheckResult.fail(CheckName.METADATA_SHARDS, "shard 3", "start it");

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @AfterEach
    void passAgain() {
        ApiServer.checks = List.of();
    }

    private static HttpResponse<String> create(String force) throws Exception {
        return post(JOBS, "{\"leavingNode\":\"1.stor.d\",\"force\":" + force + "}");
    }

    private static void assertCreated(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(Json.read(response.body()).path("id").asText())
                .isEqualTo(new UUID(NEW.getMostSignificantBits(), 0).toString());
    }

    private static void assertRefused(HttpResponse<String> response, String failed) throws Exception {
        JsonNode problem = Json.read(response.body());
        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(problem.path("code").asText()).isEqualTo("PREFLIGHT_FAILED");
        assertThat(problem.path("detail").asText()).endsWith("failed: " + failed);
        assertThat(problem.path("checks")).hasSize(ApiServer.checks.size());
    }

    @Test
    void aJobWhoseChecksPassIsCreated() throws Exception {
        ApiServer.checks = List.of(PASSED);
        HttpResponse<String> response = create("[]");
        assertCreated(response);
        assertThat(Json.read(response.body()).has("checks")).isFalse();
    }

    @Test
    void aWarningCreatesTheJobAndIsShown() throws Exception {
        ApiServer.checks = List.of(PASSED, WARNED);
        HttpResponse<String> response = create("null");
        assertCreated(response);
        JsonNode checks = Json.read(response.body()).path("checks");
        assertThat(checks).hasSize(1);
        assertThat(checks.path(0).path("name").asText()).isEqualTo("agent_versions");
        assertThat(checks.path(0).path("outcome").asText()).isEqualTo("WARN");
    }

    @Test
    void aFailureRefusesTheJobWithTheListAndAWaiverCreatesIt() throws Exception {
        ApiServer.checks = List.of(PASSED, FULL);
        HttpResponse<String> refused = create("[]");
        assertRefused(refused, "space: 9 MiB are free");
        assertThat(Json.read(refused.body()).path("checks").path(1)).isEqualTo(Json.read("""
                {"name":"space","outcome":"FAIL","detail":"9 MiB are free","advice":"add nodes","waivable":true}"""));
        assertCreated(create("[\"space\"]"));
    }

    @Test
    void aWaiverOfAnotherCheckCreatesNothing() throws Exception {
        ApiServer.checks = List.of(FULL, AWAY);
        assertRefused(create("[\"metadata_shards\"]"), "space: 9 MiB are free");
        assertRefused(create("[\"snaplinks\"]"), "space: 9 MiB are free; metadata_shards: shard 3");
        assertCreated(create("[\"metadata_shards\",\"space\"]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ["room"]               | there is no check "room"; checks that may be waived: metadata_shards,
            [5]                    | there is no check 5;
            [null]                 | there is no check null;
            "space"                | force must be a list of names
            {"space":true}         | force must be a list of names
            ["storage_node_known"] | can't be waived, because the job could not exist
            ["no_other_operation"] | can't be waived, because the job could not exist
            """)
    void aNameThatCanNotBeWaivedIsRejected(String force, String detail) throws Exception {
        HttpResponse<String> response = create(force);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).path("detail").asText()).contains(detail);
    }

    @Test
    void theChecksAreShownWithoutAJob() throws Exception {
        ApiServer.checks = List.of(PASSED, FULL);
        JsonNode shown =
                Json.read(get("/api/v1/storage-nodes/1.stor.d/preflight").body());
        assertThat(shown.path("storageNode").asText()).isEqualTo("1.stor.d");
        assertThat(shown.path("allowsJob").asBoolean()).isFalse();
        assertThat(shown.path("checks")).hasSize(2);
        assertThat(shown.path("checks").path(0).has("advice")).isFalse();
        ApiServer.checks = List.of(PASSED, WARNED);
        assertThat(Json.read(get("/api/v1/storage-nodes/1.stor.d/preflight").body())
                        .path("allowsJob")
                        .asBoolean())
                .isTrue();
        assertThat(get("/api/v1/storage-nodes/-/preflight").statusCode()).isEqualTo(400);
    }

    @Test
    void theLegacyRouteRunsNoChecks() throws Exception {
        ApiServer.checks = List.of(FULL);
        assertThat(post("/jobs", ApiServer.order("1.stor.d")).statusCode()).isEqualTo(200);
    }
}
