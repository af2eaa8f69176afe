package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code reconcile plan, act, quarantine and restore}, against a server with answers of API v1. */
class ReconcileRepairCommandsTest {
    private static final String PLAN = "66666666-6666-4666-8666-666666666666";
    private static final String RUN = "88888888-8888-4888-8888-888888888888";
    private static final String RUNS = "/api/v1/reconciliation/runs";
    private static final String QUARANTINE = "/api/v1/reconciliation/quarantine/1.stor";
    private static final String NODES = """
            {"storageNode":"1.stor","planned":{"add_copy":4,"copy_again":3,"quarantine":5},
             "allowed":["copy_again","add_copy","quarantine"],"needsOverride":false},
            {"storageNode":"2.stor","planned":{},"allowed":[],"needsOverride":false,"why":"the clock differs by 400 s"},
            {"storageNode":"3.stor","planned":{"copy_again":1400},"allowed":["copy_again","add_copy","quarantine"],
             "needsOverride":true,"why":"1,400 of 2,000 copies are missing"},
            {"storageNode":"4.stor","planned":{"copy_again":1,"quarantine":2},"allowed":["copy_again","add_copy"],
             "needsOverride":false,"why":"not every file was listed"}""";
    private static final String RESULTS = """
            {"storageNode":"1.stor","fault":"repairs_failed","detail":"no file was moved",
             "repairs":{"copy_again":{"repaired":1200,"noLongerTrue":2,"failed":1,"parked":3,"left":0},
                        "quarantine":{"repaired":0,"noLongerTrue":0,"failed":0,"parked":0,"left":5}}},
            {"storageNode":"2.stor","repairs":{}}""";
    private static final String CLEAN = """
            {"storageNode":"1.stor",
             "repairs":{"copy_again":{"repaired":1,"noLongerTrue":2,"failed":0,"parked":0,"left":0},
                        "quarantine":{"repaired":0,"noLongerTrue":0,"failed":0,"parked":0,"left":5}}}""";

    private final Deque<ServedCommand.Response> answers = new ArrayDeque<>();
    private final ServedCommand command =
            ServedCommand.start(request -> answers.size() > 1 ? answers.remove() : answers.element());

    ReconcileRepairCommandsTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private void answer(int status, String body) {
        answers.add(new ServedCommand.Response(status, body));
    }

    private static String plan(String refusal, String nodes) {
        return """
                {"id":"%s","order":{"number":7,"mode":"plan","nodes":[],"orderedBy":"ada"},"phase":"FINISHED","epoch":1,
                 "createdAt":"2026-11-27T11:00:00Z","endedAt":"2026-11-27T11:58:00Z","left":[],"metadataComplete":true,"shards":[],
                 "nodes":[],"plan":{%s"usableUntil":"2026-11-28T11:58:00Z","nodes":[%s]}}""".formatted(PLAN, refusal, nodes);
    }

    private static String acting(String phase, String classes, String repairs) {
        return """
                {"id":"%s","order":{"number":8,"mode":"act","nodes":["1.stor","2.stor"],"plan":"%s","classes":[%s],
                 "quarantineOn":["1.stor"],"orderedBy":"ada"},"phase":"%s","epoch":1,"createdAt":"2026-11-27T11:58:00Z","left":[],
                 "metadataComplete":false,"shards":[],"nodes":[],"repairs":[%s]}""".formatted(RUN, PLAN, classes, phase, repairs);
    }

    @Test
    void aPlanIsAShortFormOfARun() {
        answer(202, "{\"id\":\"" + PLAN + "\"}");
        assertThat(command.run("reconcile", "plan", "--node", "1.stor")).isZero();
        assertThat(command.requests()).containsExactly("POST " + RUNS + " {\"mode\":\"plan\",\"nodes\":[\"1.stor\"]}");
        assertThat(command.out().lines()).containsExactly(PLAN);
    }

    @Test
    void withoutYesWhatWouldBeDoneIsShown() {
        answer(200, plan("", NODES));
        assertThat(command.run("reconcile", "act", PLAN)).isZero();
        assertThat(command.requests()).containsExactly("GET " + RUNS + "/" + PLAN);
        assertThat(command.out().lines())
                .containsExactly(
                        "plan " + PLAN
                                + " of 2026-11-27 11:58:00Z (2 min ago), usable until 2026-11-28 11:58:00Z (in 23 h)",
                        "STORAGE NODE  COPY AGAIN  ADD COPY  QUARANTINE",
                        "1.stor                 3         4           0",
                        "    not done: 5 quarantine: --class quarantine is not given",
                        "2.stor                 0         0           0",
                        "    not done: the clock differs by 400 s",
                        "3.stor                 0         0           0",
                        "    not done: 1,400 copy again: the breaker tripped: 1,400 of 2,000 copies are missing. Find out",
                        "    why; --override-breaker 3.stor repairs it nevertheless",
                        "4.stor                 1         0           0",
                        "    not done: 2 quarantine: --class quarantine is not given");
        assertThat(command.err())
                .contains(
                        "dry run, nothing was changed: the run would look at these repairs again, and do those that are"
                                + " still needed: 4 copy again, 4 add copy")
                .contains("to do it: rebalancer-adm reconcile act " + PLAN
                        + " --class copy-again --class add-copy --yes");
    }

    @Test
    void everyOptionChangesWhatWouldBeDone() {
        answer(200, plan("", NODES));
        assertThat(command.run(
                        "reconcile",
                        "act",
                        PLAN,
                        "--class",
                        "quarantine",
                        "--class",
                        "COPY-AGAIN",
                        "--node",
                        "3.stor",
                        "--node",
                        "4.stor",
                        "--override-breaker",
                        "3.stor",
                        "--reason",
                        "ada's disk"))
                .isZero();
        assertThat(command.out().lines().skip(1))
                .containsExactly(
                        "STORAGE NODE  COPY AGAIN  ADD COPY  QUARANTINE",
                        "1.stor                 0         0           0",
                        "    not done: 3 copy again, 4 add copy, 5 quarantine: it is none of the named storage nodes",
                        "2.stor                 0         0           0",
                        "    not done: it is none of the named storage nodes",
                        "3.stor             1,400         0           0",
                        "4.stor                 1         0           0",
                        "    not done: 2 quarantine: not every file was listed");
        assertThat(command.err())
                .contains("1,401 copy again, 0 quarantine")
                .contains("to do it: rebalancer-adm reconcile act " + PLAN + " --class quarantine --class copy-again"
                        + " --node 3.stor --node 4.stor --override-breaker 3.stor --reason 'ada'\\''s disk' --yes");
    }

    @Test
    void thePreviewIsAnObjectForScripts() {
        answer(200, plan("", NODES));
        assertThat(command.run("reconcile", "act", PLAN, "--output", "jsonl")).isZero();
        assertThat(command.out())
                .startsWith("{\"plan\":\"" + PLAN + "\",\"usableUntil\":\"2026-11-28T11:58:00Z\",\"nodes\":[")
                .contains("{\"storageNode\":\"1.stor\",\"would\":{\"copy_again\":3,\"add_copy\":4},"
                        + "\"not\":{\"quarantine\":5},\"why\":\"--class quarantine is not given\"}")
                .hasLineCount(1);
    }

    @Test
    void aPlanThatCanNotBeCarriedOutHasItsOwnExitCode() {
        String old = NODES.replace("[\"copy_again\",\"add_copy\",\"quarantine\"]", "[]")
                .replace("[\"copy_again\",\"add_copy\"]", "[]");
        answer(200, plan("\"refusal\":\"the plan is of yesterday; order a new plan\",", old));
        assertThat(command.run("reconcile", "act", PLAN)).isEqualTo(3);
        assertThat(command.err())
                .contains("the manager refuses this: the plan is of yesterday; order a new plan")
                .doesNotContain("to do it");
        command.clearErr();
        assertThat(command.run("reconcile", "act", PLAN, "--override-breaker", "3.stor", "--reason", "x"))
                .isEqualTo(3);
        assertThat(command.err()).contains("allows no repair on these storage nodes");
        answers.clear();
        answer(200, plan("", NODES));
        assertThat(command.run("reconcile", "act", PLAN, "--node", "2.stor")).isEqualTo(3);
        answers.clear();
        answer(412, "{\"code\":\"PLAN_NOT_USABLE\",\"detail\":\"the plan is not finished; wait until it is\"}");
        assertThat(command.run("reconcile", "act", PLAN, "--yes")).isEqualTo(3);
        assertThat(command.err()).contains("the plan is not finished; wait until it is");
        answers.clear();
        answer(200, acting("ACTING", "", ""));
        assertThat(command.run("reconcile", "act", RUN)).isEqualTo(3);
        assertThat(command.err())
                .contains("is no plan that has finished: its mode is act, and it is acting")
                .contains("rebalancer-adm reconcile plan");
    }

    @Test
    void aWrongWordIsExplained() {
        answer(200, plan("", NODES));
        assertThat(command.run("reconcile", "act", PLAN, "--class", "delete")).isEqualTo(1);
        assertThat(command.err()).contains("there is no class delete", "copy-again, add-copy and quarantine");
        assertThat(command.run("reconcile", "act", PLAN, "--node", "9.stor")).isEqualTo(1);
        assertThat(command.err())
                .contains("does not contain the storage node 9.stor; it has 1.stor, 2.stor, 3.stor, 4.stor");
    }

    @Test
    void withYesTheRunBegins() {
        answer(202, "{\"id\":\"" + RUN + "\"}");
        assertThat(command.run("reconcile", "act", PLAN, "--yes")).isZero();
        assertThat(command.run(
                        "reconcile",
                        "act",
                        PLAN,
                        "--class",
                        "quarantine",
                        "--node",
                        "1.stor",
                        "--override-breaker",
                        "1.stor",
                        "--reason",
                        "new disk",
                        "--yes"))
                .isZero();
        assertThat(command.requests())
                .containsExactly(
                        "POST " + RUNS + "/" + PLAN
                                + "/act {\"confirm\":true,\"classes\":[\"copy_again\",\"add_copy\"]}",
                        "POST " + RUNS + "/" + PLAN
                                + "/act {\"confirm\":true,\"classes\":[\"quarantine\"],\"nodes\":[\"1.stor\"],"
                                + "\"overrideBreaker\":[\"1.stor\"],\"reason\":\"new disk\"}");
        assertThat(command.out().lines()).containsExactly(RUN, RUN);
        answers.clear();
        answer(403, "{\"code\":\"ROLE_REQUIRED\",\"detail\":\"needs the role admin\"}");
        assertThat(command.run("reconcile", "act", PLAN, "--yes")).isEqualTo(5);
    }

    @Test
    void withWaitTheRepairsAreShown() {
        answer(202, "{\"id\":\"" + RUN + "\"}");
        answer(200, acting("ACTING", "\"copy_again\"", ""));
        answer(200, acting("FINISHED", "\"copy_again\",\"quarantine\"", RESULTS));
        assertThat(command.run("reconcile", "act", PLAN, "--yes", "--wait")).isEqualTo(2);
        assertThat(command.out().lines())
                .containsExactly(
                        "run " + RUN + " (number 8, act) is finished",
                        "begun:    2026-11-27 11:58:00Z (2 min ago) by ada",
                        "plan:     " + PLAN,
                        "classes:  copy again, quarantine",
                        "results:  1,200 repaired, 2 no longer true, 1 failed, 3 parked, 5 left",
                        "nodes:    2 of 2 done, 1 node with a fault",
                        "  1.stor:",
                        "    copy again: 1,200 repaired, 2 no longer true, 1 failed, 3 parked",
                        "    quarantine: 5 left",
                        "    fault:   repairs failed",
                        "    no file was moved",
                        "  2.stor: nothing was planned");
    }

    @Test
    void whatWasNotOrderedIsNoFault() {
        answer(200, acting("FINISHED", "\"copy_again\"", CLEAN));
        assertThat(command.run("reconcile", "status", RUN)).isZero();
        assertThat(command.out()).contains("    quarantine: 5 left (not ordered)");
        answers.clear();
        answer(200, acting("FINISHED", "\"copy_again\",\"quarantine\"", CLEAN));
        assertThat(command.run("reconcile", "status", RUN)).isEqualTo(2);
        answers.clear();
        answer(200, acting("FINISHED", "\"copy_again\"", CLEAN).replace("\"left\":[]", "\"left\":[\"2.stor\"]"));
        assertThat(command.run("reconcile", "status", RUN)).isEqualTo(2);
        answers.clear();
        answer(200, acting("ACTING", "\"copy_again\"", ""));
        assertThat(command.run("reconcile", "status", RUN)).isZero();
        assertThat(command.out()).contains("results:  nothing");
    }

    private static String item(int number, String run) {
        return """
                {"id":"i%s","path":"o/x%s","owner":"o","object":"x","reason":"orphan","movedAt":"2026-11-27T10:00:00Z","bytes":2000,
                 "run":"%s"}""".formatted(number, number, run);
    }

    @Test
    void aQuarantineIsReadPageByPage() {
        answer(200, "{\"items\":[" + item(1, RUN) + "],\"next\":\"i1\"}");
        answer(200, "{\"items\":[" + item(2, PLAN) + "]}");
        assertThat(command.run("reconcile", "quarantine", "1.stor")).isZero();
        assertThat(command.requests())
                .containsExactly("GET " + QUARANTINE + "?limit=1000", "GET " + QUARANTINE + "?limit=1000&after=i1");
        assertThat(command.out().lines())
                .containsExactly(
                        "ITEM  REASON    SIZE  MOVED              AGE  RUN",
                        "i1    orphan  2.0 kB  2026-11-27 10:00Z  2 h  " + RUN,
                        "    o/x1",
                        "i2    orphan  2.0 kB  2026-11-27 10:00Z  2 h  " + PLAN,
                        "    o/x2");
        answers.clear();
        answer(200, "{\"items\":[]}");
        assertThat(command.run("reconcile", "quarantine", "1.stor")).isZero();
        assertThat(command.out()).contains("the quarantine of 1.stor is empty");
    }

    @Test
    void aPurgeWithoutYesChangesNothing() {
        assertThat(command.run("reconcile", "purge", "1.stor")).isZero();
        assertThat(command.requests()).isEmpty();
        assertThat(command.err()).contains("dry run, nothing was changed", "reconcile purge 1.stor --yes");
    }

    @Test
    void aPurgeBeginsARun() {
        answer(202, "{\"id\":\"" + RUN + "\"}");
        assertThat(command.run("reconcile", "purge", "1.stor", "--yes")).isZero();
        assertThat(command.requests()).containsExactly("POST " + QUARANTINE + "/purge {\"confirm\":true}");
        assertThat(command.out()).contains(RUN);
    }

    @Test
    void everyNamedFileIsRestored() {
        answer(200, "{}");
        assertThat(command.run("reconcile", "restore", "1.stor", "i1", "i2")).isZero();
        assertThat(command.requests())
                .containsExactly("POST " + QUARANTINE + "/i1/restore", "POST " + QUARANTINE + "/i2/restore");
        assertThat(command.out().lines()).containsExactly("i1 restored", "i2 restored");
        assertThat(command.err()).contains("2 of 2 files restored on 1.stor");
    }

    @Test
    void aFileThatIsNotRestoredDoesNotStopTheOthers() {
        answer(409, "{\"code\":\"QUARANTINE_NAME_TAKEN\",\"detail\":\"another file has the name\"}");
        answer(404, "{\"code\":\"QUARANTINE_ITEM_NOT_FOUND\",\"detail\":\"no such file\"}");
        answer(200, "{}");
        assertThat(command.run("reconcile", "restore", "1.stor", "i1", "i2", "i3"))
                .isEqualTo(1);
        assertThat(command.out().lines())
                .containsExactly(
                        "i1 not restored: another file has the name (QUARANTINE_NAME_TAKEN)",
                        "i2 not restored: no such file (QUARANTINE_ITEM_NOT_FOUND)",
                        "i3 restored");
        assertThat(command.err()).contains("1 of 3 files restored on 1.stor");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "503 AGENT_UNREACHABLE",
                "409 AGENT_NOT_IN_CLUSTER",
                "404 STORAGE_NODE_NOT_FOUND",
                "504 AGENT_NO_REPLY"
            })
    void aFailureOfTheAgentEndsTheCommand(String problem) {
        answer(200, "{}");
        answer(
                Integer.parseInt(problem.substring(0, 3)),
                "{\"code\":\"" + problem.substring(4) + "\",\"detail\":\"the agent is away\"}");
        assertThat(command.run("reconcile", "restore", "1.stor", "i1", "i2", "i3"))
                .isEqualTo(1);
        assertThat(command.requests()).hasSize(2);
        assertThat(command.out().lines()).containsExactly("i1 restored");
        assertThat(command.err()).contains("1 of 3 files restored", "the agent is away (" + problem + ")");
    }

    @Test
    void allFilesOfARunAreRestored() {
        answer(200, "{\"items\":[" + item(1, RUN) + "," + item(2, PLAN) + "],\"next\":\"i2\"}");
        answer(200, "{\"items\":[" + item(3, RUN) + "]}");
        answer(200, "{}");
        assertThat(command.run("reconcile", "restore", "1.stor", "--run", RUN, "--output", "json"))
                .isZero();
        assertThat(command.requests())
                .containsExactly(
                        "GET " + QUARANTINE + "?limit=1000",
                        "GET " + QUARANTINE + "?limit=1000&after=i2",
                        "POST " + QUARANTINE + "/i1/restore",
                        "POST " + QUARANTINE + "/i3/restore");
        assertThat(command.out().strip())
                .isEqualTo(
                        "{\"results\":[{\"id\":\"i1\",\"result\":\"restored\"},{\"id\":\"i3\",\"result\":\"restored\"}]}");
        answers.clear();
        answer(200, "{\"items\":[]}");
        assertThat(command.run("reconcile", "restore", "1.stor", "--run", RUN)).isEqualTo(1);
        assertThat(command.err()).contains("has no file that run " + RUN + " moved");
    }

    @Test
    void filesOrARunAreNamed() {
        answer(200, "{}");
        assertThat(command.run("reconcile", "restore", "1.stor")).isEqualTo(1);
        assertThat(command.run("reconcile", "restore", "1.stor", "i1", "--run", RUN))
                .isEqualTo(1);
        assertThat(command.err()).contains("name the files to restore, or the run that moved them with --run");
        assertThat(command.requests()).isEmpty();
    }
}
