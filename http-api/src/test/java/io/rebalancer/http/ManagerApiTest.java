package io.rebalancer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.ObjectException;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.Tally;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.TierUnavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes over a real socket. */
class ManagerApiTest {
    private static final ActorTestKit KIT = ActorTestKit.create("api");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final UUID RUNNING = UUID.fromString("11111111-1111-4111-8111-111111111111");
    private static final UUID ENDED = UUID.fromString("22222222-2222-4222-8222-222222222222");
    private static final UUID NEW = UUID.fromString("33333333-3333-4333-8333-333333333333");
    private static final UUID BROKEN = UUID.fromString("44444444-4444-4444-8444-444444444444");
    private static final CopyLocation LEAVING = new CopyLocation("dc1", new StorageNodeId("1.stor.d"));
    private static final int STEPS = 1000;

    private static int port;
    private static List<String> waitingFor = List.of();
    private static int parallelism;

    @BeforeAll
    static void start() throws Exception {
        port = freePort();
        Jobs jobs = new Jobs();
        HttpServer.start(
                        KIT.system(),
                        "manager",
                        new HttpSettings("127.0.0.1", port),
                        ManagerApi.routes(jobs, new Feed(), () -> CompletableFuture.completedFuture(waitingFor)))
                .toCompletableFuture()
                .get();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    // A job half-way: one record relocated, one skipped, three in flight of which two are copied and one of these
    // failed.
    private static JobState runningState() {
        return JobState.EMPTY
                .apply(new JobEvent.JobCreated(LEAVING, 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH))
                .apply(new JobEvent.AssignmentPlanned(assignment(1, 1), Map.of()))
                .apply(new JobEvent.CopiesFinished(id(1), List.of()))
                .apply(new JobEvent.RelocationsCommitted(id(1), new Tally(1, 0, 0, 1, 5), List.of()))
                .apply(new JobEvent.RecordsExcepted(List.of(exception(9)), Map.of()))
                .apply(new JobEvent.AssignmentPlanned(assignment(2, 2), Map.of()))
                .apply(new JobEvent.AssignmentPlanned(assignment(3, 3, 4), Map.of()))
                .apply(new JobEvent.CopiesFinished(id(3), List.of(exception(4))));
    }

    private static UUID id(int number) {
        return new UUID(0, number);
    }

    private static RecordRef ref(int number) {
        return new RecordRef(1, "/o/stor/" + number);
    }

    private static ObjectException exception(int number) {
        return new ObjectException(
                ref(number), ObjectException.Kind.SKIPPED, Reason.NO_DESTINATION, "no node has room");
    }

    private static Assignment assignment(int id, int... tasks) {
        List<CopyTask> list = new ArrayList<>();
        for (int task : tasks) {
            list.add(
                    new CopyTask(ref(task), id(task), id(0), 5, new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="), List.of()));
        }
        return new Assignment(id(id), new CopyLocation("dc2", new StorageNodeId("2.stor.d")), list);
    }

    private static final class Jobs implements JobService {
        @Override
        public CompletionStage<UUID> create(String leavingNode, long maxRecords) {
            return switch (leavingNode) {
                case "unknown" ->
                    CompletableFuture.failedFuture(
                            new JobRefused(JobRefused.Code.UNKNOWN_STORAGE_NODE, "unknown storage node unknown"));
                case "leaving" ->
                    CompletableFuture.failedFuture(
                            new JobRefused(JobRefused.Code.NODE_ALREADY_LEAVING, "job x is emptying it already"));
                case "down" ->
                    CompletableFuture.failedFuture(
                            new TierUnavailable("shard 1 at 127.0.0.1:1: refused", new IOException("refused")));
                default -> CompletableFuture.completedFuture(new UUID(NEW.getMostSignificantBits(), maxRecords));
            };
        }

        @Override
        public CompletionStage<UUID> retry(UUID jobId) {
            return jobId.equals(ENDED)
                    ? CompletableFuture.completedFuture(NEW)
                    : CompletableFuture.failedFuture(
                            jobId.equals(RUNNING)
                                    ? new JobRefused(JobRefused.Code.NODE_ALREADY_LEAVING, "it is emptied already")
                                    : new JobRefused(JobRefused.Code.JOB_NOT_FOUND, "no such job"));
        }

        @Override
        public CompletionStage<Void> setCommitParallelism(UUID jobId, int records) {
            parallelism = records;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<List<Summary>> list() {
            return CompletableFuture.completedFuture(List.of(
                    new Summary(RUNNING, "1.stor.d", Instant.EPOCH, false, false),
                    new Summary(ENDED, "2.stor.d", Instant.EPOCH, true, false),
                    new Summary(NEW, "3.stor.d", Instant.EPOCH, true, true)));
        }

        @Override
        public CompletionStage<Optional<View>> get(UUID jobId) {
            if (jobId.equals(BROKEN)) {
                throw new IllegalStateException("a secret of the inside");
            }
            if (jobId.equals(RUNNING)) {
                return CompletableFuture.completedFuture(Optional.of(new View(jobId, 9, runningState())));
            }
            return CompletableFuture.completedFuture(
                    jobId.equals(ENDED)
                            ? Optional.of(
                                    new View(jobId, STEPS + 3, last(updates()).state()))
                            : Optional.empty());
        }
    }

    private static JobUpdate last(List<JobUpdate> updates) {
        return updates.get(updates.size() - 1);
    }

    /** A job of a thousand steps of progress with two exceptions in one of them. */
    private static List<JobUpdate> updates() {
        List<JobUpdate> updates = new ArrayList<>();
        JobState state = JobState.EMPTY.apply(new JobEvent.JobCreated(LEAVING, 0, Instant.EPOCH));
        updates.add(new JobUpdate(1, state, List.of()));
        state = state.apply(new JobEvent.PassStarted(1, Instant.EPOCH));
        updates.add(new JobUpdate(2, state, List.of()));
        for (int step = 0; step < STEPS; step++) {
            List<ObjectException> exceptions = step == 500 ? List.of(exception(1), exception(2)) : List.of();
            updates.add(new JobUpdate(3 + step, state, exceptions));
        }
        state = state.apply(new JobEvent.JobEnded(JobPhase.DONE, "", Instant.EPOCH));
        updates.add(new JobUpdate(3 + STEPS, state, List.of()));
        return updates;
    }

    private static final class Feed implements JobFeed {
        @Override
        public Source<JobUpdate, NotUsed> follow(UUID jobId, OptionalLong afterRevision) {
            return Source.from(updates()).filter(update -> update.revision() > afterRevision.orElse(0));
        }
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String order(String node) {
        return "{\"action\":\"evacuate\",\"params\":{\"from_shark\":\"" + node + "\"}}";
    }

    @Test
    void theOldListHasTheOldShape() throws Exception {
        HttpResponse<String> answer = get("/jobs");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("[{\"id\":\"" + RUNNING + "\",\"action\":\"Evacuate\",\"state\":\"Running\"},"
                        + "{\"id\":\"" + ENDED + "\",\"action\":\"Evacuate\",\"state\":\"Complete\"},"
                        + "{\"id\":\"" + NEW + "\",\"action\":\"Evacuate\",\"state\":\"Failed\"}]");
        assertThat(answer.headers().firstValue("Server")).contains("rebalancer-manager 0.1.0 (no-STAMP)");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    }

    @Test
    void theOldStatusCountsEveryRecordOnce() throws Exception {
        assertThat(get("/jobs/" + RUNNING).body())
                .isEqualTo("{\"config\":{\"action\":\"Evacuate\",\"from_shark\":{\"manta_storage_id\":\"1.stor.d\","
                        + "\"datacenter\":\"dc1\"}},\"results\":{\"Unprocessed\":0,\"Assigned\":1,\"Skipped\":2,"
                        + "\"Error\":0,\"Post Processing\":1,\"Complete\":1,\"Duplicates\":1,\"Total\":6},"
                        + "\"state\":\"Running\"}");
    }

    @Test
    void anOldOrderIsAnsweredWithTheBareId() throws Exception {
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
    void theLimitOfAnOldOrderIsRead(String given, long records) throws Exception {
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
    void aMalformedOldOrderIsRefusedInOneLine(String body, String said) throws Exception {
        HttpResponse<String> answer = post("/jobs", body);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body().strip()).contains(said).doesNotContain("\n").doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource({"unknown, 400, unknown storage node", "leaving, 409, emptying it already", "down, 503, 127.0.0.1:1"})
    void anOldOrderThatCannotBeDoneSaysWhy(String node, int status, String said) throws Exception {
        HttpResponse<String> answer = post("/jobs", order(node));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body().strip()).contains(said).doesNotContain("\n");
    }

    @Test
    void oldErrorsHaveTheirOldTexts() throws Exception {
        assertThat(get("/jobs/xyz").statusCode()).isEqualTo(400);
        assertThat(get("/jobs/xyz").body()).isEqualTo("Invalid UUID: xyz");
        assertThat(get("/jobs/" + NEW).statusCode()).isEqualTo(400);
        assertThat(get("/jobs/" + NEW).body()).isEqualTo("Could not find job UUID: " + NEW);
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/nothing").body()).isEmpty();
        HttpResponse<String> wrongVerb = CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/jobs"))
                        .DELETE()
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(wrongVerb.statusCode()).isEqualTo(405);
        assertThat(wrongVerb.body()).isEmpty();
    }

    private static HttpResponse<String> put(String id, String body) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/jobs/" + id))
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aRunningJobTakesAnotherNumberOfMetadataThreads() throws Exception {
        HttpResponse<String> answer = put(RUNNING.toString(), "{\"action\":\"set_metadata_threads\",\"params\":30}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(parallelism).isEqualTo(30);
    }

    /** The rows of manta.md 2.5 in their order: whatever is wrong with the job is said before what is wrong with the body. */
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
    void anUpdateThatCannotBeIsRefusedInTheOldWords(String id, String body, int status, String said) throws Exception {
        HttpResponse<String> answer = put(id, body);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).startsWith(said);
    }

    @Test
    void aRetryIsANewJob() throws Exception {
        HttpResponse<String> answer = post("/jobs/" + ENDED + "/retry", "anything");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(NEW + "\n");
        assertThat(post("/jobs/" + RUNNING + "/retry", "").statusCode()).isEqualTo(409);
        HttpResponse<String> unknown = post("/jobs/" + NEW + "/retry", "");
        assertThat(unknown.statusCode()).isEqualTo(500);
        assertThat(unknown.body()).startsWith("Could not find job with UUID " + NEW + ": ");
        assertThat(post("/jobs/xyz/retry", "").statusCode()).isEqualTo(500);
    }

    @Test
    void theRichViewAddsUp() throws Exception {
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
    void newErrorsAreProblemDocuments() throws Exception {
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
    void aFaultInsideIsNotToldOutside() throws Exception {
        HttpResponse<String> answer = get("/api/v1/jobs/" + BROKEN);
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("reference").doesNotContain("secret").doesNotContain("at io.");
    }

    @Test
    void healthSaysWhatIsWaitedFor() throws Exception {
        assertThat(get("/health/alive").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        waitingFor = List.of("storinfo has not answered yet");
        try {
            HttpResponse<String> answer = get("/health/ready");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("storinfo has not answered yet");
        } finally {
            waitingFor = List.of();
        }
    }

    @Test
    void aStreamOfEventsIsPacedAndLosesNoException() throws Exception {
        HttpResponse<String> answer = get("/api/v1/jobs/" + RUNNING + "/events");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        List<String> types =
                answer.body().lines().filter(line -> line.startsWith("event:")).toList();
        assertThat(types).filteredOn("event:exception"::equals).hasSize(2);
        assertThat(types).filteredOn("event:state"::equals).hasSize(3);
        // A thousand steps came at once; four a second is the most that is shown.
        assertThat(types).filteredOn("event:progress"::equals).hasSizeLessThan(20);
        assertThat(types).last().isEqualTo("event:state");
        assertThat(answer.body()).contains("id:" + (STEPS + 3));
    }

    @Test
    void eventIdsGrowAndOnlyTheLastExceptionOfARevisionCarriesOne() throws Exception {
        String body = get("/api/v1/jobs/" + RUNNING + "/events").body();
        List<Long> ids = body.lines()
                .filter(line -> line.startsWith("id:"))
                .map(line -> Long.parseLong(line.substring(3)))
                .toList();
        assertThat(ids).isSorted();
        assertThat(ids).filteredOn(each -> each == 503).hasSize(1);
    }

    @Test
    void aWatcherThatComesBackGetsOnlyWhatItMissed() throws Exception {
        String body = get("/api/v1/jobs/" + RUNNING + "/events", "Last-Event-ID", "503")
                .body();
        assertThat(body).doesNotContain("event:exception").contains("id:" + (STEPS + 3));
        String again =
                get("/api/v1/jobs/" + RUNNING + "/events?lastEventId=502").body();
        assertThat(again.lines().filter("event:exception"::equals)).hasSize(2);
    }

    @Test
    void aWatcherOfAnEndedJobIsToldToStay() throws Exception {
        assertThat(get("/api/v1/jobs/" + ENDED + "/events", "Last-Event-ID", String.valueOf(STEPS + 3))
                        .statusCode())
                .isEqualTo(204);
        assertThat(get("/api/v1/jobs/" + ENDED + "/events", "Last-Event-ID", "soon")
                        .statusCode())
                .isEqualTo(400);
        assertThat(get("/api/v1/jobs/" + NEW + "/events").statusCode()).isEqualTo(404);
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        assertThatThrownBy(() -> HttpServer.start(
                                KIT.system(),
                                "manager",
                                new HttpSettings("127.0.0.1", port),
                                HealthApi.routes(() -> CompletableFuture.completedFuture(List.of())))
                        .toCompletableFuture()
                        .get())
                .hasCauseInstanceOf(SettingsFault.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .message()
                .doesNotContain("\n");
    }
}
