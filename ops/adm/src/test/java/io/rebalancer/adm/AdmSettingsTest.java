package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is set by options, environment variables and the settings file, and in which order. */
class AdmSettingsTest {
    @TempDir
    private Path directory;

    private final ServedCommand command =
            ServedCommand.start(request -> new ServedCommand.Response(200, "{\"jobs\":[{\"id\":\"J\"}]}"));

    AdmSettingsTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private Path settings(String text) throws IOException {
        return Files.writeString(
                Files.createDirectories(directory.resolve("rebalancer")).resolve("adm.conf"), text);
    }

    @Test
    void anOptionIsStrongerThanTheEnvironmentAndThatThanTheFile() throws IOException {
        command.set("XDG_CONFIG_HOME", directory.toString());
        settings("# where the managers are\nurl = " + command.url() + "\noutput = \"jsonl\"\n");
        assertThat(command.runWithoutUrl("job", "list")).isZero();
        assertThat(command.requests()).containsExactly("GET /api/v1/jobs?limit=1000");
        assertThat(command.out().lines()).containsExactly("{\"id\":\"J\"}");

        command.set("REBALANCER_OUTPUT", "json");
        assertThat(command.runWithoutUrl("job", "list")).isZero();
        assertThat(command.out().lines().skip(1)).containsExactly("{\"jobs\":[{\"id\":\"J\"}]}");
        assertThat(command.runWithoutUrl("job", "list", "--output", "table")).isZero();
        assertThat(command.out().lines().toList().get(2)).startsWith("JOB");

        command.set("REBALANCER_URL", "http://127.0.0.1:1");
        assertThat(command.runWithoutUrl("job", "list")).isEqualTo(1);
        assertThat(command.err()).contains("http://127.0.0.1:1");
        assertThat(command.run("job", "list")).isZero();
    }

    @Test
    void theDefaultOfTheLauncherIsWeakerThanTheFile() throws IOException {
        command.set(ManagerCommand.DEFAULT_URL_VARIABLE, "http://127.0.0.1:1");
        assertThat(command.runWithoutUrl("job", "list")).isEqualTo(1);
        assertThat(command.err()).contains("http://127.0.0.1:1");
        command.set(
                AdmSettings.CONFIG_VARIABLE, settings("url=" + command.url()).toString());
        assertThat(command.runWithoutUrl("job", "list")).isZero();
    }

    @Test
    void aFileThatCanNotBeUsedIsExplainedInOneLine() throws IOException {
        command.set(AdmSettings.CONFIG_VARIABLE, directory.resolve("absent").toString());
        assertThat(command.run("job", "list")).isEqualTo(1);
        assertThat(command.err())
                .contains("absent can't be read", AdmSettings.CONFIG_VARIABLE)
                .hasLineCount(1);
        Path file = settings("urls = http://a\n");
        command.set(AdmSettings.CONFIG_VARIABLE, file.toString());
        assertThat(command.runWithoutUrl("job", "list")).isEqualTo(1);
        assertThat(command.err()).contains(file.toString(), "unknown key urls", "url, token-file, ca-file and output");
        settings("output = yaml\n");
        assertThat(command.runWithoutUrl("job", "list")).isEqualTo(1);
        assertThat(command.err()).contains("'yaml'", "output in " + file, "table, json or jsonl");
        settings("url = manager-1:8080\n");
        assertThat(command.runWithoutUrl("job", "list")).isEqualTo(1);
        assertThat(command.err()).contains("'manager-1:8080'", "url in " + file, "http://manager-1:8080");
        assertThat(command.requests()).isEmpty();
    }

    @Test
    void anAddressThatIsNoneIsExplained() {
        for (String wrong : new String[] {"", "localhost", "ftp://a", "http://", "http://a b", "http://a,"}) {
            assertThat(command.runWithoutUrl("job", "list", "--url", wrong)).isEqualTo(1);
            assertThat(command.err())
                    .contains("is no address of a manager", "--url")
                    .hasLineCount(1);
        }
    }

    @Test
    void aTokenFileThatEveryUserCanReadIsRefused() throws IOException {
        Path tokens = Files.writeString(directory.resolve("tokens"), "0123456789abcdef\n");
        command.set("REBALANCER_TOKEN_FILE", tokens.toString());
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(command.run("job", "list")).isEqualTo(1);
        assertThat(command.err()).contains("every user", "chmod 600 " + tokens);
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(command.run("job", "list")).isZero();
        Files.writeString(tokens, "two words\n");
        command.clearErr();
        assertThat(command.run("job", "list")).isEqualTo(1);
        assertThat(command.err())
                .as("the token is not shown")
                .contains("a header can't carry")
                .doesNotContain("two words");
    }
}
