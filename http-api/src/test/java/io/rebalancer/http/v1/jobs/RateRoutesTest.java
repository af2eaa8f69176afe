package io.rebalancer.http.v1.jobs;

import static io.rebalancer.http.ApiServer.NEW;
import static io.rebalancer.http.ApiServer.RUNNING;
import static io.rebalancer.http.ApiServer.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.rates.RateCounts;
import io.rebalancer.core.rates.RateHistory;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.HistoryInMemory;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code GET /api/v1/jobs/ID/rates}. */
class RateRoutesTest {
    private static final String RATES = "/api/v1/jobs/" + RUNNING + "/rates";

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
        ApiServer.existing = id -> false;
        HistoryInMemory.rateHistory = HistoryInMemory::steadyRates;
    }

    private static JsonNode read(String parameters) throws Exception {
        HttpResponse<String> answer = get(RATES + parameters);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.read(answer.body());
    }

    @Test
    void stepsWithoutWorkAreThereAsZeros() throws Exception {
        JsonNode found = read("?from=2026-11-27T09:00:30Z&to=2026-11-27T09:06:00Z&points=6");
        assertThat(found.path("from").asText()).isEqualTo("2026-11-27T09:00:00Z");
        assertThat(found.path("to").asText()).isEqualTo("2026-11-27T09:06:00Z");
        assertThat(found.path("stepSeconds").asInt()).isEqualTo(60);
        assertThat(found.path("steps")).hasSize(6);
        assertThat(found.path("steps").path(0)).isEqualTo(Json.read("""
                {"at": "2026-11-27T09:00:00Z", "seconds": 60.0, "placed": 70, "copied": 65, "copiedBytes": 325000000,
                 "relocated": 60, "superseded": 2, "gone": 1, "duplicate": 0, "skipped": 4, "failed": 1,
                 "bytes": 300000000}"""));
        assertThat(found.path("steps").path(2).path("relocated").asInt(-1)).isZero();
        assertThat(found.has("recordedSince")).isFalse();
        JsonNode coarse = read("?from=2026-11-27T09:00:30Z&to=2026-11-27T09:06:00Z&points=5");
        assertThat(coarse.path("stepSeconds").asInt()).isEqualTo(300);
        assertThat(coarse.path("steps").path(1).path("seconds").asDouble()).isEqualTo(60);
    }

    @Test
    void theDefaultIsTheWholeHistoryInAtMost240Steps() throws Exception {
        assertThat(read("").path("steps").size()).isBetween(100, 240);
        assertThat(read("?window=900").path("steps").size()).isBetween(15, 16);
        assertThat(read("?to=1970-01-01T00:00:00Z").path("steps")).isEmpty();
    }

    @Test
    void whatTheFiguresLackIsStated() throws Exception {
        Instant since = Instant.parse("2026-11-27T09:00:00Z");
        HistoryInMemory.rateHistory = (job, range) -> Optional.of(new RateHistory(
                range,
                Collections.nCopies(range.steps(), RateCounts.ZERO),
                Optional.of(since),
                Optional.of(since.plusSeconds(5))));
        JsonNode found = read("?window=3600");
        assertThat(found.path("recordedSince").asText()).isEqualTo("2026-11-27T09:00:00Z");
        assertThat(found.path("behindSince").asText()).isEqualTo("2026-11-27T09:00:05Z");
    }

    @Test
    void aJobThatTheTablesDoNotHaveYetIsEmptyAndAnUnknownOneIsNotFound() throws Exception {
        UUID created = new UUID(1, 2);
        ApiServer.existing = created::equals;
        HistoryInMemory.rateHistory = (job, range) -> Optional.empty();
        HttpResponse<String> empty = get("/api/v1/jobs/" + created + "/rates");
        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(Json.read(empty.body()).path("steps")).isEmpty();
        HttpResponse<String> unknown = get("/api/v1/jobs/" + NEW + "/rates");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(Json.read(unknown.body()).path("code").asText()).isEqualTo("JOB_NOT_FOUND");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from=yesterday|from must be a time such as 2026-11-28T10:00:00Z, not yesterday",
                "to=12|to must be a time such as 2026-11-28T10:00:00Z, not 12",
                "points=1001|points must be 2 to 1000, not 1001",
                "points=many|points must be a whole number, not many",
                "window=59|window must be 60 to 315360000 seconds, not 59",
                "window=60&from=2026-11-27T09:00:00Z|give from or window, not both",
                "from=2026-11-27T09:00:00Z&to=2026-11-27T09:00:00Z|from must be before to: 2026-11-27T09:00:00Z is not"
                        + " before 2026-11-27T09:00:00Z"
            })
    void aMalformedParameterIsNamed(String parameters, String detail) throws Exception {
        HttpResponse<String> refused = get(RATES + "?" + parameters);
        assertThat(refused.statusCode()).isEqualTo(400);
        JsonNode problem = Json.read(refused.body());
        assertThat(problem.path("code").asText()).isEqualTo("BAD_REQUEST");
        assertThat(problem.path("detail").asText()).isEqualTo(detail);
    }

    @Test
    void extremeTimesAreNoErrors() throws Exception {
        assertThat(read("?from=-1000000000-01-01T00:00:00Z&to=%2B1000000000-12-31T23:59:59.999999999Z")
                        .path("steps"))
                .isNotEmpty();
        assertThat(read("?to=-1000000000-01-01T00:00:00Z&window=60").path("steps"))
                .isEmpty();
    }
}
