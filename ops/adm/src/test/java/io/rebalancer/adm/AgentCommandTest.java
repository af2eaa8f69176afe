package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands for agents. */
class AgentCommandTest {
    private static final String AGENT = "/api/v1/storage-nodes/1.stor.d/agent";
    private static final String ID = "00000000-0000-0000-0000-000000000005";
    private static final String LIMITS = """
            {"bytesPerSecond":0,"bytesPerSecondOfSource":100000000,"parallelFetches":32,"fetchesOfSource":16,
             "freeSpaceFloorMib":1024,"fillCeilingPercent":95}""";
    private static final String STATUS = """
            {"storageId":"1.stor.d","durability":"flushed","gate":"NO_NEW","limits":%s,"effectiveFetches":8,"running":3,
             "waiting":2,"inProgress":4,"availableBytes":5000000000,
             "sources":[{"storageId":"2.stor.d","running":3,"waiting":2,"failures":1,"resting":true}],"sourcesLeftOut":7}
            """.formatted(LIMITS);

    private final Map<String, String> answers = new HashMap<>(Map.of(
            "GET " + AGENT,
            STATUS,
            "PUT " + AGENT + "/limits",
            LIMITS,
            "GET " + AGENT + "/assignments",
            "{\"assignments\":[{\"id\":\"00000000-0000-0000-0000-000000000001\",\"jobId\":\"J\",\"tasks\":2,\"ended\":2,"
                    + "\"failed\":1}],\"next\":\"N\"}",
            "GET " + AGENT + "/assignments limit=1000&after=N",
            "{\"assignments\":[{\"id\":\"" + ID + "\",\"jobId\":\"J\",\"tasks\":3,\"ended\":1,\"failed\":0}]}"));
    private final ServedCommand command = ServedCommand.start(request -> {
        String key = request.method() + " " + request.path();
        return new ServedCommand.Response(
                200, answers.getOrDefault(key + " " + request.query(), answers.getOrDefault(key, "{}")));
    });

    AgentCommandTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    @Test
    void theStatusIsShown() {
        assertThat(command.run("agent", "status", "1.stor.d")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "agent of 1.stor.d: gate no new, durability flushed",
                        "copies: 3 running of at most 8 now, 2 waiting; 4 operations change the disk",
                        "space for copies: 5.0 GB",
                        "limits: 32 copies at a time, 16 from one source",
                        "  rate: no limit, from one source 100.0 MB/s",
                        "  space: leave 1.1 GB free, fill up to 95 %",
                        "SOURCE    RUNNING  WAITING  FAILURES  STATE",
                        "2.stor.d        3        2         1  resting after failures",
                        "7 further sources are not shown");
    }

    @Test
    void onlyGivenLimitsAreChanged() {
        assertThat(command.run("agent", "limits", "1.stor.d", "--output", "json"))
                .isZero();
        assertThat(command.out()).contains("\"parallelFetches\":32");
        assertThat(command.run("agent", "limits", "1.stor.d", "--copies", "4", "--bytes-per-second", "0"))
                .isZero();
        assertThat(command.out()).contains("limits: 32 copies at a time");
        assertThat(command.requests())
                .containsExactly(
                        "GET " + AGENT, "PUT " + AGENT + "/limits {\"parallelFetches\":4,\"bytesPerSecond\":0}");
        assertThat(command.run("agent", "limits", "1.stor.d", "--copies", "many"))
                .isEqualTo(1);
    }

    @Test
    void theExitCodeShowsWhetherTheGateIsAcknowledged() {
        answers.put("PUT " + AGENT + "/gate", "{\"gate\":\"NO_NEW\",\"acknowledged\":false,\"inProgress\":3}");
        assertThat(command.run("agent", "gate", "1.stor.d", "no-new")).isEqualTo(4);
        assertThat(command.out())
                .contains("the gate of 1.stor.d is no new; not acknowledged yet: 3 operations are still in progress");
        answers.put("PUT " + AGENT + "/gate", "{\"gate\":\"STOPPED\",\"acknowledged\":true,\"inProgress\":0}");
        assertThat(command.run("agent", "gate", "1.stor.d", "stopped")).isZero();
        assertThat(command.requests()).last().isEqualTo("PUT " + AGENT + "/gate {\"gate\":\"STOPPED\"}");
    }

    @Test
    void anAssignmentIsDroppedOnlyIfTheOperatorConfirms() {
        assertThat(command.run("agent", "assignments", "1.stor.d")).isZero();
        assertThat(command.out()).contains("ASSIGNMENT").contains(ID + "  J        3      1       0");
        assertThat(command.run("agent", "drop", "1.stor.d", ID)).isZero();
        assertThat(command.err())
                .contains(
                        "dry run, nothing was changed",
                        "refused without --force",
                        "to do it: rebalancer-adm agent drop 1.stor.d " + ID + " --yes");
        assertThat(command.requests()).allMatch(request -> request.startsWith("GET "));
        assertThat(command.run("agent", "drop", "1.stor.d", ID, "--force", "--yes"))
                .isZero();
        assertThat(command.requests()).last().isEqualTo("DELETE " + AGENT + "/assignments/" + ID + "?force=true");
        command.clearErr();
        assertThat(command.run("agent", "drop", "1.stor.d", ID.replace('5', '6')))
                .isEqualTo(1);
        assertThat(command.err()).contains("holds no assignment", "agent assignments 1.stor.d");
        assertThat(command.run("agent", "drop", "1.stor.d", "x")).isEqualTo(1);
        assertThat(command.err()).contains("is no id of an assignment");
    }
}
