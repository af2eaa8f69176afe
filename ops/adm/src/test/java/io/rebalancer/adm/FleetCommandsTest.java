package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands for the cluster, and those that change nothing without {@code --yes}. */
class FleetCommandsTest {
    private static final String NODE = "/api/v1/storage-nodes/1.stor.d";
    private static final String CLUSTER = """
            {"self":"10.0.0.1:2551","leader":"10.0.0.1:2551","singletons":{"JobRegistry":"10.0.0.1:2551"},
             "members":[{"address":"10.0.0.1:2551","status":"Up","roles":["manager"],"version":"1","reachable":true},
              {"address":"10.0.0.2:2551","status":"Up","roles":["manager"],"version":"1","reachable":false}],
             "shards":{"10.0.0.2:2551":3},"jobs":[{"id":"J","at":"10.0.0.2:2551","revision":7,"takenIn":6}],
             "pool":{"active":1,"idle":2,"most":4,"waiting":0},"problems":["shards: no reply"]}""";

    private final Map<String, String> answers = new HashMap<>(Map.of("/api/v1/cluster", CLUSTER));
    private final ServedCommand command =
            ServedCommand.start(request -> new ServedCommand.Response(200, answers.getOrDefault(request.path(), "{}")));

    FleetCommandsTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    @Test
    void theClusterIsShown() {
        assertThat(command.run("cluster", "status")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "as 10.0.0.1:2551 sees it; leader 10.0.0.1:2551",
                        "MEMBER         STATUS  REACHABLE  ROLES    SHARDS  VERSION",
                        "10.0.0.1:2551  Up      yes        manager       -  1",
                        "10.0.0.2:2551  Up      NO         manager       3  1",
                        "singleton JobRegistry runs on 10.0.0.1:2551",
                        "JOB  MANAGER        EVENTS  PROJECTED",
                        "J    10.0.0.2:2551       7          6",
                        "connections to the read side: 1 active and 2 idle of 4, 0 callers wait",
                        "problem: shards: no reply");
    }

    @Test
    void aMemberStaysUnlessTheOperatorConfirms() {
        assertThat(command.run("cluster", "down", "10.0.0.1:2551")).isZero();
        assertThat(command.out()).contains("10.0.0.1:2551 is Up, reachable");
        assertThat(command.err())
                .contains(
                        "dry run, nothing was changed",
                        "cluster leave is the right order",
                        "to do it: rebalancer-adm cluster down 10.0.0.1:2551 --yes");
        assertThat(command.run("cluster", "leave", "10.0.0.2:2551")).isZero();
        assertThat(command.out()).contains("it runs 1 jobs and has 3 shards");
        assertThat(command.requests()).allMatch(request -> request.startsWith("GET "));
        answers.put(
                "/api/v1/cluster/members/10.0.0.2:2551/leave", "{\"member\":\"10.0.0.2:2551\",\"state\":\"leaves\"}");
        assertThat(command.run("cluster", "leave", "10.0.0.2:2551", "--yes")).isZero();
        assertThat(command.requests()).last().asString().startsWith("POST /api/v1/cluster/members/");
        assertThat(command.out()).endsWith("10.0.0.2:2551 leaves" + System.lineSeparator());
    }

    @Test
    void aMemberThatIsNoneIsNamed() {
        assertThat(command.run("cluster", "down", "10.0.0.9:1")).isEqualTo(1);
        assertThat(command.err()).contains("no member 10.0.0.9:1", "cluster status");
    }

    @Test
    void aNodeIsRemovedOnlyIfTheOperatorConfirms() {
        answers.put(
                NODE,
                "{\"storageNode\":\"1.stor.d\",\"state\":\"DRAINED\",\"job\":\"J\",\"since\":\"2026-11-27T09:00:00Z\"}");
        assertThat(command.run("node", "remove", "1.stor.d")).isZero();
        assertThat(command.out().strip())
                .isEqualTo("1.stor.d is drained since 2026-11-27 09:00:00Z (3 h ago), by job J");
        assertThat(command.err()).contains("to do it: rebalancer-adm node remove 1.stor.d --yes");
        answers.put(NODE, "{\"storageNode\":\"1.stor.d\",\"state\":\"FENCED\"}");
        assertThat(command.run("node", "remove", "1.stor.d")).isEqualTo(1);
        assertThat(command.err()).contains("FENCED and can't be removed");
        assertThat(command.requests()).containsOnly("GET " + NODE);
        answers.put(NODE + "/remove", "{\"storageNode\":\"1.stor.d\",\"state\":\"REMOVED\"}");
        assertThat(command.run("node", "remove", "1.stor.d", "--yes", "--output", "json"))
                .isZero();
        assertThat(command.out()).contains("{\"storageNode\":\"1.stor.d\",\"state\":\"REMOVED\"}");
    }

    @Test
    void listsAreAskedForInTheOrderOfTheOperator() {
        command.run("job", "list", "--order", "oldest");
        command.run("job", "exceptions", "J", "--order", "newest");
        command.run("job", "orphans", "J", "--order", "oldest");
        command.run("node", "orphans", "--order", "oldest");
        command.run("node", "fleet", "--sort", "free");
        command.run("audit", "jobs", "--order", "oldest");
        command.run("audit", "list", "--order", "oldest");
        assertThat(command.requests())
                .containsExactly(
                        "GET /api/v1/jobs?limit=1000&order=oldest",
                        "GET /api/v1/jobs/J/exceptions?limit=1000&order=newest",
                        "GET /api/v1/jobs/J/orphans?limit=1000&order=oldest",
                        "GET /api/v1/orphans?limit=1000&order=oldest",
                        "GET /api/v1/fleet?limit=1000&sort=free",
                        "GET /api/v1/audit?limit=1000&order=oldest",
                        "GET /api/v1/audit/entries?limit=50&order=oldest");
    }

    @Test
    void theOldestAuditEntriesAreReadForwards() {
        answers.put("/api/v1/audit/entries", "{\"entries\":[{\"number\":7}],\"next\":7}");
        assertThat(command.run("audit", "list", "--limit", "2", "--order", "oldest", "--output", "jsonl"))
                .isZero();
        assertThat(command.requests())
                .containsExactly(
                        "GET /api/v1/audit/entries?limit=2&order=oldest", "GET /api/v1/audit/entries?limit=1&after=7");
        assertThat(command.err()).contains("later entries: --after 7");
    }

    @Test
    void aNodeIsShownWithItsPenalty() {
        answers.put(NODE, """
                {"storageNode":"1.stor.d","state":"IN_SERVICE","penalty":{"causes":[{"cause":"busy","assignments":1,
                 "until":"T","detail":"full"}]}}""");
        assertThat(command.run("node", "get", "1.stor.d")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "1.stor.d is in service", "1.stor.d penalty until T: was too busy for 1 assignment (full)");
    }

    @Test
    void aNodeIsShownWithTheRunningJobsThatTouchIt() {
        answers.put(NODE, """
                {"storageNode":"1.stor.d","state":"FENCED","jobs":{"emptiedBy":["J"],"destinationOf":[
                 {"job":"K","assignments":1,"leasedBytes":5242880},{"run":"L","assignments":2,"leasedBytes":0}]}}""");
        assertThat(command.run("node", "get", "1.stor.d")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "1.stor.d is fenced",
                        "job J empties it",
                        "job K copies to it: 1 open assignment, 5.2 MB leased",
                        "run L copies to it: 2 open assignments, 0 B leased");
        answers.put(NODE, """
                {"storageNode":"1.stor.d","state":"IN_SERVICE",
                 "jobs":{"emptiedBy":[],"destinationsUnavailable":"no reply"}}""");
        assertThat(command.run("node", "get", "1.stor.d")).isZero();
        assertThat(command.out()).contains("the jobs that copy to it are unknown: no reply");
    }

    @Test
    void theOrphansOfAJobAndTheLastAuditEntryAreShown() {
        answers.put("/api/v1/jobs/J/orphans", "{\"orphans\":[]}");
        assertThat(command.run("job", "orphans", "J")).isZero();
        assertThat(command.out()).contains("no orphaned copies of job J are recorded");
        answers.put("/api/v1/audit/last", "{\"number\":7,\"hash\":\"ab\"}");
        assertThat(command.run("audit", "last")).isZero();
        assertThat(command.out()).contains("7:ab");
        answers.put(
                "/api/v1/audit",
                "{\"audit\":[{\"at\":\"2026-11-27T09:00:00Z\",\"jobId\":\"J\",\"action\":\"job_ended\",\"detail\":\"DONE\"}]}");
        assertThat(command.run("audit", "jobs")).isZero();
        assertThat(command.out()).containsPattern("2026-11-27 09:00Z  3 h  J    job_ended\n    DONE");
    }
}
