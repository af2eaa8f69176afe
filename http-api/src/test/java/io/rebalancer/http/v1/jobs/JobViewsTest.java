package io.rebalancer.http.v1.jobs;

import static io.rebalancer.http.ApiServer.RUNNING;
import static io.rebalancer.http.ApiServer.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The JSON of API v1, field by field: clients depend on it. */
class JobViewsTest {
    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @Test
    void aJobIsOneFlatObject() throws Exception {
        assertThat(Json.read(get("/api/v1/jobs/" + RUNNING).body())).isEqualTo(Json.read("""
                {"id":"11111111-1111-4111-8111-111111111111","revision":9,"state":"RUNNING",
                 "actions":["pause","cancel"],
                 "leavingNode":"1.stor.d","datacenter":"dc1","pass":1,"maxObjects":0,
                 "discovered":6,"relocated":1,"superseded":0,"gone":0,"duplicate":1,"skipped":1,"failed":0,
                 "skippedBy":{"no_destination":1},"failedBy":{},"excluded":0,"inFlight":3,"assignmentsInFlight":2,
                 "bytes":5,"shards":[],"releasesPending":0,"orphanedCopies":0,
                 "verification":{"progress":{"shards":8,"verified":3,"rowsRead":1000,"rowsNaming":2}},
                 "waiting":[{"cause":"metadata_shard","since":"1970-01-01T00:00:00Z",
                 "detail":"shard 7 does not answer"}]}
                """));
    }

    @Test
    void aFailedJobShowsReasonTuningAndShards() throws Exception {
        UnmovedRecord failed = new UnmovedRecord(
                new RecordRef(2, "/o/stor/1"), UnmovedRecord.Kind.FAILED, Reason.METADATA_UPDATE_FAILED, "refused");
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(
                        new CopyLocation("dc1", new StorageNodeId("1.stor.d")), 7, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS))
                .apply(new JobEvent.RecordsExcepted(
                        List.of(failed), Map.of(2, ScanPosition.at(ScanColumn.ID, 50, "", 3))))
                .apply(new JobEvent.CommitParallelismSet(40))
                .apply(new JobEvent.JobEnded(JobPhase.FAILED, "the disk is full", Instant.EPOCH));
        JsonNode job = Json.read(Json.write(JobView.of(new UUID(0, 1), JobUpdate.current(5, state.outline()))));
        assertThat(job).isEqualTo(Json.read("""
                {"id":"00000000-0000-0000-0000-000000000001","revision":5,"state":"FAILED","actions":["retry"],
                 "leavingNode":"1.stor.d","datacenter":"dc1","pass":1,"maxObjects":7,
                 "discovered":1,"relocated":0,"superseded":0,"gone":0,"duplicate":0,"skipped":0,"failed":1,
                 "skippedBy":{},"failedBy":{"metadata_update_failed":1},"excluded":3,"inFlight":0,
                 "assignmentsInFlight":0,"bytes":0,"reason":"the disk is full","tuning":{"commitParallelism":40},
                 "shards":[{"number":2,"column":"_id","nextId":50}],"releasesPending":0,"orphanedCopies":0}
                """));
    }

    @Test
    void aStreamedJobShowsWhatItWaitsForUntilItHasEnded() throws Exception {
        JobWait wait = new JobWait(JobWait.Cause.AGENT_BUSY, Instant.EPOCH, Optional.empty(), "2.stor.d is busy");
        JobState running = JobState.EMPTY.apply(
                new JobEvent.JobCreated(new CopyLocation("dc1", new StorageNodeId("1.stor.d")), 0, Instant.EPOCH));
        JobUpdate update = JobUpdate.current(1, running.outline()).with(Optional.of(List.of(wait)));
        List<ServerSentEvent> events =
                new PacedUpdates(update.asProgress()).toServerSentEvents(new UUID(0, 1), JobPosition.after(0));
        assertThat(events).extracting(ServerSentEvent::getEventType).containsExactly(Optional.of("progress"));
        assertThat(Json.read(events.get(0).getData()).path("waiting")).isEqualTo(Json.read("""
                [{"cause":"agent_busy","since":"1970-01-01T00:00:00Z","detail":"2.stor.d is busy"}]
                """));
        JobState ended = running.apply(new JobEvent.JobEnded(JobPhase.FAILED, "the disk is full", Instant.EPOCH));
        assertThat(JobUpdate.current(2, ended.outline())
                        .with(Optional.of(List.of(wait)))
                        .waiting())
                .isEmpty();
    }

    @Test
    void aJobInTheListIsOneFlatObject() throws Exception {
        JsonNode list = Json.read(get("/api/v1/jobs?limit=1").body());
        assertThat(list).isEqualTo(Json.read("""
                {"jobs":[{"id":"00000000-0000-0000-0000-000000000000","leavingNode":"0.stor.d","datacenter":"dc0",
                 "state":"RUNNING","reason":"","createdAt":"1970-01-01T00:00:00Z","endedAt":null,"pass":1,"epoch":1,
                 "discovered":10,"relocated":5,"superseded":0,"gone":0,"duplicate":0,"skipped":1,"failed":0,
                 "inFlight":4,"bytes":100}],"next":"1"}
                """));
    }

    @Test
    void listAndStreamShowTheSameExceptionAndTheListItsAttempts() throws Exception {
        JsonNode listed = Json.read(
                        get("/api/v1/jobs/" + RUNNING + "/exceptions").body())
                .path("exceptions")
                .path(1);
        List<String> lines =
                get("/api/v1/jobs/" + RUNNING + "/events").body().lines().toList();
        int first = lines.indexOf("event:exception");
        String streamed = lines.subList(Math.max(0, first - 2), lines.size()).stream()
                .filter(line -> line.startsWith("data:") && line.contains("\"key\""))
                .findFirst()
                .orElseThrow()
                .substring("data:".length());
        String common = "{\"shard\":1,\"key\":\"/o/stor/1\",\"kind\":\"skipped\",\"reason\":\"no_destination\","
                + "\"retryClass\":\"pressure\",\"detail\":\"no node has room\",\"pass\":1";
        assertThat(streamed).isEqualTo(common + "}");
        assertThat(listed.toString()).startsWith(common + ",\"attempts\":2,");
    }
}
