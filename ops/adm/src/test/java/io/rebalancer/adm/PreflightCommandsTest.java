package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code job create NODE} and {@code node preflight NODE}, against a server with answers of API v1. */
class PreflightCommandsTest {
    private static final String JOB = "11111111-1111-4111-8111-111111111111";
    private static final String CHECKS = """
            "checks":[{"name":"storage_node_known","outcome":"PASS","detail":"it is known","waivable":false},
             {"name":"space","outcome":"FAIL","detail":"9 MiB are free","advice":"add nodes","waivable":true}]""";

    private ServedCommand.Response answer = new ServedCommand.Response(500, "");
    private final ServedCommand command = ServedCommand.start(request -> answer);

    PreflightCommandsTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    @Test
    void theIdOfTheJobIsPrintedAndWarningsGoToStandardError() {
        answer = new ServedCommand.Response(201, """
                {"id":"%s","checks":[{"name":"agent_versions","outcome":"WARN","detail":"not checked: no answer",
                 "advice":"check again","waivable":true}]}""".formatted(JOB));
        assertThat(command.run("job", "create", "1.stor", "--force", "space", "--force", "datacenters"))
                .isZero();
        assertThat(command.requests())
                .containsExactly(
                        "POST /api/v1/jobs {\"leavingNode\":\"1.stor\",\"force\":[\"space\",\"datacenters\"]}");
        assertThat(command.out().lines()).containsExactly(JOB);
        assertThat(command.err().lines())
                .containsExactly("WARN  agent_versions      not checked: no answer", "      to do: check again");
    }

    @Test
    void aLimitIsSent() {
        answer = new ServedCommand.Response(201, "{\"id\":\"" + JOB + "\"}");
        assertThat(command.run("job", "create", "1.stor", "--max-objects", "7")).isZero();
        assertThat(command.requests())
                .containsExactly("POST /api/v1/jobs {\"leavingNode\":\"1.stor\",\"force\":[],\"maxObjects\":7}");
    }

    @Test
    void aRefusalShowsEveryCheckAndHasItsOwnExitCode() {
        answer = new ServedCommand.Response(409, "{\"code\":\"PREFLIGHT_FAILED\"," + CHECKS + "}");
        assertThat(command.run("job", "create", "1.stor")).isEqualTo(3);
        assertThat(command.out().lines())
                .containsExactly(
                        "PASS  storage_node_known  it is known",
                        "FAIL  space               9 MiB are free",
                        "      to do: add nodes");
        assertThat(command.err()).contains("--force NAME");
    }

    @Test
    void anotherRefusalIsAFailure() {
        answer = new ServedCommand.Response(409, "{\"code\":\"NODE_ALREADY_LEAVING\",\"detail\":\"job x empties it\"}");
        assertThat(command.run("job", "create", "1.stor")).isEqualTo(1);
        assertThat(command.err()).contains("409", "job x empties it");
        answer = new ServedCommand.Response(400, "{\"detail\":\"there is no check\"}");
        assertThat(command.run("job", "create", "1.stor", "--force", "room")).isEqualTo(1);
        assertThat(command.err()).contains("400", "there is no check");
    }

    @Test
    void theChecksOfANodeAreShownWithoutAJob() {
        answer = new ServedCommand.Response(200, "{\"allowsJob\":false," + CHECKS + "}");
        assertThat(command.run("node", "preflight", "1.stor")).isEqualTo(3);
        assertThat(command.requests()).containsExactly("GET /api/v1/storage-nodes/1.stor/preflight");
        assertThat(command.out()).contains("FAIL  space ", "to do: add nodes");
        answer = new ServedCommand.Response(200, "{\"allowsJob\":true,\"checks\":[]}");
        assertThat(command.run("node", "preflight", "1.stor")).isZero();
    }
}
