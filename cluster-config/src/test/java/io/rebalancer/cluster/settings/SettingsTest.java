package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.core.legacy.LegacyLimits;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private static final String MANAGER = """
            rebalancer.manager {
              storinfo = "http://storinfo.example.com"
              moray-shards = [{ number = 1, host = "1.moray.example.com", port = 2020 }]
            }
            """;
    private static final String AGENT = """
            rebalancer.agent { storage-id = "1.stor.example.com", root = "/manta" }
            """;

    @TempDir
    private Path directory;

    private static Config config(String text) {
        return SettingsFile.over(ConfigFactory.parseString(text));
    }

    @Test
    void theDefaultsOfAJobArePinned() {
        EvacuateSettings settings = EvacuateSettings.from(config(""));
        assertThat(settings.batch().maxTasks()).isEqualTo(200);
        assertThat(settings.batch().maxBytes()).isEqualTo(1L << 30);
        assertThat(settings.batch().maxAge()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.maxAssignmentsInFlight()).isEqualTo(24);
        assertThat(settings.scan()).isEqualTo(new EvacuateSettings.ScanSettings(1000, 32));
        assertThat(settings.agentLostAfter()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.placement().maxFillPercent()).isEqualTo(95);
        assertThat(settings.placement().minFreeMib()).isEqualTo(1000);
        assertThat(settings.placement().blacklistedDatacenters()).isEmpty();
        assertThat(settings.placement().excludedNodes()).isEmpty();
    }

    @Test
    void anOperatorExcludesNodesAsDestinations() {
        assertThat(EvacuateSettings.from(config("rebalancer.placement.excluded-nodes = [\"7.stor.example.com\"]"))
                        .placement()
                        .excludedNodes())
                .containsExactly(new StorageNodeId("7.stor.example.com"));
    }

    @Test
    void tracingIsDisabledWithoutAnEndpoint() {
        assertThat(TraceSettings.from(config("rebalancer.traces.endpoint = \"\""))
                        .endpoint())
                .isEmpty();
        TraceSettings all = TraceSettings.from(
                config("rebalancer.traces { endpoint = \"http://collector.example.com:4318/v1/traces\", one-in = 1 }"));
        assertThat(all.endpoint()).contains(URI.create("http://collector.example.com:4318/v1/traces"));
        assertThatThrownBy(() -> TraceSettings.from(config("rebalancer.traces.endpoint = \"collector:4318\"")))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("rebalancer.traces")
                .hasMessageContaining("must be a URL");
        assertThatThrownBy(() -> TraceSettings.from(config("rebalancer.traces.one-in = 0")))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("one-in must be 1 or more");
    }

    @Test
    void referenceConfHasExactlyTheSettingsThatAreRead() {
        Set<String> shipped = config("").getConfig("rebalancer.evacuate").root().keySet();
        Set<String> read = Arrays.stream(EvacuateSettings.class.getRecordComponents())
                .map(component -> component.getName())
                .filter(name -> !Set.of("batch", "placement", "commit", "passDelay", "inFile")
                        .contains(name))
                .map(SettingsTest::kebab)
                .collect(Collectors.toCollection(TreeSet::new));
        read.addAll(Set.of("max-tasks-per-assignment", "max-assignment-bytes", "max-assignment-age"));
        read.add("scan-chunk");
        read.addAll(Set.of("commit-batch", "commit-parallelism", "commit-attempts", "commit-shard-timeout"));
        read.addAll(Set.of("retry-pause-min", "retry-pause-max"));
        assertThat(shipped).isEqualTo(read);
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static HttpSettings loopback(int port) {
        return new HttpSettings(
                "127.0.0.1", port, false, false, Optional.empty(), Optional.empty(), OptionalInt.of(500), List.of());
    }

    @Test
    void fewSettingsAreRequired() {
        ManagerSettings manager = ManagerSettings.from(config(MANAGER));
        assertThat(manager.morayShards())
                .containsExactly(new ManagerSettings.MorayShard(1, "1.moray.example.com", Optional.of(2020)));
        assertThat(manager.http()).isEqualTo(loopback(8080));
        AgentSettings agent = AgentSettings.from(config(AGENT));
        assertThat(agent.storageNode().text()).isEqualTo("1.stor.example.com");
        assertThat(agent.http().port()).isEqualTo(7878);
        assertThat(agent.store())
                .isEqualTo(new StoreSettings(
                        "flushed", new StoreSettings.QuarantineSettings(Duration.ofDays(30), 10L << 30), "", ""));
    }

    @Test
    void sourcesAreReadWithTheirAddresses() {
        AgentSettings.SourceSettings sources =
                AgentSettings.from(config(AGENT + """
                rebalancer.agent {
                  domain = "stor.example.com"
                  sources = [{ storage-id = "2.stor.example.com", url = "http://127.0.0.1:81" }]
                }""")).sources();
        assertThat(sources.domain()).isEqualTo("stor.example.com");
        assertThat(sources.addresses())
                .containsExactly(Map.entry(new StorageNodeId("2.stor.example.com"), URI.create("http://127.0.0.1:81")));
    }

    @Test
    void theLimitsOfPartsAreRead() {
        assertThat(AgentSettings.from(config(AGENT)).parts())
                .isEqualTo(new AgentSettings.PartSettings(Duration.ofDays(7), 5L << 40));
        assertThat(AgentSettings.from(config(AGENT + """
                rebalancer.agent { parts-max-age = 2h, max-object-of-unknown-size = 10 MiB }""")).parts())
                .isEqualTo(new AgentSettings.PartSettings(Duration.ofHours(2), 10L << 20));
        assertOneLine(AgentSettings::from, AGENT + "rebalancer.agent.parts-max-age = 0s", "parts-max-age");
        assertOneLine(
                AgentSettings::from,
                AGENT + "rebalancer.agent.max-object-of-unknown-size = 0",
                "max-object-of-unknown-size");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rebalancer.evacuate.max-tasks-per-assignment = 0     | max-tasks-per-assignment
            rebalancer.evacuate.max-tasks-per-assignment = 501   | max-tasks-per-assignment
            rebalancer.evacuate.max-tasks-per-assignment = many  | max-tasks-per-assignment
            rebalancer.evacuate.commit-parallelism = 251         | commit-parallelism
            rebalancer.evacuate.scan.max-shards-at-a-time = 0    | scan.max-shards-at-a-time must be 1 to 1000
            rebalancer.evacuate.commit-batch = 0                 | commit-batch
            rebalancer.evacuate.commit-shard-timeout = 0s       | commit-shard-timeout
            rebalancer.evacuate.exclude-keys-containing = [""]   | exclude-keys-containing
            rebalancer.evacuate.agent-lost-after = soon          | agent-lost-after
            rebalancer.placement.max-fill-percent = 101          | max-fill-percent
            rebalancer.placement.min-free-mib = -1               | min-free-mib
            rebalancer.placement.excluded-nodes = ["7 stor"]     | 7 stor
            rebalancer.evacuate.max-assignments-in-flight = 10001 | max-assignments-in-flight
            """)
    void anInvalidSettingIsNamedInOneLine(String line, String name) {
        assertOneLine(EvacuateSettings::from, line, name);
    }

    @Test
    void theLimitsOfTheLegacyAgentApiAreRead() {
        assertThat(AgentSettings.from(config(AGENT)).legacy())
                .isEqualTo(new LegacyLimits(5_000, 50_000, Duration.ofDays(7), 10_000, 16 << 20));
        assertOneLine(AgentSettings::from, AGENT + "\nrebalancer.agent.max-tasks-per-assignment = 10001", "1 to 10000");
        assertOneLine(AgentSettings::from, AGENT + "\nrebalancer.agent.max-open-tasks = 4999", "max-open-tasks");
        assertOneLine(AgentSettings::from, AGENT + "\nrebalancer.agent.legacy.keep-ended = 0", "legacy.keep-ended");
    }

    @Test
    void aMissingRequiredSettingIsNamed() {
        assertOneLine(ManagerSettings::from, "rebalancer.manager.storinfo = \"http://storinfo\"", "moray-shards");
        assertOneLine(AgentSettings::from, "rebalancer.agent.root = \"/manta\"", "storage-id");
        assertOneLine(AgentSettings::from, "rebalancer.agent.storage-id = \"1.stor\"", "root");
        assertOneLine(AgentSettings::from, AGENT + "rebalancer.agent.quarantine.max-age = 0s", "max-age");
        assertOneLine(AgentSettings::from, AGENT + "rebalancer.agent.quarantine.max-bytes = -1", "max-bytes");
        assertOneLine(InventorySettings::from, "rebalancer.agent.inventory.sort-memory = 1 KiB", "sort-memory");
        assertOneLine(InventorySettings::from, "rebalancer.agent.inventory.files-per-second = -1", "files-per-second");
        assertOneLine(InventorySettings::from, "rebalancer.agent.inventory.scrub-bytes-per-second = 0", "scrub-bytes");
        assertOneLine(ClusterSettings::from, "rebalancer.cluster.port = 0", "port");
    }

    private static void assertOneLine(Function<Config, ?> read, String text, String name) {
        Config config = config(text);
        assertThatThrownBy(() -> read.apply(config))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining(name)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aLimitIsANumberOrUnlimited() {
        assertThat(LegacySettings.from(config(""))).isEqualTo(new LegacySettings(0, false));
        assertThat(LegacySettings.from(config("rebalancer.manager.legacy.max-objects-default = 10")))
                .isEqualTo(new LegacySettings(10, false));
        assertOneLine(
                LegacySettings::from, "rebalancer.manager.legacy.max-objects-default = few", "max-objects-default");
        assertOneLine(
                LegacySettings::from, "rebalancer.manager.legacy.max-objects-default = -1", "max-objects-default");
    }

    @Test
    void aMissingOrMalformedSettingsFileIsNamed() throws IOException {
        Path missing = directory.resolve("missing.conf");
        assertThatThrownBy(() -> SettingsFile.load(missing))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining(missing.toString());
        Path broken = Files.writeString(directory.resolve("broken.conf"), "a = {");
        assertThatThrownBy(() -> SettingsFile.load(broken))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining(broken.toString());
    }

    @Test
    void onlyTheFirstSeedNodeUsesTheFirstSeedTimeout() {
        Config root =
                config("rebalancer.cluster { port = 2551, seed-nodes = [\"127.0.0.1:2551\", \"127.0.0.1:2552\"] }");
        Config first = ClusterSettings.from(root).applyTo(root, List.of("manager"));
        assertThat(first.getDuration("pekko.cluster.seed-node-timeout")).isEqualTo(Duration.ofSeconds(15));
        Config second = ClusterSettings.from(ConfigFactory.parseString("rebalancer.cluster.port = 2552")
                        .withFallback(root))
                .applyTo(root, List.of("agent"));
        assertThat(second.getDuration("pekko.cluster.seed-node-timeout"))
                .isEqualTo(root.getDuration("pekko.cluster.seed-node-timeout"));
        assertThat(second.getStringList("pekko.cluster.seed-nodes"))
                .containsExactly("pekko://rebalancer@127.0.0.1:2551", "pekko://rebalancer@127.0.0.1:2552");
    }

    @Test
    void aShardWithoutAPortIsFoundByItsSrvRecord() {
        ManagerSettings manager = ManagerSettings.from(config("""
                rebalancer.manager {
                  storinfo = "http://storinfo.example.com", name-server = "10.0.0.53:53"
                  moray-shards = [{ number = 1, host = "1.moray.example.com" }]
                }"""));
        assertThat(manager.morayShards())
                .containsExactly(new ManagerSettings.MorayShard(1, "1.moray.example.com", Optional.empty()));
        assertThat(manager.nameServer()).contains(new HostAndPort("10.0.0.53", 53));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name-server = "10.0.0.53"               | name-server must be host:port
            name-server = "10.0.0.53:dns"           | name-server must be host:port
            moray-connections = 0                   | moray-connections
            scan-with = files                       | scan-with must be moray or postgres
            scan-with = postgres                    | postgres.shards
            postgres.password-file = "/none", scan-with = postgres | /none
            postgres.statement-timeout = 0s, scan-with = postgres | statement-timeout must be 1 s to 1 h
            moray-shards = [{ number = 0, host = x }] | must be at least 1
            moray-shards = [{ number = 1, host = x }, { number = 1, host = y }] | twice
            """)
    void anInvalidSettingOfAManagerIsNamedInOneLine(String line, String name) {
        assertOneLine(ManagerSettings::from, MANAGER + "rebalancer.manager { " + line + " }", name);
    }

    @Test
    void aPasswordIsReadFromItsFileAndNeverShown() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "secret\n");
        ManagerSettings manager = ManagerSettings.from(config(MANAGER + """
                rebalancer.manager { scan-with = postgres, postgres {
                  shards = [{ number = 1, url = "jdbc:postgresql://db/moray" }], password-file = "%s" } }
                """.formatted(file)));
        assertThat(manager.postgres().orElseThrow().password()).isEqualTo("secret");
        assertThat(manager.toString()).contains("jdbc:postgresql://db/moray").doesNotContain("secret");
    }

    @Test
    void seedNodesMayBeTheAddressesOfADnsName() {
        Config named = SettingsFile.over(ConfigFactory.parseString("rebalancer.cluster.seed-dns = \"localhost:2551\""));
        assertThat(ClusterSettings.from(named).seedNodes()).contains("127.0.0.1:2551");
        Config unknown =
                SettingsFile.over(ConfigFactory.parseString("rebalancer.cluster.seed-dns = \"nowhere.invalid:2551\""));
        assertThatThrownBy(() -> ClusterSettings.from(unknown))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("no name server knows nowhere.invalid");
        Config both = SettingsFile.over(ConfigFactory.parseString(
                "rebalancer.cluster { seed-dns = \"localhost:2551\", seed-nodes = [\"a:1\"] }"));
        assertThatThrownBy(() -> ClusterSettings.from(both)).hasMessageContaining("either seed-nodes or seed-dns");
    }
}
