package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the command against a server that responds like a manager (manta.md section 2). */
class AdmCommandTest {
    private static final String ID = "11111111-1111-4111-8111-111111111111";
    private static final String VERSION = new AdmCommand.BuildVersion().getVersion()[0];

    private final List<String> requests = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;

    AdmCommandTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add((exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body).strip());
            boolean known = !exchange.getRequestURI().getPath().endsWith("unknown");
            String answer = switch (exchange.getRequestMethod()) {
                case "POST" -> body.contains("9.stor") ? "unknown storage node 9.stor\n" : ID + "\n";
                default ->
                    known ? "[{\"state\":\"Running\",\"id\":\"" + ID + "\"}]" : "Could not find job UUID: unknown";
            };
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            boolean refused = answer.startsWith("unknown") || !known;
            exchange.getResponseHeaders().set("Server", "rebalancer-manager 0.1.0 (no-STAMP)");
            exchange.sendResponseHeaders(refused ? 400 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int run(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--url";
        all[arguments.length + 1] = "http://127.0.0.1:" + server.getAddress().getPort();
        return AdmCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }

    @Test
    void listPrintsJobsWithTheirMembersSorted() {
        assertThat(run("job", "list")).isZero();
        assertThat(requests).containsExactly("GET /jobs");
        assertThat(out.toString().lines().skip(2))
                .as("the layout of the legacy tool")
                .containsExactly("[", "  {", "    \"id\": \"" + ID + "\",", "    \"state\": \"Running\"", "  }", "]");
    }

    @Test
    void getPrintsAJob() {
        assertThat(run("job", "get", ID)).isZero();
        assertThat(requests).containsExactly("GET /jobs/" + ID);
    }

    @Test
    void createEvacuatePostsAJobAndPrintsItsId() {
        assertThat(run("job", "create", "evacuate", "--shark", "1.stor", "-m", "7"))
                .isZero();
        assertThat(requests)
                .containsExactly(
                        "POST /jobs {\"action\":\"evacuate\",\"params\":{\"from_shark\":\"1.stor\",\"max_objects\":7}}");
        assertThat(out.toString().lines())
                .containsExactly("", "server version: rebalancer-manager 0.1.0 (no-STAMP)", ID);
    }

    @Test
    void retryPostsToTheJob() {
        assertThat(run("job", "retry", ID)).isZero();
        assertThat(requests).containsExactly("POST /jobs/" + ID + "/retry");
    }

    @Test
    void theMemberOfAMissingLimitIsSentAsNull() {
        assertThat(run("job", "create", "evacuate", "-s", "1.stor")).isZero();
        assertThat(requests).singleElement().asString().contains("\"max_objects\":null");
    }

    @Test
    void anErrorShowsTheManagersMessage() {
        assertThat(run("job", "create", "evacuate", "-s", "9.stor")).isEqualTo(1);
        assertThat(err.toString()).contains("400").contains("unknown storage node 9.stor");
        assertThat(run("job", "get", "unknown")).isEqualTo(1);
        assertThat(err.toString()).contains("Could not find job UUID");
    }

    private void serveOrphans(String firstPage, String lastPage) {
        server.createContext("/api/v1/orphans", exchange -> {
            requests.add(exchange.getRequestURI().toString());
            boolean first = !exchange.getRequestURI().getQuery().contains("after=");
            byte[] bytes = (first ? firstPage : lastPage).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private static String orphan(int number) {
        return "{\"job\":\"" + ID + "\",\"assignment\":\"" + ID + "\",\"storageNode\":\"" + number
                + ".stor\",\"object\":\"" + ID + "\",\"detail\":\"the agent of node " + number
                + " is lost\",\"recordedAt\":\"2026-11-21T10:00:00Z\"}";
    }

    @Test
    void orphansPrintsTheCopiesOfAllPagesAsATable() {
        serveOrphans("{\"orphans\":[" + orphan(1) + "],\"next\":\"a b\"}", "{\"orphans\":[" + orphan(2) + "]}");
        assertThat(run("node", "orphans")).isZero();
        assertThat(requests).containsExactly("/api/v1/orphans?limit=1000", "/api/v1/orphans?limit=1000&after=a+b");
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "STORAGE NODE OBJECT JOB ASSIGNMENT RECORDED AT DETAIL",
                        String.join(" ", "1.stor", ID, ID, ID, "2026-11-21T10:00:00Z", "the agent of node 1 is lost"),
                        String.join(" ", "2.stor", ID, ID, ID, "2026-11-21T10:00:00Z", "the agent of node 2 is lost"));
    }

    @Test
    void orphansReportsThatThereAreNone() {
        serveOrphans("{\"orphans\":[]}", "");
        assertThat(run("node", "orphans")).isZero();
        assertThat(out.toString().lines()).containsExactly("no orphaned copies are recorded");
    }

    private int runWithoutUrl(String... arguments) {
        err.getBuffer().setLength(0);
        return AdmCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void withoutASubcommandTheVersionAndTheHelpArePrinted() {
        assertThat(runWithoutUrl()).isEqualTo(1);
        assertThat(err.toString()).startsWith(VERSION).contains("job").contains("help");
        assertThat(runWithoutUrl("job")).isEqualTo(1);
        assertThat(err.toString()).contains("list", "get", "create", "retry");
        assertThat(runWithoutUrl("job", "create")).isEqualTo(1);
        assertThat(err.toString()).startsWith(VERSION).contains("evacuate");
        assertThat(requests).isEmpty();
    }

    @Test
    void unexpectedAndMissingArgumentsAreReportedLikeTheLegacyTool() {
        assertThat(runWithoutUrl("job", "list", "extra")).isEqualTo(1);
        assertThat(err.toString())
                .contains("Found argument 'extra' which wasn't expected")
                .contains("rebalancer-adm job list");
        assertThat(runWithoutUrl("job", "get")).isEqualTo(1);
        assertThat(err.toString())
                .contains("The following required arguments were not provided:\n    <uuid>")
                .contains("    rebalancer-adm job get <uuid>\n");
        assertThat(runWithoutUrl("job", "create", "evacuate")).isEqualTo(1);
        assertThat(err.toString())
                .contains("The following required arguments were not provided:\n    --shark <shark>")
                .contains("    rebalancer-adm job create evacuate [OPTIONS] --shark <shark>\n");
        assertThat(requests).isEmpty();
    }

    @Test
    void aLimitIsAnUnsigned32BitNumber() {
        assertThat(run("job", "create", "evacuate", "-s", "1.stor", "-m", "4294967295"))
                .isZero();
        assertThat(requests).singleElement().asString().contains("\"max_objects\":4294967295");
        for (String wrong : List.of("many", "-1", "4294967296")) {
            assertThat(run("job", "create", "evacuate", "-s", "1.stor", "--max_objects=" + wrong))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("Error: \"Numeric value required for max_objects: " + wrong + "\"");
        }
    }

    @Test
    void helpAndVersionSucceed() {
        assertThat(runWithoutUrl("--help")).isZero();
        assertThat(runWithoutUrl("help", "job")).isZero();
        assertThat(runWithoutUrl("--version")).isZero();
        assertThat(out.toString()).contains(VERSION);
    }

    @Test
    void theMessageNamesAnUnreachableManager() {
        int code = AdmCommand.run(
                new PrintWriter(out, true), new PrintWriter(err, true), "job", "list", "--url", "http://127.0.0.1:1");
        assertThat(code).isEqualTo(1);
        assertThat(err.toString())
                .contains("http://127.0.0.1:1")
                .contains("--url")
                .doesNotContain("\tat ");
    }
}
