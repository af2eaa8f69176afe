package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process listens for other machines only if it has credentials, or if the operator states that it may. */
class ListenerSettingsTest {
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    private Path directory;

    /** Each HTTP listener: where its settings are, and how they are read. */
    enum Listener {
        MANAGER(
                "rebalancer.manager.http",
                config -> ManagerSettings.from(config).http()),
        AGENT("rebalancer.agent.http", config -> AgentSettings.from(config).http()),
        METRICS(
                "rebalancer.metrics",
                config -> MetricsSettings.from(config, "s", "d").http().orElseThrow());

        private final String path;
        private final Function<Config, HttpSettings> read;

        Listener(String path, Function<Config, HttpSettings> read) {
            this.path = path;
            this.read = read;
        }

        HttpSettings settings(String... lines) {
            StringBuilder text = new StringBuilder("""
                    rebalancer.manager.storinfo = "http://storinfo.example.com"
                    rebalancer.manager.moray-shards = [{ number = 1, host = "1.moray.example.com" }]
                    rebalancer.agent { storage-id = "1.stor.example.com", root = "/manta" }
                    """);
            Arrays.stream(lines)
                    .forEach(line -> text.append(path).append('.').append(line).append('\n'));
            return read.apply(SettingsFile.over(ConfigFactory.parseString(text.toString())));
        }

        AbstractThrowableAssert<?, ? extends Throwable> assertRefused(String... lines) {
            return assertThatThrownBy(() -> settings(lines)).isInstanceOf(SettingsFault.class);
        }
    }

    private Path tokens(String permissions, String... lines) throws IOException {
        Path file = Files.write(directory.resolve("tokens"), Arrays.asList(lines));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @ParameterizedTest
    @EnumSource
    void aHostThatOthersMayReachNeedsTokensOrConsent(Listener listener) throws IOException {
        if (listener == Listener.MANAGER) {
            assertThat(listener.settings("host = \"0.0.0.0\"").needsLogin()).isTrue();
        } else {
            assertRefused(listener);
        }
        HttpSettings open = listener.settings("host = \"0.0.0.0\"", "open-to-network = on");
        assertThat(open.host()).isEqualTo("0.0.0.0");
        assertThat(open.tokens()).isEmpty();
        assertThat(open.needsLogin()).isFalse();
        Path file = tokens("rw-r-----", TOKEN);
        HttpSettings closed = listener.settings("host = \"0.0.0.0\"", "token-file = \"" + file + "\"");
        assertThat(closed.tokens().orElseThrow().accepts(TOKEN)).isTrue();
        assertThat(closed.needsLogin()).isTrue();
    }

    @Test
    void aManagerMayNeedALoginEverywhere() {
        assertThat(Listener.MANAGER.settings("port = 8080").needsLogin()).isFalse();
        assertThat(Listener.MANAGER.settings("require-login = on").needsLogin()).isTrue();
        assertThat(Listener.MANAGER
                        .settings("host = \"0.0.0.0\"", "open-to-network = on", "require-login = on")
                        .needsLogin())
                .isTrue();
    }

    private static void assertRefused(Listener listener) {
        listener.assertRefused("host = \"0.0.0.0\"")
                .hasMessageContaining(listener == Listener.METRICS ? "metrics: host 0.0.0.0" : "http.host 0.0.0.0")
                .hasMessageContaining("token-file")
                .hasMessageContaining("open-to-network = on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "192.0.2.1", "host.invalid"})
    void theseHostsMayBeReachedByOthers(String host) {
        Listener.AGENT.assertRefused("host = \"" + host + "\"").hasMessageContaining("http.host " + host);
        assertThatThrownBy(() -> cluster("host = \"" + host + "\""))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("rebalancer.cluster: host " + host)
                .hasMessageContaining("tls.enabled = on")
                .hasMessageContaining("open-to-network = on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.9.1", "::1", "localhost"})
    void theseHostsMayNot(String host) {
        assertThat(Listener.AGENT.settings("host = \"" + host + "\"").host()).isEqualTo(host);
        assertThat(cluster("host = \"" + host + "\"").host()).isEqualTo(host);
    }

    private static ClusterSettings cluster(String settings) {
        return ClusterSettings.from(
                SettingsFile.over(ConfigFactory.parseString("rebalancer.cluster { " + settings + " }")));
    }

    @Test
    void aMemberThatOthersMayReachNeedsTlsOrConsent() throws IOException {
        assertThat(cluster("host = \"10.0.0.1\", open-to-network = on").tls()).isEmpty();
        Path file = Files.createFile(directory.resolve("pem"));
        assertThat(cluster(
                                "host = \"10.0.0.1\", tls { enabled = on, certificate = \"%1$s\", key = \"%1$s\", authority = \"%1$s\" }"
                                        .formatted(file))
                        .openToNetwork())
                .isFalse();
    }

    @Test
    void everyTokenOfTheFileIsAcceptedAndTheFirstIsSent() throws IOException {
        Path file = tokens("rw-------", "# managers", "", "  " + TOKEN + "-new  ", TOKEN + "-old");
        AccessTokens tokens = AccessTokens.from(
                        ConfigFactory.parseString("token-file = \"" + file + "\""), "token-file")
                .orElseThrow();
        assertThat(tokens.accepts(TOKEN + "-new")).isTrue();
        assertThat(tokens.accepts(TOKEN + "-old")).isTrue();
        assertThat(tokens.accepts(TOKEN)).isFalse();
        assertThat(tokens.accepts("# managers")).isFalse();
        assertThat(tokens.accepts("")).isFalse();
        assertThat(tokens.authorization()).isEqualTo("Bearer " + TOKEN + "-new");
        assertThat(tokens.toString()).doesNotContain(TOKEN);
    }

    @Test
    void aTokenFileThatIsNotSafeIsRefused() throws IOException {
        assertTokensRefused(directory.resolve("none")).hasMessageContaining("can't be read");
        assertTokensRefused(tokens("rw-r--r--", TOKEN)).hasMessageContaining("chmod 600");
        assertTokensRefused(tokens("rw-------", "# nothing else")).hasMessageContaining("contains no token");
        assertTokensRefused(tokens("rw-------", TOKEN, "short"))
                .hasMessageContaining("token 2 is shorter than 16 characters")
                .hasMessageNotContaining(TOKEN);
        assertTokensRefused(tokens("rw-------", TOKEN + " " + TOKEN))
                .hasMessageContaining("a character that a header can't carry");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertTokensRefused(Path file) {
        return Listener.MANAGER
                .assertRefused("token-file = \"" + file + "\"")
                .hasMessageContaining("http.token-file " + file);
    }

    @Test
    void anAllowedHostMayHaveAPort() {
        HttpSettings settings = Listener.MANAGER.settings("allowed-hosts = [Rebalancer.example.com, \"[::2]:81\"]");
        assertThat(settings.allowedHosts())
                .containsExactly(
                        AllowedHost.atAnyPort("rebalancer.example.com"), new AllowedHost("::2", OptionalInt.of(81)));
        assertThat(settings.alsoAllowing(AllowedHost.atAnyPort("x")).allowedHosts())
                .hasSize(3);
        Listener.MANAGER
                .assertRefused("allowed-hosts = [\"http://rebalancer.example.com\"]")
                .hasMessageContaining("allowed-hosts must list hosts")
                .hasMessageContaining("http://rebalancer.example.com");
    }

    @Test
    void theTokenForAgentsIsReadFromItsFile() throws IOException {
        Path file = tokens("rw-------", TOKEN);
        Config config = SettingsFile.over(ConfigFactory.parseString("""
                rebalancer.manager.storinfo = "http://storinfo.example.com"
                rebalancer.manager.moray-shards = [{ number = 1, host = "1.moray.example.com" }]
                rebalancer.manager.http-agent-token-file = "%s"
                """.formatted(file)));
        assertThat(ManagerSettings.from(config).httpAgents().tokens().map(AccessTokens::authorization))
                .isEqualTo(Optional.of("Bearer " + TOKEN));
    }
}
