package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs the command against a server that responds like a manager (manta.md section 2). */
class AdmCommandTest {
    private static final String ID = "11111111-1111-4111-8111-111111111111";
    private static final String VERSION = new AdmCommand.BuildVersion().getVersion()[0];

    private final ServedCommand command = ServedCommand.start(this::respond);
    private List<String> orphanPages = List.of();

    AdmCommandTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private ServedCommand.Response respond(ServedCommand.Request request) {
        if (request.path().equals("/api/v1/orphans")) {
            return new ServedCommand.Response(
                    200, orphanPages.get(request.query().contains("after=") ? 1 : 0));
        }
        if (request.method().equals("POST")) {
            return request.body().contains("9.stor")
                    ? new ServedCommand.Response(400, "unknown storage node 9.stor\n")
                    : new ServedCommand.Response(200, ID + "\n");
        }
        return request.path().endsWith("unknown")
                ? new ServedCommand.Response(400, "Could not find job UUID: unknown")
                : new ServedCommand.Response(200, "[{\"state\":\"Running\",\"id\":\"" + ID + "\"}]");
    }

    @Test
    void listPrintsJobsWithTheirMembersSorted() {
        assertThat(command.run("job", "list")).isZero();
        assertThat(command.requests()).containsExactly("GET /jobs");
        assertThat(command.out().lines().skip(2))
                .as("the layout of the legacy tool")
                .containsExactly("[", "  {", "    \"id\": \"" + ID + "\",", "    \"state\": \"Running\"", "  }", "]");
    }

    @Test
    void getPrintsAJob() {
        assertThat(command.run("job", "get", ID)).isZero();
        assertThat(command.requests()).containsExactly("GET /jobs/" + ID);
    }

    @Test
    void createEvacuatePostsAJobAndPrintsItsId() {
        assertThat(command.run("job", "create", "evacuate", "--shark", "1.stor", "-m", "7"))
                .isZero();
        assertThat(command.requests())
                .containsExactly(
                        "POST /jobs {\"action\":\"evacuate\",\"params\":{\"from_shark\":\"1.stor\",\"max_objects\":7}}");
        assertThat(command.out().lines())
                .containsExactly("", "server version: rebalancer-manager 0.1.0 (no-STAMP)", ID);
    }

    @Test
    void retryPostsToTheJob() {
        assertThat(command.run("job", "retry", ID)).isZero();
        assertThat(command.requests()).containsExactly("POST /jobs/" + ID + "/retry");
    }

    @Test
    void theMemberOfAMissingLimitIsSentAsNull() {
        assertThat(command.run("job", "create", "evacuate", "-s", "1.stor")).isZero();
        assertThat(command.requests()).singleElement().asString().contains("\"max_objects\":null");
    }

    @Test
    void anErrorShowsTheManagersMessage() {
        assertThat(command.run("job", "create", "evacuate", "-s", "9.stor")).isEqualTo(1);
        assertThat(command.err()).contains("400").contains("unknown storage node 9.stor");
        assertThat(command.run("job", "get", "unknown")).isEqualTo(1);
        assertThat(command.err()).contains("Could not find job UUID");
    }

    private static String orphan(int number) {
        return "{\"job\":\"" + ID + "\",\"assignment\":\"" + ID + "\",\"storageNode\":\"" + number
                + ".stor\",\"object\":\"" + ID + "\",\"detail\":\"the agent of node " + number
                + " is lost\",\"recordedAt\":\"2026-11-21T10:00:00Z\"}";
    }

    @Test
    void orphansPrintsTheCopiesOfAllPagesAsATable() {
        orphanPages =
                List.of("{\"orphans\":[" + orphan(1) + "],\"next\":\"a b\"}", "{\"orphans\":[" + orphan(2) + "]}");
        assertThat(command.run("node", "orphans")).isZero();
        assertThat(command.requests())
                .containsExactly("GET /api/v1/orphans?limit=1000", "GET /api/v1/orphans?limit=1000&after=a+b");
        assertThat(command.out().lines())
                .containsExactly(
                        "STORAGE NODE  OBJECT                                RECORDED           AGE",
                        "1.stor        " + ID + "  2026-11-21 10:00Z  6 d",
                        "    job " + ID + ", assignment " + ID + ": the",
                        "    agent of node 1 is lost",
                        "2.stor        " + ID + "  2026-11-21 10:00Z  6 d",
                        "    job " + ID + ", assignment " + ID + ": the",
                        "    agent of node 2 is lost");
    }

    @Test
    void orphansReportsThatThereAreNone() {
        orphanPages = List.of("{\"orphans\":[]}");
        assertThat(command.run("node", "orphans")).isZero();
        assertThat(command.out().lines()).containsExactly("no orphaned copies are recorded");
    }

    @Test
    void withoutASubcommandTheVersionAndTheHelpArePrinted() {
        assertThat(command.runWithoutUrl()).isEqualTo(1);
        assertThat(command.err()).startsWith(VERSION).contains("job").contains("help");
        assertThat(command.runWithoutUrl("job")).isEqualTo(1);
        assertThat(command.err()).contains("list", "get", "create", "retry");
        assertThat(command.runWithoutUrl("job", "create")).isEqualTo(1);
        assertThat(command.err()).startsWith(VERSION).contains("evacuate");
        assertThat(command.requests()).isEmpty();
    }

    @Test
    void unexpectedAndMissingArgumentsAreReportedLikeTheLegacyTool() {
        assertThat(command.runWithoutUrl("job", "list", "extra")).isEqualTo(1);
        assertThat(command.err())
                .contains("Found argument 'extra' which wasn't expected")
                .contains("rebalancer-adm job list");
        assertThat(command.runWithoutUrl("job", "get")).isEqualTo(1);
        assertThat(command.err())
                .contains("The following required arguments were not provided:\n    <uuid>")
                .contains("    rebalancer-adm job get <uuid>\n");
        assertThat(command.runWithoutUrl("job", "create", "evacuate")).isEqualTo(1);
        assertThat(command.err())
                .contains("The following required arguments were not provided:\n    --shark <shark>")
                .contains("    rebalancer-adm job create evacuate [OPTIONS] --shark <shark>\n");
        assertThat(command.requests()).isEmpty();
    }

    @Test
    void aLimitIsAnUnsigned32BitNumber() {
        assertThat(command.run("job", "create", "evacuate", "-s", "1.stor", "-m", "4294967295"))
                .isZero();
        assertThat(command.requests()).singleElement().asString().contains("\"max_objects\":4294967295");
        for (String wrong : List.of("many", "-1", "4294967296")) {
            assertThat(command.run("job", "create", "evacuate", "-s", "1.stor", "--max_objects=" + wrong))
                    .isEqualTo(1);
            assertThat(command.err()).contains("Error: \"Numeric value required for max_objects: " + wrong + "\"");
        }
    }

    @Test
    void helpAndVersionSucceed() {
        assertThat(command.runWithoutUrl("--help")).isZero();
        assertThat(command.runWithoutUrl("help", "job")).isZero();
        assertThat(command.runWithoutUrl("--version")).isZero();
        assertThat(command.out()).contains(VERSION);
    }

    @Test
    void theMessageNamesAnUnreachableManager() {
        int code = command.runWithoutUrl("job", "list", "--url", "http://127.0.0.1:1");
        assertThat(code).isEqualTo(1);
        assertThat(command.err())
                .contains("http://127.0.0.1:1")
                .contains("--url")
                .doesNotContain("\tat ");
    }
}
