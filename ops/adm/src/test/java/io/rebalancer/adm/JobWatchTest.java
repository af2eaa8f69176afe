package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code job watch}, and {@code --wait} of other commands, with a manager whose job changes with each request. */
class JobWatchTest {
    private static final String JOB = "11111111-1111-4111-8111-111111111111";
    private static final String PATH = "/api/v1/jobs/" + JOB;

    /** The last one is repeated. */
    private final Deque<ServedCommand.Response> jobs = new ArrayDeque<>();

    private final ServedCommand command = ServedCommand.start(this::respond);

    JobWatchTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private synchronized ServedCommand.Response respond(ServedCommand.Request request) {
        if (request.path().endsWith("/progress")) {
            return new ServedCommand.Response(200, """
                    {"eta":{"p50":"2026-11-27T14:05:00Z","p90":"2026-11-27T14:20:00Z","percentDone":40},
                     "rate":{"recordsPerSecond":12.5,"bytesPerSecond":3400000},
                     "stages":{"toCopy":{"records":7},"toCommit":{"records":2}}}""");
        }
        if (request.method().equals("POST")) {
            return new ServedCommand.Response(201, "{\"id\":\"" + JOB + "\",\"state\":\"PAUSING\",\"checks\":[]}");
        }
        return jobs.size() > 1 ? jobs.remove() : jobs.element();
    }

    private void job(String state) {
        job(state, "\"waiting\":[]");
    }

    private void job(String state, String members) {
        jobs.add(new ServedCommand.Response(
                200,
                "{\"id\":\"" + JOB + "\",\"state\":\"" + state + "\",\"pass\":1,\"relocated\":1200,\"discovered\":5000,"
                        + members + "}"));
    }

    @ParameterizedTest
    @CsvSource({
        "DONE,,0",
        "DONE_WITH_EXCEPTIONS,,2",
        "LIMIT_REACHED,,0",
        "FAILED,,1",
        "CANCELLED,,1",
        "CANCELLED,cancelled,0",
        "PAUSED,paused,0",
        "WAITING_WINDOW,waiting-window,0",
        "DONE,paused,1",
        "DONE,ended,0"
    })
    void theExitCodeShowsHowTheJobEnded(String end, String target, int code) {
        job("RUNNING");
        job(end);
        assertThat(command.run("job", "watch", JOB, target == null ? "--wait" : "--wait=" + target))
                .isEqualTo(code);
        assertThat(command.out()).contains("job " + JOB + " is " + Figures.words(end) + ": 1,200 records moved");
    }

    @Test
    void aLimitThatLeavesRecordsIsNotDone() {
        job("LIMIT_REACHED", "\"failed\":1");
        assertThat(command.run("job", "watch", JOB)).isEqualTo(2);
        assertThat(command.out()).contains("job exceptions " + JOB);
    }

    @Test
    void theTimeToWaitEnds() {
        job(
                "STALLED",
                "\"waiting\":[{\"cause\":\"agent_busy\",\"since\":\"2026-11-27T11:00:00Z\",\"detail\":\"3.stor is busy\"}]");
        assertThat(command.run("job", "watch", JOB, "--timeout", "10ms")).isEqualTo(4);
        assertThat(command.out()).contains("3.stor is busy", "To follow it: rebalancer-adm job watch " + JOB);
    }

    @Test
    void aStalledJobEndsAWaitThatNothingElseEnds() {
        job("STALLED");
        assertThat(command.run("job", "create", "1.stor", "--wait")).isEqualTo(4);
        assertThat(command.out().lines()).as("data only").containsExactly(JOB);
        assertThat(command.err()).contains("it is not ended yet");
    }

    @Test
    void createResumeAndRetryWaitForTheEnd() {
        job("RUNNING");
        job("DONE_WITH_EXCEPTIONS");
        assertThat(command.run("job", "create", "1.stor", "--wait")).isEqualTo(2);
        assertThat(command.run("job", "resume", "--wait", JOB)).isEqualTo(2);
        assertThat(command.run("job", "retry", "--wait", JOB, "--reason", "agent_busy"))
                .isEqualTo(2);
        assertThat(command.requests()).contains("POST " + PATH + "/resume", "GET " + PATH);
    }

    @Test
    void aPauseWaitsForAnotherStateIfOneIsGiven() {
        job("PAUSING");
        job("PAUSED");
        assertThat(command.run("job", "pause", JOB, "--wait", "--output", "json"))
                .isZero();
        assertThat(command.out().strip()).startsWith("{\"id\"").endsWith("}").contains("\"PAUSED\"");
        assertThat(command.err()).contains("is PAUSED: every agent has confirmed");
        assertThat(command.run("job", "pause", JOB, "--wait=pausing")).isZero();
    }

    @Test
    void offATerminalEachChangeIsALine() {
        job("RUNNING");
        job("RUNNING");
        job("PAUSED");
        job("DONE");
        assertThat(command.run("job", "watch", JOB)).isZero();
        assertThat(command.err().lines())
                .containsExactly(
                        "2026-11-27 12:00:00Z  running  [########............] 40 %  pass 1  12.5 records/s 3.4 MB/s  ends"
                                + " 14:05Z to 14:20Z  to copy 7, to commit 2  1,200 of 5,000 moved",
                        "2026-11-27 12:00:00Z  paused  [########............] 40 %  pass 1  12.5 records/s 3.4 MB/s  ends"
                                + " 14:05Z to 14:20Z  to copy 7, to commit 2  1,200 of 5,000 moved",
                        "2026-11-27 12:00:00Z  done  [########............] 40 %  pass 1  12.5 records/s 3.4 MB/s  ends"
                                + " 14:05Z to 14:20Z  to copy 7, to commit 2  1,200 of 5,000 moved");
    }

    @Test
    void onATerminalOneLineIsRedrawnWithinItsWidth() {
        job("RUNNING");
        job("DONE");
        command.onTerminal(60);
        assertThat(command.run("job", "watch", JOB)).isZero();
        String[] drawn = command.err().split("\r\u001b\\[K", -1);
        assertThat(drawn)
                .hasSize(4)
                .startsWith("", "running  [########............] 40 %  pass 1  12.5 records/")
                .allMatch(line -> line.length() < 60 && !line.contains("\n"));
        command.clearErr();
        command.set("TERM", "dumb");
        assertThat(command.run("job", "watch", JOB)).isZero();
        assertThat(command.err()).doesNotContain("\r", "\u001b");
    }

    @Test
    void eachChangeIsAJsonObject() {
        job("RUNNING");
        job("RUNNING");
        job("DONE");
        assertThat(command.run("job", "watch", JOB, "--output", "jsonl")).isZero();
        assertThat(command.out().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"at\":\"2026-11-27T12:00:00Z\",\"job\":{\"id\":\"" + JOB)
                        && line.contains("\"progress\":{\"eta\""));
    }

    @Test
    void aManagerThatIsNotReadyIsAskedAgain() {
        jobs.add(new ServedCommand.Response(503, "{\"code\":\"UNAVAILABLE\",\"detail\":\"the job moves\"}"));
        job("DONE");
        assertThat(command.run("job", "watch", JOB)).isZero();
        assertThat(command.err()).contains("the job moves (503 UNAVAILABLE); trying again");
        jobs.clear();
        jobs.add(new ServedCommand.Response(404, "{\"code\":\"JOB_NOT_FOUND\",\"detail\":\"no job\"}"));
        assertThat(command.run("job", "watch", JOB)).isEqualTo(1);
        assertThat(command.err()).contains("no job (404 JOB_NOT_FOUND)");
    }

    @Test
    void wrongInputIsExplainedBeforeAnythingIsOrdered() {
        assertThat(command.run("job", "create", "1.stor", "--wait=finished")).isEqualTo(1);
        assertThat(command.err()).contains("no state \"finished\"", "DONE_WITH_EXCEPTIONS");
        assertThat(command.run("job", "resume", JOB, "--wait", "--timeout", "soon"))
                .isEqualTo(1);
        assertThat(command.err()).contains("--timeout", "such as 90s, 15m, 2h or 1d");
        assertThat(command.requests()).isEmpty();
    }

    /** The process, because only a process can be interrupted. */
    @Test
    @Tag("slow")
    void ctrlCEndsTheWatchingAndExplainsHowToFollowTheJobAgain() throws Exception {
        job("RUNNING");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AdmCommand.class.getName(),
                        "job",
                        "watch",
                        JOB,
                        "--url",
                        command.url())
                .start();
        try (BufferedReader err =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            List<String> lines = new ArrayList<>(List.of(String.valueOf(err.readLine())));
            assertThat(lines.get(0)).contains("running");
            assertThat(new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            err.lines().forEach(lines::add);
            assertThat(lines)
                    .last()
                    .asString()
                    .contains("job " + JOB + " continues", "rebalancer-adm job watch " + JOB);
            assertThat(process.exitValue()).isEqualTo(130);
            assertThat(command.requests()).allMatch(request -> request.startsWith("GET "));
        } finally {
            process.destroyForcibly();
        }
    }
}
