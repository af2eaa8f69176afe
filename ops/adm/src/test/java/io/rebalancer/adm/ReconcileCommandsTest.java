package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code reconcile ...}, against a server with answers of API v1. */
class ReconcileCommandsTest {
    private static final String RUN = "77777777-7777-4777-8777-777777777777";
    private static final String RUNS = "/api/v1/reconciliation/runs";
    private static final String BEGUN = "{\"id\":\"" + RUN + "\"}";
    private static final String SHARD =
            "{\"shard\":1,\"rows\":1000,\"unreadable\":0,\"complete\":true,\"readAt\":\"2026-11-27T11:59:00Z\"}";
    private static final String COMPARED = """
            {"storageNode":"1.stor","listedAt":"2026-11-27T11:59:30Z",
             "listed":{"complete":true,"files":900,"bytes":123456,"unmanaged":{"reserved":4},"unlistedRanges":0,"faults":0},
             "claims":900,"found":{},"skipped":{"young":0,"inUse":2,"changed":0,"unknown":0},"receivedBytes":5000}""";
    private static final String FOUND = COMPARED.replace("\"found\":{}", "\"found\":{\"missing_copy\":3}");
    private static final String UNKNOWN = """
            {"storageNode":"2.stor","fault":"clock_skew","detail":"the clock differs by 400 s; set it",
             "listed":{"complete":false,"files":0,"bytes":0,"unmanaged":{},"unlistedRanges":0,"faults":0},
             "claims":0,"found":{},"skipped":{"young":0,"inUse":0,"changed":0,"unknown":0},"receivedBytes":0}""";
    private static final String PARTIAL = FOUND.replace("\"complete\":true", "\"complete\":false")
            .replace("\"unlistedRanges\":0,\"faults\":0", "\"unlistedRanges\":1,\"faults\":2")
            .replace("\"claims\"", "\"fault\":\"coverage_incomplete\",\"detail\":\"see the log\",\"claims\"");
    private static final String LINES = """
            {"runs":[{"id":"%s","number":7,"mode":"plan","phase":"ABORTED","abort":"lease_lost","orderedBy":"ada",
             "createdAt":"2026-11-27T11:00:00Z","endedAt":"2026-11-27T11:30:00Z","nodes":3,"compared":1,"unknown":1,"found":1200,"repaired":7}]}
            """.formatted(RUN);

    private final Deque<ServedCommand.Response> answers = new ArrayDeque<>();
    private final ServedCommand command =
            ServedCommand.start(request -> answers.size() > 1 ? answers.remove() : answers.element());

    ReconcileCommandsTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private void answer(int status, String body) {
        answers.add(new ServedCommand.Response(status, body));
    }

    private static String run(String phase, boolean metadataComplete, String more, String shards, String nodes) {
        return """
                {"id":"%s","order":{"number":7,"mode":"plan","nodes":["1.stor","2.stor"],"orderedBy":"ada"},"phase":"%s",
                 "epoch":1,"createdAt":"2026-11-27T11:58:00Z","left":[],"metadataComplete":%s,%s"shards":[%s],"nodes":[%s]}""".formatted(RUN, phase, metadataComplete, more, shards, nodes);
    }

    private static String ended(String phase, boolean metadataComplete, String nodes) {
        return run(phase, metadataComplete, "\"endedAt\":\"2026-11-27T12:00:00Z\",", SHARD, nodes);
    }

    @Test
    void theIdOfTheRunIsPrinted() {
        answer(202, BEGUN);
        assertThat(command.run("reconcile", "run")).isZero();
        assertThat(command.run(
                        "reconcile", "run", "--mode", "plan", "--node", "1.stor", "--node", "2.stor", "--accept-roots"))
                .isZero();
        assertThat(command.requests())
                .containsExactly(
                        "POST " + RUNS + " {\"mode\":\"observe\"}",
                        "POST " + RUNS + " {\"mode\":\"plan\",\"nodes\":[\"1.stor\",\"2.stor\"],\"acceptRoots\":true}");
        assertThat(command.out().lines()).containsExactly(RUN, RUN);
    }

    @Test
    void withWaitTheRunIsShownOnceItHasEnded() {
        answer(202, BEGUN);
        answer(503, "{\"code\":\"UNAVAILABLE\",\"detail\":\"no reply\"}");
        answer(200, run("READING_METADATA", false, "\"activity\":\"reads shard 1\",", "", ""));
        answer(200, ended("FINISHED", true, COMPARED));
        assertThat(command.run("reconcile", "run", "--wait")).isZero();
        assertThat(command.requests()).hasSize(4).endsWith("GET " + RUNS + "/" + RUN);
        assertThat(command.err()).contains("no reply (503 UNAVAILABLE); trying again");
        assertThat(command.out().lines())
                .containsExactly(
                        "run " + RUN + " (number 7, plan) is finished",
                        "begun:    2026-11-27 11:58:00Z (2 min ago) by ada",
                        "ended:    2026-11-27 12:00:00Z (0 s ago)",
                        "found:    nothing",
                        "metadata: every row was read",
                        "  shard 1: 1,000 rows, 0 unreadable, complete, read 2026-11-27 11:59:00Z (60 s ago)",
                        "nodes:    1 of 2 done, 0 unknown or incomplete nodes",
                        "  1.stor: 900 files, 123.5 kB, 900 claims, listed 2026-11-27 11:59:30Z (30 s ago)",
                        "    found:   nothing; not counted: 2 in use",
                        "    not of the object layout: 4 reserved");
    }

    @Test
    void aRunThatTakesLongerContinues() {
        answer(202, BEGUN);
        answer(200, run("COMPARING", true, "\"activity\":\"compares 2.stor\",", SHARD, COMPARED));
        assertThat(command.run("reconcile", "run", "--timeout", "5ms")).isEqualTo(4);
        assertThat(command.out()).contains("is comparing", "now:      compares 2.stor");
        assertThat(command.err()).contains("continues", "rebalancer-adm reconcile status " + RUN);
    }

    @Test
    void findingsAndUnknownNodesHaveTheirOwnExitCode() {
        answer(200, ended("FINISHED", true, FOUND));
        assertThat(command.run("reconcile", "status", RUN)).isEqualTo(2);
        assertThat(command.out()).contains("found:    3 missing copy");
        answers.clear();
        answer(200, ended("FINISHED", true, COMPARED + "," + UNKNOWN));
        assertThat(command.run("reconcile", "status", RUN)).isEqualTo(2);
        assertThat(command.out())
                .contains("  2.stor: unknown, clock skew", "    the clock differs by 400 s; set it")
                .contains("nodes:    2 of 2 done, 1 unknown or incomplete node");
        answers.clear();
        answer(200, ended("FINISHED", false, COMPARED));
        assertThat(command.run("reconcile", "status", RUN)).isEqualTo(2);
        assertThat(command.out()).contains("metadata: not every row was read, so no file counts as an orphan");
    }

    @Test
    void whatIsUnknownIsShownWithItsReason() {
        String shard = SHARD.replace(
                "\"complete\":true", "\"complete\":false,\"fault\":\"shard 1 did not answer for 10 min\"");
        answer(200, run("FINISHED", false, "", shard, PARTIAL));
        assertThat(command.run("reconcile", "status", RUN)).isEqualTo(2);
        assertThat(command.out().lines())
                .contains(
                        "  shard 1: 1,000 rows, 0 unreadable, not complete, read 2026-11-27 11:59:00Z (60 s ago)",
                        "    shard 1 did not answer for 10 min",
                        "    unknown: 1 range not listed, 2 paths not readable",
                        "    fault:   coverage incomplete",
                        "    see the log");
    }

    @Test
    void anAbortedRunIsAFailure() {
        String why = "\"abort\":{\"reason\":\"canceled\",\"detail\":\"cancelled by ada\"},";
        answer(200, run("ABORTED", true, why, "", ""));
        assertThat(command.run("reconcile", "status", RUN)).isEqualTo(1);
        assertThat(command.out())
                .contains("is aborted", "aborted:  canceled: cancelled by ada", "metadata: not read yet");
    }

    @Test
    void aRunThatWorksIsNoFailure() {
        answer(200, run("COMPARING", true, "", SHARD, FOUND));
        assertThat(command.run("reconcile", "status", RUN, "--output", "jsonl")).isZero();
        assertThat(command.out()).startsWith("{\"id\":\"" + RUN).hasLineCount(1);
    }

    @Test
    void withoutARunTheLastOnesAreShown() {
        answer(200, "{\"enabled\":true}");
        answer(200, LINES);
        assertThat(command.run("reconcile", "status")).isZero();
        assertThat(command.requests()).containsExactly("GET /api/v1/reconciliation", "GET " + RUNS + "?limit=10");
        assertThat(command.out().lines())
                .containsExactly(
                        "reconciliation is on",
                        "RUN                                   MODE  PHASE    NODES  COMPARED  UNKNOWN  FOUND  REPAIRED  BEGUN"
                                + "              AGE",
                        RUN + "  plan  aborted      3         1        1  1,200         7  2026-11-27 11:00Z  60 min",
                        "    aborted: lease lost");
    }

    @Test
    void aManagerWithoutReconciliationIsExplained() {
        answer(200, "{\"enabled\":false}");
        answer(200, "{\"runs\":[]}");
        assertThat(command.run("reconcile", "status")).isZero();
        assertThat(command.out()).contains("off: no run can be ordered until rebalancer.reconcile.enabled is on");
        assertThat(command.out()).contains("no run was ordered yet; rebalancer-adm reconcile run begins one");
        answers.clear();
        answer(503, "{\"code\":\"RECONCILIATION_DISABLED\",\"detail\":\"reconciliation is switched off\"}");
        assertThat(command.run("reconcile", "run")).isEqualTo(1);
        assertThat(command.err()).contains("reconciliation is switched off (503 RECONCILIATION_DISABLED)");
    }

    @Test
    void runsAreListed() {
        answer(200, LINES);
        assertThat(command.run("reconcile", "list", "--order", "oldest", "--output", "json"))
                .isZero();
        assertThat(command.requests()).containsExactly("GET " + RUNS + "?limit=1000&order=oldest");
        assertThat(command.out()).contains("\"abort\":\"lease_lost\"");
    }

    private static String finding(int number) {
        return """
                {"storageNode":"1.stor","kind":"missing_copy","repair":"copy_again","owner":"o%s","object":"x","claimedBytes":2000,
                 "foundBytes":0,"since":"2026-11-27T10:00:00Z","otherCopies":1,"shards":[1],"state":"PLANNED","detail":"no file"}""".formatted(number);
    }

    @Test
    void findingsAreReadPageByPage() {
        answer(200, "{\"findings\":[" + finding(1) + "],\"next\":\"a b\"}");
        answer(200, "{\"findings\":[" + finding(2) + "]}");
        assertThat(command.run(
                        "reconcile",
                        "findings",
                        RUN,
                        "--node",
                        "1.stor",
                        "--kind",
                        "missing-copy",
                        "--state",
                        "no-longer-true"))
                .isZero();
        String path =
                "GET " + RUNS + "/" + RUN + "/findings?limit=1000&node=1.stor&kind=missing_copy&state=NO_LONGER_TRUE";
        assertThat(command.requests()).containsExactly(path, path + "&after=a+b");
        assertThat(command.out().lines())
                .containsExactly(
                        "STORAGE NODE  KIND          STATE    CLAIMED  FILE  OTHERS  AGE  REPAIR",
                        "1.stor        missing_copy  planned   2.0 kB   0 B       1  2 h  copy again",
                        "    o1/x: no file",
                        "1.stor        missing_copy  planned   2.0 kB   0 B       1  2 h  copy again",
                        "    o2/x: no file");
    }

    @Test
    void aLimitEndsTheListOfFindings() {
        answer(200, "{\"findings\":[" + finding(1) + "],\"next\":\"7\"}");
        assertThat(command.run("reconcile", "findings", RUN, "--limit", "1", "--output", "jsonl"))
                .isZero();
        assertThat(command.requests()).containsExactly("GET " + RUNS + "/" + RUN + "/findings?limit=1");
        assertThat(command.out()).contains("\"owner\":\"o1\"");
        assertThat(command.err()).contains("there are further findings");
        answers.clear();
        answer(200, "{\"findings\":[]}");
        assertThat(command.run("reconcile", "findings", RUN)).isZero();
        assertThat(command.out()).contains("no such findings");
    }

    @Test
    void aRunIsCancelled() {
        answer(200, run("ABORTED", true, "", "", ""));
        assertThat(command.run("reconcile", "cancel", RUN)).isZero();
        assertThat(command.requests()).containsExactly("POST " + RUNS + "/" + RUN + "/cancel");
        assertThat(command.out()).contains("run " + RUN + " is aborted");
    }

    @Test
    void anIdThatIsNoneNamesTheList() {
        answer(400, "{\"code\":\"BAD_RUN_ID\",\"detail\":\"not a run id\"}");
        assertThat(command.run("reconcile", "status", "latest")).isEqualTo(1);
        assertThat(command.err()).contains("(400 BAD_RUN_ID); rebalancer-adm reconcile list shows all ids");
    }

    @Test
    void theScheduleShowsTheNextRunAndTheLastOne() {
        answer(200, """
                {"cron":"0 1 * * *","timeZone":"Europe/Berlin","mode":"plan","readContents":true,"act":["copy_again","add_copy"],
                 "nextStart":"2026-11-28T00:11:30Z",
                 "lastRun":{"id":"%s","scheduledFor":"2026-11-27T00:00:00Z","startedAt":"2026-11-27T00:21:07Z","missed":1,
                  "outcome":"finished","endedAt":"2026-11-27T02:30:00Z","repairs":{"run":"88888888-8888-4888-8888-888888888888"}}}
                """.formatted(RUN));
        assertThat(command.run("reconcile", "schedule")).isZero();
        assertThat(command.requests()).containsExactly("GET /api/v1/reconciliation/schedule");
        assertThat(command.out().lines())
                .containsExactly(
                        "next run: 2026-11-28 00:11:30Z (in 12 h)",
                        "times:    0 1 * * * (Europe/Berlin), mode plan, reads contents",
                        "repairs:  copy again, add copy",
                        "last run: " + RUN + " is finished",
                        "  for:     2026-11-27 00:00:00Z (12 h ago); 1 earlier time missed",
                        "  begun:   2026-11-27 00:21:07Z (11 h ago)",
                        "  ended:   2026-11-27 02:30:00Z (9 h ago)",
                        "  repairs: run 88888888-8888-4888-8888-888888888888");
    }

    @Test
    void theScheduleShowsWhyNoRunBegins() {
        answer(200, """
                {"cron":"","timeZone":"UTC","mode":"plan","readContents":false,"act":["copy_again"],
                 "idle":{"reason":"off","detail":"no schedule is set"},
                 "lastRun":{"id":"%s","scheduledFor":"2026-11-27T00:00:00Z","startedAt":"2026-11-27T00:21:07Z","missed":0,
                  "outcome":"aborted","abort":"deadline","detail":"it took too long","endedAt":"2026-11-27T02:30:00Z",
                  "repairs":{"detail":"the plan ended early"}},
                 "skipped":{"scheduledFor":"2026-11-26T00:00:00Z","reason":"an earlier run still works"}}
                """.formatted(RUN));
        assertThat(command.run("reconcile", "schedule")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "next run: none",
                        "why:      no schedule is set",
                        "last run: " + RUN + " is aborted (deadline)",
                        "  for:     2026-11-27 00:00:00Z (12 h ago)",
                        "  begun:   2026-11-27 00:21:07Z (11 h ago)",
                        "  ended:   2026-11-27 02:30:00Z (9 h ago): it took too long",
                        "  repairs: none: the plan ended early",
                        "skipped:  2026-11-26 00:00:00Z (36 h ago): an earlier run still works");
    }
}
