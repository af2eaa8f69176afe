package io.rebalancer.http.v1.jobs;

import static io.rebalancer.http.ApiServer.BROKEN;
import static io.rebalancer.http.ApiServer.ENDED;
import static io.rebalancer.http.ApiServer.NEW;
import static io.rebalancer.http.ApiServer.RUNNING;
import static io.rebalancer.http.ApiServer.STEPS;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.port;
import static io.rebalancer.http.ApiServer.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.HealthRoutes;
import io.rebalancer.http.server.HttpServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The v1 API, its events, and health. */
@Tag("slow")
class JobRoutesTest {
    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @Test
    void theCountsOfAJobAddUp() throws Exception {
        HttpResponse<String> answer = get("/api/v1/jobs/" + RUNNING);
        var job = Json.read(answer.body());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(job.path("state").asText()).isEqualTo("RUNNING");
        assertThat(job.path("discovered").asLong()).isEqualTo(6);
        assertThat(job.path("relocated").asLong()
                        + job.path("duplicate").asLong()
                        + job.path("skipped").asLong()
                        + job.path("inFlight").asLong())
                .isEqualTo(6);
    }

    @Test
    void errorsAreProblemDocuments() throws Exception {
        HttpResponse<String> unknown = get("/api/v1/jobs/" + NEW);
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(Json.read(unknown.body()).path("code").asText()).isEqualTo("JOB_NOT_FOUND");
        assertThat(Json.read(get("/api/v1/jobs/xyz").body()).path("code").asText())
                .isEqualTo("BAD_JOB_ID");
        HttpResponse<String> down = post("/api/v1/jobs", "{\"leavingNode\":\"down\"}");
        assertThat(down.statusCode()).isEqualTo(503);
        assertThat(down.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void anInternalErrorRevealsNoDetails() throws Exception {
        HttpResponse<String> answer = get("/api/v1/jobs/" + BROKEN);
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("reference").doesNotContain("secret").doesNotContain("at io.");
    }

    @Test
    void readinessListsTheMissingConditions() throws Exception {
        assertThat(get("/health/alive").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        ApiServer.waitingFor = List.of("storinfo has not answered yet");
        try {
            HttpResponse<String> answer = get("/health/ready");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("storinfo has not answered yet");
        } finally {
            ApiServer.waitingFor = List.of();
        }
    }

    @Test
    void theEventStreamIsPacedAndKeepsEveryException() throws Exception {
        HttpResponse<String> answer = get("/api/v1/jobs/" + RUNNING + "/events");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        List<String> types =
                answer.body().lines().filter(line -> line.startsWith("event:")).toList();
        assertThat(types).filteredOn("event:exception"::equals).hasSize(2);
        assertThat(types).filteredOn("event:state"::equals).hasSize(3);
        // A thousand steps arrive at once, and the stream shows at most four a second.
        assertThat(types).filteredOn("event:progress"::equals).hasSizeLessThan(20);
        assertThat(types).last().isEqualTo("event:state");
        assertThat(answer.body()).contains("id:" + (STEPS + 3));
    }

    @Test
    void eventIdsGrowAndOnlyTheLastExceptionOfARevisionCarriesAnId() throws Exception {
        String body = get("/api/v1/jobs/" + RUNNING + "/events").body();
        List<Long> ids = body.lines()
                .filter(line -> line.startsWith("id:"))
                .map(line -> Long.parseLong(line.substring(3)))
                .toList();
        assertThat(ids).isSorted();
        assertThat(ids).filteredOn(each -> each == 503).hasSize(1);
    }

    @Test
    void aReconnectedClientGetsOnlyTheEventsItMissed() throws Exception {
        String body = get("/api/v1/jobs/" + RUNNING + "/events", "Last-Event-ID", "503")
                .body();
        assertThat(body).doesNotContain("event:exception").contains("id:" + (STEPS + 3));
        String again =
                get("/api/v1/jobs/" + RUNNING + "/events?lastEventId=502").body();
        assertThat(again.lines().filter("event:exception"::equals)).hasSize(2);
    }

    @Test
    void aClientOfAnEndedJobGets204() throws Exception {
        assertThat(get("/api/v1/jobs/" + ENDED + "/events", "Last-Event-ID", String.valueOf(STEPS + 3))
                        .statusCode())
                .isEqualTo(204);
        assertThat(get("/api/v1/jobs/" + ENDED + "/events", "Last-Event-ID", "soon")
                        .statusCode())
                .isEqualTo(400);
        assertThat(get("/api/v1/jobs/" + NEW + "/events").statusCode()).isEqualTo(404);
    }

    @Test
    void aPortInUseIsNamedInTheError() {
        assertThatThrownBy(() -> HttpServer.start(
                                ApiServer.system(),
                                "manager",
                                new HttpSettings("127.0.0.1", port),
                                HealthRoutes.routes(() -> CompletableFuture.completedFuture(List.of())))
                        .toCompletableFuture()
                        .get())
                .hasCauseInstanceOf(SettingsFault.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aDroppedClientIsInformed() throws Exception {
        ApiServer.feedFailure = Optional.of(new JobFeed.SubscriberDropped("the client is too slow"));
        try {
            String body = get("/api/v1/jobs/" + RUNNING + "/events").body();
            assertThat(body).endsWith("data:{\"detail\":\"the client is too slow\"}\nevent:dropped\n\n");
        } finally {
            ApiServer.feedFailure = Optional.empty();
        }
    }
}
