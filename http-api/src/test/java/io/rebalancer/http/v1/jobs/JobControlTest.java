package io.rebalancer.http.v1.jobs;

import static io.rebalancer.http.ApiServer.ENDED;
import static io.rebalancer.http.ApiServer.NEW;
import static io.rebalancer.http.ApiServer.RUNNING;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.post;
import static io.rebalancer.http.ApiServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Creating, retrying and tuning jobs over API v1. */
class JobControlTest {
    private static final String JOBS = "/api/v1/jobs";

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @AfterEach
    void resetTuning() {
        ApiServer.parallelism = 0;
    }

    private static HttpResponse<String> tune(UUID jobId, String body) throws Exception {
        return send("PATCH", JOBS + "/" + jobId + "/tuning", body);
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) throws Exception {
        JsonNode problem = Json.read(response.body());
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("detail").asText()).isNotEmpty().doesNotContain("\n");
    }

    @Test
    void aJobIsCancelledAndTheReplyStatesWhatItWaitsFor() throws Exception {
        HttpResponse<String> response = post(JOBS + "/" + RUNNING + "/cancel", "");
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(Json.read(response.body()).has("waiting")).isTrue();
        assertProblem(post(JOBS + "/" + ENDED + "/cancel", ""), 409, "JOB_NOT_RUNNING");
        assertProblem(post(JOBS + "/" + NEW + "/cancel", ""), 404, "JOB_NOT_FOUND");
    }

    @Test
    void aJobIsPausedAndResumed() throws Exception {
        HttpResponse<String> paused = post(JOBS + "/" + RUNNING + "/pause", "");
        assertThat(paused.statusCode()).as("agents have not confirmed yet").isEqualTo(202);
        assertThat(Json.read(paused.body()).has("waiting")).isTrue();
        assertThat(post(JOBS + "/" + RUNNING + "/resume", "").statusCode()).isEqualTo(200);
        for (String action : new String[] {"pause", "resume"}) {
            assertProblem(post(JOBS + "/" + ENDED + "/" + action, ""), 409, "JOB_NOT_RUNNING");
            assertProblem(post(JOBS + "/" + NEW + "/" + action, ""), 404, "JOB_NOT_FOUND");
        }
    }

    @Test
    void createRepliesWithTheIdAndItsLocation() throws Exception {
        HttpResponse<String> response = post(JOBS, "{\"leavingNode\":\"1.stor.d\",\"maxObjects\":7}");
        UUID id = new UUID(NEW.getMostSignificantBits(), 7);
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.body()).isEqualTo("{\"id\":\"" + id + "\"}");
        assertThat(response.headers().firstValue("Location")).contains(JOBS + "/" + id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"leavingNode\":5}", "{\"leavingNode\":\"1\",\"maxObjects\":-1}"})
    void createRejectsAMalformedBody(String body) throws Exception {
        assertProblem(post(JOBS, body), 400, "BAD_REQUEST");
    }

    @Test
    void retryCreatesANewJob() throws Exception {
        HttpResponse<String> response = post(JOBS + "/" + ENDED + "/retry", "");
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.body()).isEqualTo("{\"id\":\"" + NEW + "\"}");
        assertThat(response.headers().firstValue("Location")).contains(JOBS + "/" + NEW);
    }

    @Test
    void someExceptionsAreRetriedByTheirReasons() throws Exception {
        HttpResponse<String> response =
                post(JOBS + "/" + ENDED + "/retry", "{\"reasons\":[\"md5_mismatch\",\"no_destination\"]}");
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(ApiServer.retried).containsExactlyInAnyOrder(Reason.MD5_MISMATCH, Reason.NO_DESTINATION);
    }

    @Test
    void aJobThatRunsRetriesSomeExceptionsInItsNextPass() throws Exception {
        HttpResponse<String> response = post(JOBS + "/" + RUNNING + "/retry", "{\"reasons\":[\"unrecoverable\"]}");
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(Json.read(response.body()).path("id").asText()).isEqualTo(RUNNING.toString());
        assertThat(Json.read(response.body()).has("state")).isTrue();
        assertThat(response.headers().firstValue("Location")).isEmpty();
        assertThat(ApiServer.retried).containsExactly(Reason.UNRECOVERABLE);
        assertProblem(post(JOBS + "/" + NEW + "/retry", "{\"reasons\":[\"unrecoverable\"]}"), 404, "JOB_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "[]", "{\"reasons\":[]}", "{\"reasons\":\"x\"}", "{\"reasons\":[\"x\"]}", "{\"reason\":1}"})
    void aRetryWithAMalformedBodyIsRefused(String body) throws Exception {
        int before = ApiServer.performed.get();
        assertProblem(post(JOBS + "/" + ENDED + "/retry", body), 400, "BAD_REQUEST");
        assertThat(ApiServer.performed).hasValue(before);
    }

    @Test
    void retryReportsWhyItIsRefused() throws Exception {
        assertProblem(post(JOBS + "/" + RUNNING + "/retry", ""), 409, "NODE_ALREADY_LEAVING");
        assertProblem(post(JOBS + "/" + NEW + "/retry", ""), 404, "JOB_NOT_FOUND");
        assertProblem(post(JOBS + "/xyz/retry", ""), 400, "BAD_JOB_ID");
        assertThat(get(JOBS + "/" + ENDED + "/retry").statusCode()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 250})
    void tuningAppliesToARunningJobAndIsShown(int parallelism) throws Exception {
        assertThat(Json.read(get(JOBS + "/" + RUNNING).body()).has("tuning")).isFalse();
        HttpResponse<String> response = tune(RUNNING, "{\"commitParallelism\":" + parallelism + "}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"commitParallelism\":" + parallelism + "}");
        assertThat(ApiServer.parallelism).isEqualTo(parallelism);
        assertThat(Json.read(get(JOBS + "/" + RUNNING).body()).path("tuning"))
                .isEqualTo(Json.read("{\"commitParallelism\":" + parallelism + "}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {bad                             | the body is not JSON
            []                               | the body must be a JSON object
            ``                               | the body must be a JSON object
            {}                               | commitParallelism is missing
            {"commitParallelism":0}          | commitParallelism must be a whole number from 1 to 250, not 0
            {"commitParallelism":-1}         | commitParallelism must be a whole number from 1 to 250, not -1
            {"commitParallelism":251}        | commitParallelism must be a whole number from 1 to 250, not 251
            {"commitParallelism":9999999999} | commitParallelism is out of range: 9999999999
            {"commitParallelism":1.5}        | commitParallelism must be a whole number, not 1.5
            {"commitParallelism":2.0}        | commitParallelism must be a whole number, not 2.0
            {"commitParallelism":"32"}       | commitParallelism must be a whole number, not "32"
            {"commitParallelism":true}       | commitParallelism must be a whole number, not true
            {"commitParallelism":null}       | commitParallelism must be a whole number, not null
            {"commitParallelism":32,"x":1}   | unknown field x; known fields: commitParallelism
            """)
    void tuningRejectsAMalformedBody(String body, String detail) throws Exception {
        HttpResponse<String> response = tune(RUNNING, body);
        assertProblem(response, 400, "BAD_REQUEST");
        assertThat(Json.read(response.body()).path("detail").asText()).startsWith(detail);
        assertThat(ApiServer.parallelism).isZero();
    }

    @Test
    void tuningReportsWhyItIsRefused() throws Exception {
        String body = "{\"commitParallelism\":32}";
        assertProblem(tune(NEW, body), 404, "JOB_NOT_FOUND");
        assertProblem(tune(ENDED, body), 409, "JOB_NOT_RUNNING");
        assertProblem(send("PATCH", JOBS + "/xyz/tuning", body), 400, "BAD_JOB_ID");
        assertThat(send("PUT", JOBS + "/" + RUNNING + "/tuning", body).statusCode())
                .isEqualTo(405);
    }
}
