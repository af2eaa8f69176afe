package io.rebalancer.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.TraceSettings;
import io.rebalancer.cluster.telemetry.Telemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.Test;

/** A node exports every metric that an alert or the documentation names. */
class LogAlertsTest {
    private static final Pattern SERIES = Pattern.compile("rebalancer_log_[a-z_]+");
    private static final Pattern LISTED = Pattern.compile("`(_[a-z_]+)(?:\\{kind\\})?`");

    private static Set<String> documentedMetrics() throws Exception {
        Set<String> names = new TreeSet<>();
        Matcher alerts = SERIES.matcher(Files.readString(Path.of("../ops/dashboards/log-alerts.yml")));
        while (alerts.find()) {
            names.add(alerts.group());
        }
        String page = Files.readString(Path.of("../docs/durable-log.md"));
        String metrics = page.substring(page.indexOf("## Metrics"), page.indexOf("## The checklist"));
        Matcher listed = LISTED.matcher(metrics);
        while (listed.find()) {
            names.add("rebalancer_log" + listed.group(1));
        }
        return names;
    }

    @Test
    void everyMetricInTheAlertsAndTheDocumentationExists() throws Exception {
        Config config = TckSettings.config().withFallback(ConfigFactory.load()).resolve();
        Telemetry telemetry = Telemetry.start(
                ConfigFactory.parseString("kamon.metric.tick-interval = 200 ms")
                        .withFallback(ConfigFactory.parseResources("rebalancer-pekko.conf"))
                        .withFallback(config)
                        .resolve(),
                "manager",
                TraceSettings.from(config));
        ActorTestKit kit = ActorTestKit.create("alerts", config);
        try {
            var log = LogExtension.get(kit.system().classicSystem()).log();
            Set<String> names = documentedMetrics();
            assertThat(names).hasSizeGreaterThan(18);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                long next = log.highestSequenceNr("a").toCompletableFuture().get() + 1;
                log.append("a", next, java.util.List.of(new byte[10]))
                        .toCompletableFuture()
                        .get();
                String exposition = telemetry.exposition();
                assertThat(names).allSatisfy(name -> assertThat(exposition).containsPattern("(?m)^" + name + "[_{ ]"));
            });
        } finally {
            kit.shutdownTestKit();
        }
    }
}
