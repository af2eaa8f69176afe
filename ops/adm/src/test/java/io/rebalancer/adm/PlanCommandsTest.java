package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code plan ...} and {@code job create --plan}, against a server with answers of API v1. */
class PlanCommandsTest {
    private static final String PLAN = "11111111-1111-4111-8111-111111111111";
    private static final String READY = """
            {"id":"%s","storageNodes":["1.stor"],"maxObjects":0,"whatIf":true,
             "scenario":{"lostDatacenters":["dc2"],"maxFillPercent":80,"seed":42},"state":"READY","createdAt":"2026-11-27T08:00:00Z",
             "expiresAt":"2026-11-28T08:00:00Z","found":{"records":110,"objects":100,"bytes":1048577,"peakFillPercent":41,
             "violations":{"objectsInOtherDatacenter":7,"objectsSharingDatacenter":2,"destinationsAboveCeiling":1},
             "destinations":[{"storageNode":"3.stor","datacenter":"dc3","objects":100,"bytes":1048577,
               "fillPercentBefore":40,"fillPercentAfter":41,"usedMibBefore":5,"usedMibAfter":9}],
             "unlistedDestinations":4,"objectsBelowTwoCopies":12,
             "unmovable":[{"reason":"no_destination","retryClass":"pressure","records":3,
               "examples":[{"shard":2,"key":"/o/stor/1","detail":"no node has space"}]}],
             "shards":[{"shard":1,"records":60},{"shard":2,"records":50}],
             "duration":{"shortestSeconds":90,"longestSeconds":7260,"basis":"the rates of the last 2 jobs"}}}""".formatted(PLAN);

    private final Deque<ServedCommand.Response> answers = new ArrayDeque<>();
    private final ServedCommand command =
            ServedCommand.start(request -> answers.size() > 1 ? answers.remove() : answers.element());

    PlanCommandsTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private void answer(int status, String body) {
        answers.add(new ServedCommand.Response(status, body));
    }

    @Test
    void theIdOfThePlanIsPrinted() {
        answer(202, "{\"id\":\"" + PLAN + "\"}");
        assertThat(command.run("plan", "create", "1.stor", "--max-objects", "7"))
                .isZero();
        assertThat(command.requests())
                .containsExactly("POST /api/v1/plans {\"storageNode\":\"1.stor\",\"maxObjects\":7}");
        assertThat(command.out().lines()).containsExactly(PLAN);
    }

    @Test
    void aScenarioIsSent() {
        answer(202, "{\"id\":\"" + PLAN + "\"}");
        assertThat(command.run(
                        "plan",
                        "create",
                        "1.stor",
                        "2.stor",
                        "--lost-datacenter",
                        "dc2",
                        "--lost-datacenter",
                        "dc3",
                        "--max-fill",
                        "80",
                        "--seed",
                        "42",
                        "--window",
                        "mon-fri 20:00-06:00",
                        "--time-zone",
                        "Europe/Berlin"))
                .isZero();
        assertThat(command.requests())
                .containsExactly("POST /api/v1/plans {\"storageNode\":\"1.stor\",\"scenario\":{\"leaving\":[\"1.stor\","
                        + "\"2.stor\"],\"lostDatacenters\":[\"dc2\",\"dc3\"],\"maxFillPercent\":80,\"seed\":42,"
                        + "\"window\":{\"timeZone\":\"Europe/Berlin\",\"weekly\":[\"mon-fri 20:00-06:00\"]}}}");
    }

    @Test
    void withWaitThePlanIsShownOnceItIsReady() {
        answer(202, "{\"id\":\"" + PLAN + "\"}");
        answer(200, "{\"id\":\"" + PLAN + "\",\"state\":\"RUNNING\"}");
        answer(200, READY);
        assertThat(command.run("plan", "create", "1.stor", "--wait")).isZero();
        assertThat(command.requests())
                .containsExactly(
                        "POST /api/v1/plans {\"storageNode\":\"1.stor\"}",
                        "GET /api/v1/plans/" + PLAN,
                        "GET /api/v1/plans/" + PLAN);
        assertThat(command.out().lines())
                .containsExactly(
                        "plan " + PLAN + " for 1.stor (what-if) is READY; it expires at 2026-11-28 08:00:00Z (in 20 h)",
                        "scenario:    lost datacenters dc2; fill ceiling 80 %; seed 42",
                        "to move:     100 objects, 2 MiB, of 110 records in 2 metadata shards",
                        "duration:    1 min 30 s to 2 h 1 min, from the rates of the last 2 jobs",
                        "violations:  7 objects change their datacenter, 2 share one afterwards, 1 destinations exceed the"
                                + " fill ceiling",
                        "copies left: 12 objects have fewer than two copies outside the lost datacenters",
                        "can't move:  3 records: no_destination",
                        "             such as /o/stor/1 in shard 2: no node has space",
                        "peak fill:   41 %",
                        "DESTINATION                              DATACENTER        OBJECTS            MIB  FILL",
                        "3.stor                                   dc3                   100              2  40 % -> 41 %",
                        "and 4 further destinations; GET /api/v1/plans/ID lists up to 1,000",
                        "records by shard: 1: 60, 2: 50");
    }

    @Test
    void aPlanThatFailedHasItsOwnExitCode() {
        answer(
                200,
                "{\"id\":\"" + PLAN + "\",\"state\":\"FAILED\",\"note\":\"shard 7 is down\",\"found\":{\"duration\":"
                        + "{\"basis\":\"unknown, because the plan is not ready\"}}}");
        assertThat(command.run("plan", "get", PLAN)).isEqualTo(1);
        assertThat(command.out().lines()).noneMatch(line -> line.startsWith("copies left"));
        assertThat(command.out()).contains("is FAILED", "shard 7 is down", "duration:    unknown, because");
    }

    @Test
    void anUnknownPlanIsAFailure() {
        answer(404, "{\"code\":\"PLAN_NOT_FOUND\",\"detail\":\"no plan; create the plan again\"}");
        assertThat(command.run("plan", "get", PLAN)).isEqualTo(1);
        assertThat(command.err()).contains("404", "create the plan again");
    }

    @Test
    void plansAreListedAndDeleted() {
        answer(200, """
                {"since":"2026-11-27T08:00:00Z","plans":[
                 {"id":"%s","storageNodes":["1.stor","2.stor"],"state":"RUNNING","createdAt":"2026-11-27T08:00:00Z",
                  "whatIf":true,"objects":5,"bytes":1}]}""".formatted(PLAN));
        assertThat(command.run("plan", "list")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "PLAN                                  STATE    OBJECTS  SIZE  EXPIRES  IN",
                        PLAN + "  running        5   1 B  -        -",
                        "    1.stor, 2.stor (what-if)");
        answers.clear();
        answer(200, "{\"since\":\"2026-11-27T08:00:00Z\",\"plans\":[]}");
        assertThat(command.run("plan", "list")).isZero();
        assertThat(command.out()).contains("no plans are kept");
        answers.clear();
        // Without a body, the response of the server has no length.
        answer(200, "");
        assertThat(command.run("plan", "delete", PLAN)).isZero();
        assertThat(command.run("plan", "delete", PLAN))
                .as("the connection of an order is not used again")
                .isZero();
        assertThat(command.requests()).contains("DELETE /api/v1/plans/" + PLAN);
    }

    @Test
    void aJobIsCreatedFromAPlanUnlessThePlanIsOutdated() {
        answer(201, "{\"id\":\"" + PLAN + "\"}");
        assertThat(command.run("job", "create", "1.stor", "--plan", PLAN)).isZero();
        assertThat(command.requests())
                .containsExactly(
                        "POST /api/v1/jobs {\"leavingNode\":\"1.stor\",\"force\":[],\"plan\":\"" + PLAN + "\"}");
        answers.clear();
        answer(
                409,
                "{\"code\":\"PLAN_OUTDATED\",\"detail\":\"the fleet has changed\",\"changes\":[\"less space\",\"more used\"]}");
        assertThat(command.run("job", "create", "1.stor", "--plan", PLAN)).isEqualTo(3);
        assertThat(command.out().lines().toList()).endsWith("less space", "more used");
        assertThat(command.err()).contains("no job was created: the fleet has changed");
        assertThat(List.copyOf(command.requests())).hasSize(2);
    }
}
