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
import java.util.regex.Pattern;
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
    void eachEventHasAnIdOfItsOwn() throws Exception {
        List<String> ids =
                idsAndTypes(get("/api/v1/jobs/" + RUNNING + "/events").body());
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids).contains("exception 503.1", "exception 503");
    }

    /** Each line is the name of an event and its id. */
    private static List<String> idsAndTypes(String body) {
        return Pattern.compile("event:(\\w+)\nid:(\\S+)")
                .matcher(body)
                .results()
                .map(event -> event.group(1) + " " + event.group(2))
                .toList();
    }

    @Test
    void aReconnectedClientGetsOnlyTheEventsItMissed() throws Exception {
        String path = "/api/v1/jobs/" + RUNNING + "/events";
        List<String> all = idsAndTypes(get(path).body()).stream()
                .filter(event -> !event.startsWith("progress"))
                .toList();
        assertThat(all).hasSize(5);
        for (int i = 0; i < all.size(); i++) {
            String id = all.get(i).substring(all.get(i).indexOf(' ') + 1);
            List<String> later = idsAndTypes(get(path + "?lastEventId=" + id).body());
            assertThat(later)
                    .as("after %s", all.get(i))
                    .filteredOn(event -> !event.startsWith("progress"))
                    .containsExactlyElementsOf(all.subList(i + 1, all.size()));
        }
        assertThat(get(path, "Last-Event-ID", "503").body()).doesNotContain("event:exception");
    }

    @Test
    void aClientOfAnEndedJobGets204() throws Exception {
        assertThat(get("/api/v1/jobs/" + ENDED + "/events", "Last-Event-ID", String.valueOf(STEPS + 3))
                        .statusCode())
                .isEqualTo(204);
        assertThat(get("/api/v1/jobs/" + ENDED + "/events", "Last-Event-ID", "soon")
                        .statusCode())
                .isEqualTo(400);
        assertThat(get("/api/v1/jobs/" + RUNNING + "/events?lastEventId=5.x").statusCode())
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
