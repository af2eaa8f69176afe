package io.rebalancer.http.legacy;

import static io.rebalancer.http.ApiServer.ENDED;
import static io.rebalancer.http.ApiServer.NEW;
import static io.rebalancer.http.ApiServer.RUNNING;
import static io.rebalancer.http.ApiServer.calls;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.order;
import static io.rebalancer.http.ApiServer.post;
import static io.rebalancer.http.ApiServer.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.cluster.settings.Build;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The legacy manager's API (manta.md section 2). */
class LegacyJobRoutesTest {
    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @Test
    void theJobListHasTheLegacyShape() throws Exception {
        HttpResponse<String> answer = get("/jobs");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("[{\"id\":\"" + RUNNING + "\",\"action\":\"Evacuate\",\"state\":\"Running\"},"
                        + "{\"id\":\"" + ENDED + "\",\"action\":\"Evacuate\",\"state\":\"Complete\"},"
                        + "{\"id\":\"" + NEW + "\",\"action\":\"Evacuate\",\"state\":\"Failed\"}]");
        assertThat(answer.headers().firstValue("Server"))
                .contains("rebalancer-manager " + Build.VERSION + " (no-STAMP)");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    }

    @Test
    void theJobStatusCountsEveryRecordOnce() throws Exception {
        assertThat(get("/jobs/" + RUNNING).body())
                .isEqualTo("{\"config\":{\"action\":\"Evacuate\",\"from_shark\":{\"manta_storage_id\":\"1.stor.d\","
                        + "\"datacenter\":\"dc1\"}},\"results\":{\"Unprocessed\":0,\"Assigned\":1,\"Skipped\":2,"
                        + "\"Error\":0,\"Post Processing\":1,\"Complete\":1,\"Duplicates\":1,\"Total\":6,"
                        + "\"skip_breakdown\":{\"no_destination\":2}},"
                        + "\"state\":\"Running\"}");
    }

    @Test
    void createRepliesWithTheBareId() throws Exception {
        HttpResponse<String> answer = post("/jobs", order("1.stor.d"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(new UUID(NEW.getMostSignificantBits(), 0) + "\n");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0    | 0
            null | 0
            7    | 7
            4294967295 | 4294967295
            """)
    void createReadsTheRecordLimit(String given, long records) throws Exception {
        String body =
                "{\"extra\":1,\"params\":{\"max_objects\":" + given + ",\"from_shark\":\"1\"},\"action\":\"evacuate\"}";
        assertThat(post("/jobs", body).body().strip())
                .isEqualTo(new UUID(NEW.getMostSignificantBits(), records).toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {bad                                                                | not JSON
            `[]`                                                                | JSON object
            ``                                                                  | JSON object
            {"action":"rebalance","params":{"from_shark":"1"}}                  | action
            {"action":"evacuate"}                                               | from_shark
            {"action":"evacuate","params":{"from_shark":5}}                     | from_shark
            {"action":"evacuate","params":{"from_shark":" "}}                   | from_shark
            {"action":"evacuate","params":{"from_shark":"1","max_objects":-1}}  | max_objects
            {"action":"evacuate","params":{"from_shark":"1","max_objects":1.5}} | max_objects
            {"action":"evacuate","params":{"from_shark":"1","max_objects":"9"}} | max_objects
            {"action":"evacuate","params":{"from_shark":"1","max_objects":4294967296}} | max_objects
            """)
    void createRejectsAMalformedBodyInOneLine(String body, String expected) throws Exception {
        HttpResponse<String> answer = post("/jobs", body);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body().strip())
                .contains(expected)
                .doesNotContain("\n")
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource({"unknown, 400, unknown storage node", "leaving, 409, already empties it", "down, 503, 127.0.0.1:1"})
    void createReportsWhyItIsRefused(String node, int status, String expected) throws Exception {
        HttpResponse<String> answer = post("/jobs", order(node));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body().strip()).contains(expected).doesNotContain("\n");
    }

    @Test
    void errorsHaveTheLegacyTexts() throws Exception {
        assertThat(get("/jobs/xyz").statusCode()).isEqualTo(400);
        assertThat(get("/jobs/xyz").body()).isEqualTo("Invalid UUID: xyz");
        assertThat(get("/jobs/" + NEW).statusCode()).isEqualTo(400);
        assertThat(get("/jobs/" + NEW).body()).isEqualTo("Could not find job UUID: " + NEW);
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/nothing").body()).isEmpty();
        HttpResponse<String> wrongVerb = calls().delete("/jobs");
        assertThat(wrongVerb.statusCode()).isEqualTo(405);
        assertThat(wrongVerb.body()).isEmpty();
    }

    @Test
    void updateChangesTheMetadataThreadsOfARunningJob() throws Exception {
        HttpResponse<String> answer = put(RUNNING.toString(), "{\"action\":\"set_metadata_threads\",\"params\":30}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(ApiServer.parallelism).isEqualTo(30);
    }

    /** The checks of manta.md 2.5 in their order: errors of the job come before errors of the body. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            xyz                                  | {bad                                          | 400 | Invalid UUID "xyz":
            33333333-3333-4333-8333-333333333333 | {bad                                          | 400 | Could not find job 33333333-3333-4333-8333-333333333333
            22222222-2222-4222-8222-222222222222 | {bad                                          | 400 | Attempt to update job that is not running
            11111111-1111-4111-8111-111111111111 | {bad                                          | 422 | Could not parse Evacuate Update Message:
            11111111-1111-4111-8111-111111111111 | {"action":"set_speed","params":1}             | 422 | Could not parse Evacuate Update Message:
            11111111-1111-4111-8111-111111111111 | {"action":"set_metadata_threads"}             | 422 | Could not parse Evacuate Update Message:
            11111111-1111-4111-8111-111111111111 | {"action":"set_metadata_threads","params":-1} | 422 | Could not parse Evacuate Update Message:
            11111111-1111-4111-8111-111111111111 | {"action":"set_metadata_threads","params":0}  | 400 | Cannot set metadata update threads below 1
            11111111-1111-4111-8111-111111111111 | {"action":"set_metadata_threads","params":251} | 400 | Cannot set metadata update threads above 250
            """)
    void updateRejectsWithTheLegacyTexts(String id, String body, int status, String expected) throws Exception {
        HttpResponse<String> answer = put(id, body);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).startsWith(expected);
    }

    @Test
    void retryCreatesANewJob() throws Exception {
        HttpResponse<String> answer = post("/jobs/" + ENDED + "/retry", "anything");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(NEW + "\n");
        assertThat(post("/jobs/" + RUNNING + "/retry", "").statusCode()).isEqualTo(409);
        HttpResponse<String> unknown = post("/jobs/" + NEW + "/retry", "");
        assertThat(unknown.statusCode()).isEqualTo(500);
        assertThat(unknown.body()).startsWith("Could not find job with UUID " + NEW + ": ");
        assertThat(post("/jobs/xyz/retry", "").statusCode()).isEqualTo(500);
    }

    /** manta.md 2.6; the header is the one of N's generated client. */
    @Test
    void aClientOfTheRewriteGetsItsOwnForm() throws Exception {
        HttpResponse<String> status = get("/jobs/" + RUNNING, "api-version", "1.0.0");
        assertThat(status.statusCode()).isEqualTo(200);
        assertThat(Json.read(status.body()).path("results")).hasSize(8).allMatch(JsonNode::isIntegralNumber);
        assertThat(get("/jobs", "api-version", "1.0.0").body())
                .isEqualTo(get("/jobs").body());

        HttpResponse<String> unknown = get("/jobs/" + NEW, "api-version", "1.0.0");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(Json.read(unknown.body()).path("message").asText()).isEqualTo("Could not find job UUID: " + NEW);
        assertThat(Json.read(unknown.body()).path("request_id").asText()).isNotEmpty();

        HttpResponse<String> created = send("POST", "/jobs", order("1.stor.d"));
        assertThat(created.statusCode()).isEqualTo(200);
        assertThat(created.body()).isEqualTo("\"" + new UUID(NEW.getMostSignificantBits(), 0) + "\"");
        HttpResponse<String> updated =
                send("PUT", "/jobs/" + RUNNING, "{\"action\":\"set_metadata_threads\",\"params\":30}");
        assertThat(updated.statusCode()).isEqualTo(204);
        assertThat(updated.body()).isEmpty();
    }

    private static HttpResponse<String> send(String method, String path, String body) throws Exception {
        return ApiServer.calls().send(method, path, body, "api-version", "1.0.0", "Content-Type", "application/json");
    }
}
