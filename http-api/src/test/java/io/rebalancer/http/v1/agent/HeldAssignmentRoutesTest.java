package io.rebalancer.http.v1.agent;

import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.port.HeldAssignments;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HeldAssignmentRoutesTest {
    private static final UUID FINISHED = new UUID(0, 1);
    private static final UUID RUNNING = new UUID(0, 2);
    private static final UUID JOB = new UUID(0, 9);
    private static final String PATH = "/api/v1/agent/assignments";

    private static final HeldAssignments HELD = new HeldAssignments() {
        @Override
        public CompletionStage<HeldPage> list(Optional<UUID> after, int limit) {
            List<Line> lines = List.of(new Line(FINISHED, JOB, 2, 2, 1), new Line(RUNNING, JOB, 3, 1, 0));
            List<Line> following = lines.subList(after.map(FINISHED::equals).orElse(false) ? 1 : 0, 2);
            return CompletableFuture.completedFuture(
                    new HeldPage(following.stream().limit(limit).toList(), following.size() > limit));
        }

        @Override
        public CompletionStage<Drop> drop(UUID assignmentId, boolean force) {
            Drop result = assignmentId.equals(RUNNING) && !force
                    ? Drop.IN_PROGRESS
                    : assignmentId.equals(RUNNING) || assignmentId.equals(FINISHED) ? Drop.DROPPED : Drop.UNKNOWN;
            return CompletableFuture.completedFuture(result);
        }
    };

    @BeforeAll
    static void start() throws Exception {
        ApiServer.serve("agent", new HeldAssignmentRoutes(HELD).routes());
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @Test
    void heldAssignmentsAreListed() throws Exception {
        JsonNode list = Json.read(get(PATH).body()).path("assignments");
        assertThat(list).hasSize(2);
        assertThat(list.path(0))
                .isEqualTo(Json.read("{\"id\":\"" + FINISHED + "\",\"jobId\":\"" + JOB
                        + "\",\"tasks\":2,\"ended\":2,\"failed\":1}"));
    }

    @Test
    void aListIsReadPageByPage() throws Exception {
        JsonNode first = Json.read(get(PATH + "?limit=1").body());
        assertThat(first.path("assignments")).hasSize(1);
        assertThat(first.path("next").asText()).isEqualTo(FINISHED.toString());
        JsonNode last = Json.read(get(PATH + "?limit=1&after=" + FINISHED).body());
        assertThat(last.path("assignments").path(0).path("id").asText()).isEqualTo(RUNNING.toString());
        assertThat(last.has("next")).isFalse();
        assertThat(get(PATH + "?after=x").body()).contains("not a page cursor: x");
    }

    @Test
    void anAssignmentWithCopiesInProgressIsDroppedByForceOnly() throws Exception {
        HttpResponse<String> refused = send("DELETE", PATH + "/" + RUNNING, "");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("?force=true");
        assertThat(send("DELETE", PATH + "/" + RUNNING + "?force=true", "").statusCode())
                .isEqualTo(204);
        assertThat(send("DELETE", PATH + "/" + FINISHED, "").statusCode()).isEqualTo(204);
    }

    @Test
    void whatIsUnknownOrMalformedIsRefused() throws Exception {
        assertThat(send("DELETE", PATH + "/" + new UUID(0, 7), "").statusCode()).isEqualTo(404);
        assertThat(send("DELETE", PATH + "/" + RUNNING + "?force=yes", "").body())
                .contains("force must be true or false");
        assertThat(send("DELETE", PATH + "/none", "").statusCode()).isEqualTo(404);
    }
}
