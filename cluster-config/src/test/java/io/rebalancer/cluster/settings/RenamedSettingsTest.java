package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class RenamedSettingsTest {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(RenamedSettings.class);

    @TempDir
    private Path directory;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void captureLog() {
        log.start();
        LOGGER.addAppender(log);
    }

    @AfterEach
    void releaseLog() {
        LOGGER.detachAppender(log);
    }

    private Config load(String text) throws IOException {
        return SettingsFile.load(Files.writeString(directory.resolve("settings.conf"), text));
    }

    private void assertWarning(String oldPath, String newPath) {
        assertThat(log.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage()).contains(oldPath).contains(newPath);
        });
    }

    @Test
    void firstSeedPatienceIsFirstSeedTimeout() throws IOException {
        Config root = load("rebalancer.cluster.first-seed-patience = 3s");
        assertThat(ClusterSettings.from(root).firstSeedTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertWarning("rebalancer.cluster.first-seed-patience", "rebalancer.cluster.first-seed-timeout");
    }

    @Test
    void claimPatienceIsClaimTimeout() throws IOException {
        Config root = load(
                "rebalancer.agent { storage-id = \"1.stor.example.com\", root = \"/manta\", claim-patience = 4s }");
        assertThat(AgentSettings.from(root).claimTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertWarning("rebalancer.agent.claim-patience", "rebalancer.agent.claim-timeout");
    }

    @Test
    void excludeKeyPrefixesIsExcludeKeysContaining() throws IOException {
        Config root = load("rebalancer.evacuate.exclude-key-prefixes = [\"/stor/logs/\"]");
        assertThat(EvacuateSettings.from(root).excludeKeysContaining()).containsExactly("/stor/logs/");
        assertWarning("rebalancer.evacuate.exclude-key-prefixes", "rebalancer.evacuate.exclude-keys-containing");
    }

    @ParameterizedTest
    @CsvSource({
        "rebalancer.cluster.first-seed-patience, rebalancer.cluster.first-seed-timeout, 3s",
        "rebalancer.agent.claim-patience, rebalancer.agent.claim-timeout, 4s",
        "rebalancer.evacuate.exclude-key-prefixes, rebalancer.evacuate.exclude-keys-containing, []"
    })
    void bothNamesOfASettingAreRejected(String oldPath, String newPath, String value) {
        assertThat(RenamedSettings.NEW_PATHS).containsEntry(oldPath, newPath);
        assertThatThrownBy(() -> load(oldPath + " = " + value + "\n" + newPath + " = " + value))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("settings.conf")
                .hasMessageContaining("setting " + oldPath + " is the old name of " + newPath
                        + ", and both are set; remove " + oldPath);
    }

    @ParameterizedTest
    @CsvSource({
        "rebalancer.manager.postgres.longest-snapshot, 5m, statement-timeout",
        "rebalancer.evacuate.candidates, 7, drawn from all storage nodes"
    })
    void aRetiredSettingHasNoEffectAndGivesAWarningWithTheReason(String path, String value, String reason)
            throws IOException {
        Config root = load(path + " = " + value);
        assertThat(root.hasPath(path)).isFalse();
        assertWarning(path, reason);
    }

    @Test
    void oldNamesAreGoneAfterReading() throws IOException {
        Config root = load("rebalancer.cluster.first-seed-patience = 3s");
        assertThat(root.getConfig("rebalancer.cluster").root()).doesNotContainKey("first-seed-patience");
        assertThat(log.list).hasSize(1);
    }

    @Test
    void newNamesGiveNoWarning() throws IOException {
        load("rebalancer.cluster.first-seed-timeout = 3s");
        assertThat(log.list).isEmpty();
    }

    @Test
    void anOldNameMayBeASubstitution() throws IOException {
        Config root = load("""
                timeout = 5s
                shared { first-seed-patience = ${timeout} }
                rebalancer.cluster = ${shared}
                """);
        assertThat(ClusterSettings.from(root).firstSeedTimeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void anOldNameWinsOverAnIncludedLegacyFile() throws IOException {
        Files.writeString(directory.resolve("config.json"), """
                {"domain_name":"d.example.com","shards":[{"host":"1.moray.d.example.com"}],
                 "options":{"exclude_key_prefixes":["/stor/legacy/"]}}""");
        Config root = load("include file(\"" + directory.resolve("config.json")
                + "\")\nrebalancer.evacuate.exclude-key-prefixes = [\"/stor/logs/\"]");
        assertThat(EvacuateSettings.from(root).excludeKeysContaining()).containsExactly("/stor/logs/");
    }
}
