package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that the legacy tool does not have, against a server with answers of API v1. */
class V1CommandsTest {
    private static final String JOB = "11111111-1111-4111-8111-111111111111";

    private final Map<String, String> answers = new HashMap<>();
    private final ServedCommand command = ServedCommand.start(this::respond);

    V1CommandsTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private ServedCommand.Response respond(ServedCommand.Request request) {
        String answer = answers.get(request.path());
        return answer == null
                ? new ServedCommand.Response(409, "{\"detail\":\"a job empties it\"}")
                : new ServedCommand.Response(200, answer);
    }

    @Test
    void theTokenInTheFileIsSentAndAMissingOneIsExplained(@TempDir Path directory) throws IOException {
        Path tokens =
                Files.writeString(directory.resolve("tokens"), "# for operators\n\n 0123456789abcdef \nolder-token\n");
        try (ServedCommand closed = ServedCommand.start(request -> new ServedCommand.Response(
                request.authorization().equals("Bearer 0123456789abcdef") ? 200 : 401, "[]"))) {
            Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
            assertThat(closed.run("job", "list")).isEqualTo(5);
            assertThat(closed.err()).contains("--token-file or REBALANCER_TOKEN_FILE", "401");
            assertThat(closed.run("job", "list", "--token-file", tokens.toString()))
                    .isZero();
            assertThat(closed.run(
                            "job",
                            "list",
                            "--token-file",
                            directory.resolve("none").toString()))
                    .isEqualTo(1);
            assertThat(closed.err()).contains("none can't be read", "--token-file");
            Files.writeString(tokens, "# nothing\n");
            assertThat(closed.run("job", "list", "--token-file", tokens.toString()))
                    .isEqualTo(1);
            assertThat(closed.err()).contains("contains no token");
        }
    }

    @Test
    void theRatesOfAJobAreATableWithZerosWhereItStoodStill() {
        String step =
                "\"placed\":70,\"copied\":65,\"copiedBytes\":1,\"superseded\":2,\"gone\":1,\"duplicate\":0,\"skipped\":4,"
                        + "\"failed\":1,";
        String still = step.replaceAll(":\\d+", ":0");
        answers.put(
                "/api/v1/jobs/" + JOB + "/rates",
                "{\"stepSeconds\":60,\"recordedSince\":\"2026-11-27T10:00:00Z\",\"steps\":["
                        + "{\"at\":\"2026-11-27T10:00:00Z\",\"seconds\":60.0," + step
                        + "\"relocated\":1230,\"bytes\":300000000},"
                        + "{\"at\":\"2026-11-27T10:01:00Z\",\"seconds\":60.0," + still
                        + "\"relocated\":0,\"bytes\":0}]}");
        assertThat(command.run("job", "rates", JOB, "--window", "6h")).isZero();
        assertThat(command.requests().get(0)).endsWith("/rates?points=60&window=21600");
        assertThat(command.out().lines())
                .containsExactly(
                        "FROM               RECORDS/S  MB/S  PLACED  COPIED  MOVED  NO MOVE NEEDED  SKIPPED  FAILED",
                        "2026-11-27 10:00Z       20.5   5.0      70      65  1,230               3        4       1",
                        "2026-11-27 10:01Z        0.0   0.0       0       0      0               0        0       0");
        assertThat(command.err()).contains("the history begins 2026-11-27 10:00:00Z", "rebalancer rebuild");
        assertThat(command.run("job", "rates", JOB, "--from", "2026-11-27T10:00:00Z", "--output", "jsonl"))
                .isZero();
        assertThat(command.out().lines().skip(3)).hasSize(2).allMatch(line -> line.startsWith("{\"at\":"));
        assertThat(command.run("job", "rates", JOB, "--window", "soon")).isEqualTo(1);
        assertThat(command.err()).contains("a duration is a number and a unit");
    }

    @Test
    void anObjectIsExplained() {
        answers.put("/api/v1/jobs/" + JOB + "/why", """
                {"subject":"/u/stor/a","records":[{"shard":3,"key":"/u/stor/a","status":"waits_for_pass",
                "now":{"objectId":"o","etag":"e","bytes":5,"md5":"m",
                "copies":[{"storageNode":"1.stor.d","datacenter":"dc1"}]},
                "attempts":[{"pass":2,"at":"T","storageNode":"9.stor","reason":"md5_mismatch","detail":"wrong bytes"}],
                "attemptCount":3,"rule":"R.","next":"Pass 3 tries it.","nextAt":"T2","unblock":"U."}],
                "unknownShards":[{"shard":7,"reason":"away"}]}""");
        assertThat(command.run("job", "why", JOB, "/u/stor/a b")).isZero();
        assertThat(command.requests().get(0)).endsWith("/why?key=%2Fu%2Fstor%2Fa+b");
        assertThat(command.out().lines())
                .containsExactly(
                        "/u/stor/a on shard 3: waits_for_pass",
                        "  object o, 5 bytes, MD5 m, etag e",
                        "  copy on 1.stor.d (dc1)",
                        "  attempt in pass 2 at T to 9.stor: md5_mismatch: wrong bytes",
                        "  and 2 earlier attempts",
                        "  rule: R.",
                        "  next: Pass 3 tries it. (at T2)",
                        "  do: U.",
                        "shard 7 gave no answer: away");
    }

    @Test
    void theBlockersOfAJobAreListedInTheirOrder() {
        answers.put("/api/v1/jobs/" + JOB + "/blockers", """
                {"jobId":"J","state":"RUNNING","bottleneck":"agents","figures":"9 records wait","unblock":"Raise it.",
                "blockers":[{"stage":"agents","cause":"agent_busy","since":"T","detail":"busy","unblock":"Wait."},
                {"stage":"placement","cause":"no_destination","records":2,"detail":"2 records","unblock":"Add nodes."}]}""");
        assertThat(command.run("job", "blockers", JOB)).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "job J is RUNNING; bottleneck: agents",
                        "  figures: 9 records wait",
                        "  do: Raise it.",
                        "1. agent_busy (agents) since T: busy",
                        "   do: Wait.",
                        "2. no_destination (placement): 2 records",
                        "   do: Add nodes.");
    }

    @Test
    void theProgressOfAJobIsShown() {
        answers.put("/api/v1/jobs/" + JOB + "/progress", """
                {"jobId":"J","state":"RUNNING","pass":1,"bytesMoved":2500000,
                 "rate":{"seconds":60,"recordsPerSecond":12.5,"bytesPerSecond":3400000},
                 "eta":{"p50":"T1","p90":"T2","percentDone":40,"basis":"about 9 records are left"},
                 "stages":{"toCopy":{"records":7,"bytes":1000000},"toCommit":{"records":2,"bytes":100000}},
                 "destinations":[{"storageNode":"3.stor","toCopy":{"records":7,"bytes":1000000},
                                  "toCommit":{"records":2,"bytes":100000}}],
                 "estimates":[{"madeAt":"T0","percentDone":25,"p50":"T1","p90":"T2","endedAt":"T3","timesEstimated":1.2}]}""");
        assertThat(command.run("job", "progress", JOB)).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "job J is RUNNING, pass 1",
                        "  end of the pass: about T1, nine times out of ten before T2 (40 % done)",
                        "    about 9 records are left",
                        "  rate: 12.5 records/s, 3.4 MB/s over the last 60 s of work",
                        "  moved: 2.5 MB",
                        "  to copy: 7 records, 1.0 MB",
                        "  to commit: 2 records, 0.1 MB",
                        "  3.stor: to copy 7 records, 1.0 MB; to commit 2 records, 0.1 MB",
                        "  at 25 % (T0) the end was estimated for T1, at the latest T2; it was T3, 1.2 times the estimated"
                                + " time");
    }

    @Test
    void anUnknownEndOfAJobHasItsReason() {
        answers.put(
                "/api/v1/jobs/" + JOB + "/progress",
                "{\"jobId\":\"J\",\"state\":\"PAUSED\",\"eta\":{\"basis\":\"unknown, because it is paused\"}}");
        assertThat(command.run("job", "progress", JOB)).isZero();
        assertThat(command.out()).contains("  end of the pass: unknown, because it is paused");
    }

    @Test
    void nodesOutOfServiceAreListedWithTheirJob() {
        answers.put("/api/v1/storage-nodes", """
                {"outOfService":[{"storageNode":"1.stor.d","state":"DRAINED","job":"%s",
                 "since":"2026-11-26T10:00:00Z"}],"penalised":[]}
                """.formatted(JOB));
        assertThat(command.run("node", "list")).isZero();
        assertThat(command.out().lines().toList().get(1))
                .contains("1.stor.d", "drained", JOB, "2026-11-26 10:00Z", "26 h");
    }

    @Test
    void aCancelledJobIsAwaited() {
        answers.put("/api/v1/jobs/" + JOB + "/cancel", "{\"state\":\"CANCELLING\"}");
        answers.put("/api/v1/jobs/" + JOB, "{\"state\":\"CANCELLED\"}");
        assertThat(command.run("job", "cancel", JOB)).isZero();
        assertThat(command.out()).contains("job " + JOB + " is CANCELLED: every agent has acknowledged");
    }

    @Test
    void agentsThatHaveNotAcknowledgedTheEndOfAJobAreNamed() {
        answers.put("/api/v1/jobs/" + JOB + "/cancel", """
                {"state":"CANCELLING","waiting":[{"cause":"release","since":"2026-11-26T10:00:00Z",
                 "detail":"3.stor.d has not acknowledged 2 assignments"}]}
                """);
        assertThat(command.run("job", "cancel", "--timeout", "0s", JOB)).isEqualTo(4);
        assertThat(command.out())
                .contains(
                        "is CANCELLING after 0 s; it waits for:",
                        "release since 2026-11-26 10:00:00Z (26 h ago): 3.stor.d has not acknowledged 2 assignments");
    }

    @Test
    void theExceptionsOfAJobAreWrittenToAFile(@TempDir Path directory) throws IOException {
        answers.put("/api/v1/jobs/" + JOB + "/exceptions/export", "shard,key\r\n");
        Path file = directory.resolve("exceptions.csv");
        assertThat(command.run(
                        "job", "exceptions", JOB, "-o", file.toString(), "--format", "csv", "--reason", "md5_mismatch"))
                .isZero();
        assertThat(file).hasContent("shard,key\r\n");
        assertThat(command.run("job", "exceptions", "another", "-o", file.toString()))
                .isEqualTo(1);
        assertThat(file).as("a refusal leaves the file").hasContent("shard,key\r\n");
    }

    @Test
    void aPausedJobIsAwaitedAndAgentsThatHaveNotConfirmedAreNamed() {
        answers.put("/api/v1/jobs/" + JOB + "/pause", """
                {"state":"PAUSING","waiting":[{"cause":"pause_unconfirmed","since":"2026-11-26T10:00:00Z",
                 "detail":"the agent of 3.stor.d has not confirmed that it writes nothing for the job"}]}
                """);
        answers.put("/api/v1/jobs/" + JOB, "{\"state\":\"PAUSED\"}");
        assertThat(command.run("job", "pause", "--timeout", "0s", JOB)).isEqualTo(4);
        assertThat(command.out()).contains("is PAUSING after 0 s", "the agent of 3.stor.d has not confirmed");
        assertThat(command.run("job", "pause", JOB)).isZero();
        assertThat(command.out()).contains("job " + JOB + " is PAUSED: every agent has confirmed");
        answers.put("/api/v1/jobs/" + JOB + "/resume", "{\"state\":\"RUNNING\"}");
        assertThat(command.run("job", "resume", JOB)).isZero();
        assertThat(command.out()).contains("job " + JOB + " is RUNNING");
    }

    @Test
    void someExceptionsAreRetriedByTheirReasons() {
        answers.put("/api/v1/jobs/" + JOB + "/retry", "{\"id\":\"new\"}");
        assertThat(command.run("job", "retry", JOB, "--reason", "md5_mismatch", "--reason", "agent_busy"))
                .isZero();
        assertThat(command.requests())
                .containsExactly("POST /api/v1/jobs/" + JOB + "/retry {\"reasons\":[\"md5_mismatch\",\"agent_busy\"]}");
        assertThat(command.out()).contains("new");
    }

    @Test
    void aJobThatRunsRetriesThemInItsNextPass() {
        answers.put("/api/v1/jobs/" + JOB + "/retry", "{\"id\":\"" + JOB + "\",\"state\":\"WAITING\"}");
        assertThat(command.run("job", "retry", JOB, "--reason", "unrecoverable"))
                .isZero();
        assertThat(command.out())
                .contains("job " + JOB + " is WAITING: a pass begins now", "the exceptions with unrecoverable");
        answers.put("/api/v1/jobs/" + JOB + "/retry", "{\"id\":\"" + JOB + "\",\"state\":\"RUNNING\"}");
        assertThat(command.run("job", "retry", JOB, "--reason", "unrecoverable"))
                .isZero();
        assertThat(command.out()).contains("is RUNNING: when this pass ends, another begins at once");
    }

    /** What is wrong and what to do, without the JSON around it. */
    @Test
    void aRefusalIsShownAsText() throws IOException {
        try (ServedCommand refusing = ServedCommand.start(
                request -> new ServedCommand.Response(
                        409,
                        "{\"title\":\"Conflict\",\"status\":409,\"code\":\"JOB_NOT_RUNNING\",\"detail\":\"the job is DONE\"}"))) {
            assertThat(refusing.run("job", "resume", JOB)).isEqualTo(1);
            assertThat(refusing.err()).isEqualToIgnoringNewLines("Error: \"the job is DONE (409 JOB_NOT_RUNNING)\"");
        }
    }

    @Test
    void settingsAreShownWithTheirOriginAndChanged() {
        String path = "/api/v1/jobs/" + JOB + "/settings";
        answers.put(path, """
                {"settings":[
                  {"name":"commitParallelism","value":16,"unit":"records","origin":"file","min":1,"max":250},
                  {"name":"bytesPerSecond","value":500000,"origin":"api","setBy":"http 10.0.0.1",
                   "setAt":"2026-11-27T10:00:00Z","clampedBy":"the fleet's limit is 1000000"},
                  {"name":"scanRowsPerSecond","origin":"default","min":1,"max":9}],
                 "window":{"timeZone":"Europe/Berlin","weekly":["mon 20:00-06:00"],"blackoutDays":["2026-12-24"],
                  "open":false,"nextChange":"2026-11-30T19:00:00Z","setBy":"ada","setAt":"2026-11-27T10:00:00Z"}}
                """);
        answers.put("/api/v1/settings", "{\"settings\":[]}");
        assertThat(command.run("settings", "get", "--job", JOB)).isZero();
        assertThat(command.out())
                .containsPattern("commitParallelism +16 +file")
                .containsPattern("bytesPerSecond +500000 +api\n +http 10.0.0.1 at .*; the fleet's limit is 1000000")
                .containsPattern("scanRowsPerSecond +no limit +default")
                .contains(
                        "window: mon 20:00-06:00 Europe/Berlin; closed until 2026-11-30 19:00:00Z (in 3 d); set by ada")
                .contains("no work on 2026-12-24");
        assertThat(command.run("settings", "set", "--job", JOB, "weight=4", "commitParallelism=32"))
                .isZero();
        assertThat(command.run("settings", "reset", "bytesPerSecond", "window")).isZero();
        assertThat(command.run(
                        "settings", "window", "--time-zone", "UTC", "--blackout", "2026-12-24", "mon 20:00-06:00"))
                .isZero();
        assertThat(command.requests().subList(1, 4))
                .containsExactly(
                        "PATCH " + path + " {\"weight\":4,\"commitParallelism\":32}",
                        "PATCH /api/v1/settings {\"bytesPerSecond\":null,\"window\":null}",
                        "PATCH /api/v1/settings {\"window\":{\"timeZone\":\"UTC\",\"weekly\":[\"mon 20:00-06:00\"],"
                                + "\"blackoutDays\":[\"2026-12-24\"]}}");
        assertThat(command.run("settings", "set", "weight=heavy")).isEqualTo(1);
        assertThat(command.err()).contains("weight needs a whole number, such as weight=32, not heavy");
    }

    @Test
    void aFleetInServiceIsSaidInWords() {
        answers.put("/api/v1/storage-nodes", "{\"outOfService\":[],\"penalised\":[]}");
        assertThat(command.run("node", "list")).isZero();
        assertThat(command.out().strip()).isEqualTo("every storage node is in service");
    }

    @Test
    void penaltiesAreShownWithWhatTheNodeDid() {
        answers.put("/api/v1/storage-nodes", """
                {"outOfService":[],"penalised":[
                  {"storageNode":"3.stor.d","penalty":{"factor":0.01,"since":"2026-11-26T13:50:00Z",
                   "until":"2026-11-26T14:02:00Z","causes":[
                    {"cause":"insufficient_space","assignments":1,"penaltiesInARow":1,
                     "since":"2026-11-26T13:50:00Z","until":"2026-11-26T14:01:00Z","detail":"9 MiB free"},
                    {"cause":"refused","assignments":3,"penaltiesInARow":2,
                     "since":"2026-11-26T13:58:00Z","until":"2026-11-26T14:02:00Z","detail":"no such directory"}]}},
                  {"storageNode":"4.stor.d","penalty":{"factor":0.01,"since":"2026-11-26T13:50:00Z",
                   "until":"2026-11-26T14:02:00Z","causes":[
                    {"cause":"busy","penaltiesInARow":1,
                     "since":"2026-11-26T13:50:00Z","until":"2026-11-26T14:01:00Z","detail":"queue is full"}]}}]}
                """);
        assertThat(command.run("node", "list")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "every storage node is in service",
                        "3.stor.d penalty until 2026-11-26 14:01:00Z (21 h ago): had too little space for 1 assignment (9 MiB free)",
                        "3.stor.d penalty until 2026-11-26 14:02:00Z (21 h ago): refused 3 assignments (no such directory)",
                        "4.stor.d penalty until 2026-11-26 14:01:00Z (21 h ago): was too busy for assignments (queue is full)");
    }

    @Test
    void unknownPenaltiesAreNotShownAsNone() {
        answers.put("/api/v1/storage-nodes", "{\"outOfService\":[],\"penaltiesUnavailable\":\"the broker is away\"}");
        assertThat(command.run("node", "list")).isZero();
        assertThat(command.out()).contains("the penalties of storage nodes are unknown: the broker is away");
    }

    @Test
    void aManagerOfAnEarlierBuildShowsNoPenalties() {
        answers.put("/api/v1/storage-nodes", "{\"outOfService\":[]}");
        assertThat(command.run("node", "list")).isZero();
        assertThat(command.out())
                .contains("the penalties of storage nodes are unknown: a manager of this version does not report them");
    }

    @ParameterizedTest
    @CsvSource({"recommission, IN_SERVICE", "exclude, EXCLUDED"})
    void theStateOfANodeIsChanged(String order, String state) {
        String path = "/api/v1/storage-nodes/1.stor.d/" + order;
        answers.put(path, "{\"storageNode\":\"1.stor.d\",\"state\":\"" + state + "\"}");
        assertThat(command.run("node", order, "1.stor.d")).isZero();
        assertThat(command.requests()).containsExactly("POST " + path);
        assertThat(command.out().strip()).isEqualTo("1.stor.d is " + state);
    }

    @Test
    void theFleetIsListed() {
        answers.put("/api/v1/fleet", """
                {"storageNodes":[{"storageNode":"1.stor.d","datacenter":"dc1","state":"IN_SERVICE",\
                "availableMib":2048,"percentUsed":50,"agentReachable":false}]}""");
        assertThat(command.run("node", "fleet", "--datacenter", "dc 1", "--state", "IN_SERVICE"))
                .isZero();
        assertThat(command.requests())
                .containsExactly("GET /api/v1/fleet?limit=1000&datacenter=dc%201&state=IN_SERVICE");
        assertThat(command.out().lines().skip(1).findFirst().orElseThrow().replaceAll(" +", " "))
                .isEqualTo("1.stor.d dc1 in service 2.1 GB 50 % not reachable");
    }

    @Test
    void aRefusalIsShownWithItsReason() {
        assertThat(command.run("node", "remove", "--yes", "2.stor.d")).isEqualTo(1);
        assertThat(command.err()).contains("409", "a job empties it");
    }

    @Test
    void waitsOfAJobAreShownWithTheirEnd() {
        answers.put("/api/v1/jobs/" + JOB, """
                {"state":"WAITING","waiting":[{"cause":"next_pass","since":"2026-11-26T10:00:00Z",
                 "until":"2026-11-26T10:01:00Z","detail":"pass 2 left 7 records"}]}
                """);
        assertThat(command.run("job", "waiting", JOB)).isZero();
        assertThat(command.out().strip())
                .isEqualTo("next_pass since 2026-11-26 10:00:00Z (26 h ago) until 2026-11-26 10:01:00Z (25 h ago):"
                        + " pass 2 left 7 records");
    }

    @Test
    void aJobThatWaitsForNothingSaysSo() {
        answers.put("/api/v1/jobs/" + JOB, "{\"state\":\"RUNNING\",\"waiting\":[]}");
        assertThat(command.run("job", "waiting", JOB)).isZero();
        assertThat(command.out().strip()).isEqualTo("job " + JOB + " is RUNNING and waits for nothing");
    }
}
