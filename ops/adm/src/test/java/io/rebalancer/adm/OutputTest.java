package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The forms of output, and lists of several pages. */
class OutputTest {
    private static final String JOB = "11111111-1111-4111-8111-111111111111";
    private static final String EXCEPTIONS = "/api/v1/jobs/" + JOB + "/exceptions";

    private final Map<String, String> answers = new HashMap<>();
    private final ServedCommand command = ServedCommand.start(request -> new ServedCommand.Response(
            200,
            answers.getOrDefault(
                    request.path() + (request.query().contains("after=") ? "?after" : ""), "{\"server\":\"legacy\"}")));

    OutputTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private static String exception(int number) {
        return "{\"shard\":" + number + ",\"key\":\"/u/stor/" + number
                + "\",\"kind\":\"failed\",\"reason\":\"agent_busy\","
                + "\"detail\":\"busy\",\"attempts\":2,\"lastAt\":\"2026-11-27T09:00:00Z\",\"size\":1.50}";
    }

    private void serveTwoPages() {
        answers.put(EXCEPTIONS, "{\"exceptions\":[" + exception(1) + "],\"next\":\"a b\"}");
        answers.put(EXCEPTIONS + "?after", "{\"exceptions\":[" + exception(2) + "]}");
    }

    @Test
    void allPagesAreOneTable() {
        serveTwoPages();
        assertThat(command.run("job", "exceptions", JOB, "--reason", "agent_busy"))
                .isZero();
        assertThat(command.requests())
                .containsExactly(
                        "GET " + EXCEPTIONS + "?limit=1000&reason=agent_busy",
                        "GET " + EXCEPTIONS + "?limit=1000&reason=agent_busy&after=a+b");
        assertThat(command.out().lines())
                .containsExactly(
                        "SHARD  KIND    REASON      TRIES  LAST               AGE  DESTINATION",
                        "    1  failed  agent_busy      2  2026-11-27 09:00Z  3 h  -",
                        "    /u/stor/1: busy",
                        "    2  failed  agent_busy      2  2026-11-27 09:00Z  3 h  -",
                        "    /u/stor/2: busy");
    }

    @Test
    void allPagesAreOneDocumentOrALineForEachItem() {
        serveTwoPages();
        assertThat(command.run("job", "exceptions", JOB, "--output", "json")).isZero();
        assertThat(command.out().strip())
                .isEqualTo("{\"exceptions\":[" + exception(1).replace("1.50", "1.5") + ","
                        + exception(2).replace("1.50", "1.5") + "]}");
        int before = command.out().length();
        assertThat(command.run("job", "exceptions", JOB, "--output", "jsonl")).isZero();
        assertThat(command.out().substring(before).lines())
                .containsExactly(
                        exception(1).replace("1.50", "1.5"), exception(2).replace("1.50", "1.5"));
    }

    @Test
    void jsonIsWhatTheApiAnswersByteForByte() {
        String body = "{\"jobs\" : [ {\"id\":\"J\", \"size\":1.50} ]}";
        answers.put("/api/v1/jobs", body);
        assertThat(command.run("job", "list", "--output", "json")).isZero();
        assertThat(command.out()).isEqualTo(body + System.lineSeparator());
    }

    @Test
    void jobsAreATableOfAtMostHundredColumns() {
        answers.put("/api/v1/jobs", """
                {"jobs":[{"id":"%s","leavingNode":"1.stor.example.com","state":"DONE_WITH_EXCEPTIONS","relocated":12000,
                 "reason":"7 records stay","createdAt":"2026-11-27T11:58:30Z"}]}""".formatted(JOB));
        assertThat(command.run("job", "list", "--output", "table")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "JOB                                   STATE                 NODE                 MOVED  CREATED"
                                + "            AGE",
                        JOB + "  done with exceptions  1.stor.example.com  12,000  2026-11-27 11:58Z  90 s",
                        "    7 records stay");
        answers.put("/api/v1/jobs", "{\"jobs\":[]}");
        assertThat(command.run("job", "list", "--output", "table")).isZero();
        assertThat(command.out()).endsWith("no jobs" + System.lineSeparator());
    }

    @Test
    void jobsAndNodesAreChosenByTheApi() {
        answers.put("/api/v1/jobs", "{\"jobs\":[]}");
        answers.put("/api/v1/storage-nodes", "{\"outOfService\":[],\"penalised\":[]}");
        assertThat(command.run(
                        "job",
                        "list",
                        "--state",
                        "running",
                        "--state=done-with-exceptions",
                        "--node",
                        "1.stor",
                        "--datacenter",
                        "a b"))
                .isZero();
        assertThat(command.run("node", "list", "--state", "drained")).isZero();
        assertThat(command.requests())
                .containsExactly(
                        "GET /api/v1/jobs?limit=1000&state=RUNNING&state=DONE_WITH_EXCEPTIONS&storageNode=1.stor&datacenter=a+b",
                        "GET /api/v1/storage-nodes?state=DRAINED");
        assertThat(command.out().lines().toList())
                .containsExactly("no such jobs", "no storage node out of service is in this state");
    }

    @Test
    void aLegacyCommandHasTheFormOfTheLegacyToolUnlessAFormIsChosen() {
        assertThat(command.run("job", "get", JOB)).isZero();
        assertThat(command.out().lines().toList()).endsWith("{", "  \"server\": \"legacy\"", "}");
        answers.put("/api/v1/jobs/" + JOB, "{\"id\":\"J\",\"state\":\"RUNNING\",\"failedBy\":{\"agent_busy\":1200}}");
        assertThat(command.run("job", "get", JOB, "--output", "table")).isZero();
        assertThat(command.out()).containsPattern("state +running").containsPattern("failed +0, agent_busy 1,200");
        assertThat(command.run("job", "create", "evacuate", "-s", "1.stor", "--output", "json"))
                .isZero();
        assertThat(command.requests().get(2)).startsWith("POST /jobs ");
        assertThat(command.out().lines().toList()).last().asString().startsWith("{\"id\":");
    }

    @Test
    void aFormThatIsNoneIsExplained() {
        assertThat(command.run("node", "list", "--output", "yaml")).isEqualTo(1);
        assertThat(command.err())
                .contains("--output", "table, json, jsonl", "yaml")
                .hasLineCount(1);
    }

    @Test
    void longTextsAreWrappedAndLongWordsStayWhole() {
        assertThat(Table.wrapped("a bb ccc dddddddd e", 6)).containsExactly("a bb", "ccc", "dddddddd", "e");
        assertThat(Table.wrapped(" ", 6)).isEmpty();
    }

    @Test
    void figuresAndTimesAreReadable() {
        assertThat(Figures.bytes(999)).isEqualTo("999 B");
        assertThat(Figures.bytes(3_400_000)).isEqualTo("3.4 MB");
        assertThat(Figures.bytes(999_960_000)).isEqualTo("1.0 GB");
        assertThat(Times.both("2026-11-27T09:00:03.7Z", ServedCommand.NOW)).isEqualTo("2026-11-27 09:00:03Z (2 h ago)");
        assertThat(Times.both("2026-11-29T12:00:00Z", ServedCommand.NOW)).isEqualTo("2026-11-29 12:00:00Z (in 2 d)");
        assertThat(Times.both("later", ServedCommand.NOW)).isEqualTo("later");
        assertThat(Times.brief("2026-11-27T14:05:00Z", ServedCommand.NOW)).isEqualTo("14:05Z");
        assertThat(Times.brief("2026-11-29T14:05:00Z", ServedCommand.NOW)).isEqualTo("2026-11-29 14:05Z");
    }
}
