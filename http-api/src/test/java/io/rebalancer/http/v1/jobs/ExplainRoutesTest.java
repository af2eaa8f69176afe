package io.rebalancer.http.v1.jobs;

import static io.rebalancer.http.ApiServer.EXPLANATIONS;
import static io.rebalancer.http.ApiServer.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.estimate.MeasuredPass;
import io.rebalancer.core.estimate.MeasuredRate;
import io.rebalancer.core.estimate.PassEstimate;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.EndEstimate;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.explain.Attempt;
import io.rebalancer.core.explain.AttemptHistory;
import io.rebalancer.core.explain.FoundRecord;
import io.rebalancer.core.explain.JobFigures;
import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.core.explain.ObjectInFlight;
import io.rebalancer.core.explain.RecordExplanation;
import io.rebalancer.core.explain.RecordStatus;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ExplainService.LookupRefused;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The explanation of an object over a real socket. */
class ExplainRoutesTest {
    private static final UUID JOB = new UUID(1, 1);
    private static final UUID OBJECT = new UUID(2, 2);
    private static final String WHY = "/api/v1/jobs/" + JOB + "/why";
    private static final CopyLocation NODE = new CopyLocation("dc1", new StorageNodeId("1.stor.d"));

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    private static ObjectExplanation explained(UUID job, String subject) {
        RecordRef ref = new RecordRef(3, "/65e1/stor/a b");
        MetadataRecord record = new MetadataRecord(
                ref,
                "1A2B",
                OBJECT,
                new UUID(3, 3),
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of(NODE),
                "{}");
        Attempt attempt = new Attempt(
                1,
                Optional.of(Instant.EPOCH),
                Optional.empty(),
                Optional.of("9.stor.d"),
                UnmovedRecord.Kind.FAILED,
                Reason.MD5_MISMATCH,
                "wrong bytes");
        return ObjectExplanation.found(
                job,
                subject,
                List.of(new RecordExplanation(
                        new FoundRecord(ref, Optional.of(record), ""),
                        RecordStatus.IN_FLIGHT,
                        new AttemptHistory(true, List.of(attempt), 12),
                        Optional.of(new ObjectInFlight(
                                OBJECT, new UUID(4, 4), NODE, AssignmentState.ACCEPTED, Optional.of(Instant.EPOCH))),
                        "It is copied.",
                        Optional.empty(),
                        "",
                        "Nothing has to be done.")),
                Map.of(2, "away"));
    }

    @Test
    void anObjectIsExplainedByItsIdOrItsKey() throws Exception {
        EXPLANATIONS.explanation = ExplainRoutesTest::explained;
        JsonNode why = Json.read(get(WHY + "?object=" + OBJECT).body());
        assertThat(why.path("jobId").asText()).isEqualTo(JOB.toString());
        assertThat(why.path("subject").asText()).isEqualTo(OBJECT.toString());
        assertThat(why.path("unknownShards").path(0).path("shard").asInt()).isEqualTo(2);
        JsonNode record = why.path("records").path(0);
        assertThat(record.path("status").asText()).isEqualTo("in_flight");
        assertThat(record.path("now").path("copies").path(0).path("storageNode").asText())
                .isEqualTo("1.stor.d");
        assertThat(record.path("attempts").path(0).path("reason").asText()).isEqualTo("md5_mismatch");
        assertThat(record.path("attemptCount").asInt()).isEqualTo(12);
        assertThat(record.path("inFlight").path("state").asText()).isEqualTo("accepted");
        assertThat(record.path("next").asText()).isEqualTo("It is copied.");
        assertThat(record.has("rule")).as("nothing blocks it").isFalse();

        assertThat(Json.read(get(WHY + "?key=%2F65e1%2Fstor%2Fa%20b").body())
                        .path("subject")
                        .asText())
                .isEqualTo("/65e1/stor/a b");
    }

    @Test
    void theBlockersOfAJobAreListedWithItsBottleneck() throws Exception {
        JsonNode found = Json.read(get("/api/v1/jobs/" + JOB + "/blockers").body());
        assertThat(found.path("state").asText()).isEqualTo("RUNNING");
        assertThat(found.path("bottleneck").asText()).isEqualTo("agents");
        assertThat(found.path("figures").asText()).isEqualTo("9 records wait for copies");
        assertThat(found.path("rates").path("copied").asInt()).isEqualTo(3);
        JsonNode blocker = found.path("blockers").path(0);
        assertThat(blocker.path("cause").asText()).isEqualTo("agent_busy");
        assertThat(blocker.has("records")).isFalse();
    }

    @Test
    void theProgressOfAJobHasItsEstimate() throws Exception {
        Instant madeAt = Instant.parse("2026-11-26T10:00:00Z");
        EXPLANATIONS.figures = new JobFigures(
                JobState.EMPTY.outline(),
                Optional.of(new MeasuredPass(
                        new PassEstimate(
                                Optional.of(madeAt.plusSeconds(60)),
                                Optional.of(madeAt.plusSeconds(90)),
                                Optional.of(25),
                                "measured"),
                        new MeasuredRate(60, 120, 6000, 0.1),
                        List.of(new EndEstimate(
                                madeAt,
                                25,
                                madeAt.plusSeconds(60),
                                madeAt.plusSeconds(90),
                                Optional.of(madeAt.plusSeconds(75)))))));
        JsonNode found = Json.read(get("/api/v1/jobs/" + JOB + "/progress").body());
        assertThat(found.path("eta").path("p50").asText()).isEqualTo("2026-11-26T10:01:00Z");
        assertThat(found.path("eta").path("p90").asText()).isEqualTo("2026-11-26T10:01:30Z");
        assertThat(found.path("rate").path("bytesPerSecond").asDouble()).isEqualTo(100);
        assertThat(found.path("stages").path("toCopy").path("records").asInt()).isZero();
        assertThat(found.path("estimates").path(0).path("timesEstimated").asDouble())
                .isEqualTo(1.25);
    }

    @Test
    void theProgressOfAJobOfAnEarlierBuildHasAReason() throws Exception {
        EXPLANATIONS.figures = new JobFigures(JobState.EMPTY.outline(), Optional.empty());
        JsonNode eta =
                Json.read(get("/api/v1/jobs/" + JOB + "/progress").body()).path("eta");
        assertThat(eta.has("p50")).isFalse();
        assertThat(eta.path("basis").asText()).startsWith("unknown, because the job runs on a manager of an earlier");
    }

    @Test
    void aFurtherLookupIsRefusedWith503() throws Exception {
        EXPLANATIONS.explanation = (job, subject) -> {
            throw new LookupRefused(4);
        };
        HttpResponse<String> refused = get(WHY + "?object=" + OBJECT);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(Json.read(refused.body()).path("code").asText()).isEqualTo("TOO_MANY_LOOKUPS");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?object=x", "?key=stor", "?object=00000000-0000-0002-0000-000000000002&key=/a"})
    void aQuestionWithoutOneSubjectIsRefused(String query) throws Exception {
        HttpResponse<String> refused = get(WHY + query);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Json.read(refused.body()).path("code").asText()).isEqualTo("BAD_REQUEST");
    }
}
