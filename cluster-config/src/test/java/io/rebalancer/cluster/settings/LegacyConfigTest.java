package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.rebalancer.cluster.settings.ManagerSettings.MorayShard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The legacy manager's config.json, as its template renders it (manta.md 10.1). */
class LegacyConfigTest {
    private static final String OPEN = "\"rebalancer\":{\"manager\":{\"http\":{\"open-to-network\":true}}}";
    private static final String RENDERED = "{" + OPEN + """
            ,"options":{"max_tasks_per_assignment":60,"max_metadata_update_threads":30,"max_md_read_threads":10,
              "max_sharks":7,"use_static_md_update_threads":false,"static_queue_depth":10,"max_assignment_age":900,
              "use_batched_updates":false,"md_read_chunk_size":500},
             "listen_port":8088,"log_level":"debug","domain_name":"us-east.example.com","max_fill_percentage":91,
             "snaplink_cleanup_required":true,
             "shards":[{"host":"2.moray.us-east.example.com"},{"host":"1.moray.us-east.example.com"}]}
            """;
    private static final String SMALLEST =
            "{" + OPEN + ",\"domain_name\":\"d.example.com\",\"shards\":[{\"host\":\"1.moray.d.example.com\"}]}";

    @TempDir
    private Path directory;

    private Config load(String text) throws IOException {
        return SettingsFile.load(Files.writeString(directory.resolve("config.json"), text));
    }

    private static HttpSettings open(int port) {
        return new HttpSettings(
                "0.0.0.0", port, true, false, Optional.empty(), Optional.empty(), OptionalInt.of(500), List.of());
    }

    private static MorayShard shard(int number, String domain) {
        return new MorayShard(number, number + ".moray." + domain, Optional.empty());
    }

    @Test
    void everySupportedOptionIsTranslated() throws IOException {
        Config config = load(RENDERED);
        ManagerSettings manager = ManagerSettings.from(config);
        EvacuateSettings evacuate = EvacuateSettings.from(config);
        assertThat(manager.http()).isEqualTo(open(8088));
        assertThat(manager.domain()).isEqualTo("us-east.example.com");
        assertThat(manager.storinfo()).hasToString("http://storinfo.us-east.example.com");
        assertThat(manager.morayShards())
                .containsExactly(shard(1, "us-east.example.com"), shard(2, "us-east.example.com"));
        assertThat(manager.postgres()).isEmpty();
        assertThat(LegacySettings.from(config).snaplinkCleanupRequired()).isTrue();
        assertThat(evacuate.batch().maxTasks()).isEqualTo(60);
        assertThat(evacuate.batch().maxAge()).isEqualTo(Duration.ofSeconds(900));
        assertThat(evacuate.commit().parallelism()).isEqualTo(30);
        assertThat(evacuate.commit().batchSize()).isEqualTo(1);
        assertThat(evacuate.scan().chunkRows()).isEqualTo(500);
        assertThat(evacuate.placement().maxFillPercent()).isEqualTo(91);
        assertThat(config.getString("rebalancer.log-level")).isEqualTo("debug");
    }

    @Test
    void missingOptionsHaveTheLegacyDefault() throws IOException {
        Config config = load(SMALLEST);
        EvacuateSettings evacuate = EvacuateSettings.from(config);
        assertThat(ManagerSettings.from(config).http().port()).isEqualTo(80);
        assertThat(evacuate.batch().maxTasks()).isEqualTo(50);
        assertThat(evacuate.batch().maxAge()).isEqualTo(Duration.ofSeconds(600));
        assertThat(evacuate.commit().parallelism()).isEqualTo(10);
        assertThat(evacuate.commit().batchSize()).isEqualTo(50);
        assertThat(evacuate.scan().chunkRows()).isEqualTo(10_000);
        assertThat(evacuate.excludeKeysContaining()).isEmpty();
        assertThat(evacuate.placement().maxFillPercent()).isEqualTo(100);
        assertThat(LegacySettings.from(config).snaplinkCleanupRequired()).isFalse();
    }

    /** 99, 1000, 200, 2, 100: the lowest is 2, the highest 1000, and every number between is a shard. */
    @Test
    void shardsRangeFromTheLowestToTheHighest() throws IOException {
        Config config = load("{" + OPEN + """
                ,"domain_name":"d","shards":[{"host":"99.moray.d"},{"host":"1000.moray.d"},{"host":"200.moray.d"},
                 {"host":"2.moray.d"},{"host":"100.moray.d"}]}""");
        List<MorayShard> shards = ManagerSettings.from(config).morayShards();
        assertThat(shards).hasSize(999).first().isEqualTo(shard(2, "d"));
        assertThat(shards).last().isEqualTo(shard(1000, "d"));
        assertThat(ManagerSettings.from(
                                load("{" + OPEN + ",\"domain_name\":\"d\",\"shards\":[{\"host\":\"3.moray.d\"}]}"))
                        .morayShards())
                .containsExactly(shard(3, "d"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_fill_percentage", "max_fill_precentage"})
    void theFillLimitIsReadInBothSpellings(String name) throws IOException {
        Config config = load(SMALLEST.replaceFirst("\\{", "{\"" + name + "\":88,"));
        assertThat(EvacuateSettings.from(config).placement().maxFillPercent()).isEqualTo(88);
    }

    @ParameterizedTest
    @CsvSource({
        "critical, error",
        "CRIT, error",
        "Error, error",
        "warning, warn",
        "WARN, warn",
        "Info, info",
        "debug, debug",
        "trace, trace"
    })
    void legacyLogLevelsAreAcceptedInAnyCase(String legacy, String level) throws IOException {
        Config config = load(SMALLEST.replaceFirst("\\{", "{\"log_level\":\"" + legacy + "\","));
        assertThat(config.getString("rebalancer.log-level")).isEqualTo(level);
    }

    @Test
    void directScansReadTheShardsDatabases() throws IOException {
        Config config = load(SMALLEST.replaceFirst("\\{", "{\"direct_db\":true,"));
        assertThat(ManagerSettings.from(config).postgres().orElseThrow().urls())
                .containsOnlyKeys(1)
                .containsValue("jdbc:postgresql://1.rebalancer-postgres.d.example.com/moray");
    }

    @Test
    void excludedPrefixesAreTranslatedAndNoneMeansNone() throws IOException {
        String some = SMALLEST.replaceFirst("\\{", "{\"options\":{\"exclude_key_prefixes\":[\"/stor/logs/\"]},");
        assertThat(EvacuateSettings.from(load(some)).excludeKeysContaining()).containsExactly("/stor/logs/");
        assertThat(EvacuateSettings.from(load(some.replace("/stor/logs/", "none")))
                        .excludeKeysContaining())
                .isEmpty();
    }

    @Test
    void metadataThreadsAreCappedAtTheLimitOfTheApi() throws IOException {
        String many = SMALLEST.replaceFirst("\\{", "{\"options\":{\"max_metadata_update_threads\":1000},");
        assertThat(EvacuateSettings.from(load(many)).commit().parallelism()).isEqualTo(250);
    }

    @Test
    void newSettingsOverrideAnIncludedLegacyFile() throws IOException {
        Files.writeString(directory.resolve("config.json"), RENDERED);
        Path ours = Files.writeString(
                directory.resolve("ours.conf"),
                "include file(\"" + directory.resolve("config.json")
                        + "\")\nrebalancer.manager { data-dir = \"/var/rebalancer\", http.port = 9 }");
        ManagerSettings manager = ManagerSettings.from(SettingsFile.load(ours));
        assertThat(manager.http()).isEqualTo(open(9));
        assertThat(manager.journal()).isEqualTo(new JournalSettings.Embedded(Path.of("/var/rebalancer")));
        assertThat(manager.morayShards()).hasSize(2);
    }

    @Test
    void aLegacyFileDoesNotOpenTheApiUnlessItStatesSo() throws IOException {
        Config config = load(SMALLEST.replace(OPEN + ",", ""));
        HttpSettings http = ManagerSettings.from(config).http();
        assertThat(http.needsLogin()).isTrue();
        assertThat(http.loginImpossible(ManagerSettings.adviceForListener(config)))
                .contains("http.host 0.0.0.0, port 80")
                .contains("http.token-file")
                .contains("a legacy config.json listens on 0.0.0.0")
                .contains(OPEN.replace(":", ": "))
                .doesNotContain("\n");
        Config loopback = load(SMALLEST.replace("\"open-to-network\":true", "\"host\":\"127.0.0.1\""));
        assertThat(ManagerSettings.from(loopback).http())
                .isEqualTo(new HttpSettings(
                        "127.0.0.1",
                        80,
                        false,
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(500),
                        List.of()));
    }

    @Test
    void allErrorsAreReportedInOneMessage() {
        assertThatThrownBy(() -> load("""
                        {"domain_name":"d","listen_port":"http","log_level":"loud","max_fill_percentage":101,
                         "snaplink_cleanup_required":"maybe","options":{"max_tasks_per_assignment":0},"unknown":{"a":1},
                         "shards":[{"host":"moray.d"}],"mdapi":{"shards":[{"host":"1.buckets-mdapi.d"}]}}"""))
                .isInstanceOf(SettingsFault.class)
                .message()
                .contains("config.json")
                .contains("listen_port must be a whole number")
                .contains("log_level must be critical")
                .contains("max_fill_percentage must be 1 to 100, not 101")
                .contains("snaplink_cleanup_required must be true or false")
                .contains("options.max_tasks_per_assignment must be 1 to 500, not 0")
                .contains("\"moray.d\"")
                .contains("shards must list at least one shard")
                .contains("mdapi.shards")
                .doesNotContain("unknown")
                .doesNotContain("\n");
    }
}
