package io.rebalancer.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.monitoring.MetricCatalog.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The metrics of the sources, of the page that lists them, and of panels and alerts are the same. */
class MetricCatalogTest {
    private static final Path ROOT = Path.of("../..");
    /** A registration, directly or through a method of the class that has the name of the kind. */
    private static final Pattern REGISTRATION = Pattern.compile(
            "\\b(?:counter|gauge|timer|histogram|rangeSampler)\\(\\s*(?:\"(?<name>[a-z._-]+)\"|(?<constant>[A-Z_]+)\\b)");
    /** Not on a panel. */
    private static final String LEGACY_REASON = "dashboards of the legacy system read it";

    private static final Map<String, String> ON_NO_PANEL = Map.of(
            "request_count", LEGACY_REASON,
            "object_count", LEGACY_REASON,
            "error_count", LEGACY_REASON,
            "skip_count", LEGACY_REASON,
            "assignment_time", LEGACY_REASON,
            "md_thread_gauge", LEGACY_REASON,
            "kamon_trace_sampler_decisions_total", "the library counts spans that are not sampled here");

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("cluster-config", "persistence", "http-api", "manager-node", "agent-node")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    /** The names that the sources register, in the spelling of Prometheus without the suffix of unit and type. */
    private static Map<String, Path> registered() throws IOException {
        Map<String, Path> names = new TreeMap<>();
        for (Path source : sources()) {
            String text = Files.readString(source);
            if (!text.contains("import kamon.")) {
                continue;
            }
            Matcher registration = REGISTRATION.matcher(text);
            while (registration.find()) {
                String name = registration.group("name");
                if (name == null) {
                    Matcher constant = Pattern.compile("\\b" + registration.group("constant") + "\\s*=\\s*\"([^\"]+)\"")
                            .matcher(text);
                    assertThat(constant.find())
                            .as("%s in %s", registration.group("constant"), source)
                            .isTrue();
                    name = constant.group(1);
                }
                names.put(name.replace('.', '_').replace('-', '_'), source);
            }
        }
        // LegacyMetrics counts through a method that takes the name.
        Set.of("request_count", "object_count", "error_count", "skip_count").forEach(name -> names.put(name, ROOT));
        return names;
    }

    private static boolean isRegisteredAs(Metric metric, String name) {
        return metric.name().matches(name + "(_bytes|_seconds)?(_total)?");
    }

    @Test
    void thePageListsWhatTheSourcesRegisterAndNothingElse() throws Exception {
        Map<String, Path> registered = registered();
        assertThat(registered).hasSizeGreaterThan(80).containsKeys("rebalancer_records", "rebalancer_log_queued");
        List<Metric> listed = MetricCatalog.read().metrics();
        assertThat(registered.keySet())
                .as("metrics of the sources that docs/operations/metrics.md does not list")
                .allSatisfy(name -> assertThat(listed).anyMatch(metric -> isRegisteredAs(metric, name)));
        assertThat(listed)
                .as("metrics of docs/operations/metrics.md that no source registers")
                .filteredOn(metric -> !metric.name().startsWith("kamon_"))
                .allSatisfy(metric -> assertThat(registered.keySet()).anyMatch(name -> isRegisteredAs(metric, name)));
        assertThat(listed).extracting(Metric::name).doesNotHaveDuplicates();
    }

    @Test
    void panelsAndAlertsUseListedMetricsOnly() throws Exception {
        MetricCatalog catalog = MetricCatalog.read();
        Set<String> used = Stream.concat(
                        MonitoringFiles.queries().stream().map(MonitoringFiles.Query::expr),
                        MonitoringFiles.alerts().values().stream())
                .flatMap(expr -> MonitoringFiles.metrics(expr).stream())
                .filter(name -> !name.equals("up"))
                .collect(Collectors.toSet());
        assertThat(used)
                .hasSizeGreaterThan(70)
                .allSatisfy(name -> assertThat(catalog.of(name)).as(name).isPresent());
    }

    @Test
    void eachMetricIsOnAPanelOrHasAReasonNotToBe() throws Exception {
        MetricCatalog catalog = MetricCatalog.read();
        Set<String> shown = MonitoringFiles.queries().stream()
                .flatMap(query -> MonitoringFiles.metrics(query.expr()).stream())
                .flatMap(name -> catalog.of(name).stream())
                .map(Metric::name)
                .collect(Collectors.toSet());
        assertThat(catalog.metrics())
                .extracting(Metric::name)
                .filteredOn(name -> !shown.contains(name))
                .containsExactlyInAnyOrderElementsOf(ON_NO_PANEL.keySet());
    }

    /** Names of labels with an open set of values are refused here; the values are counted in MonitoringTest. */
    @Test
    void noLabelHasAnOpenSetOfValues() throws Exception {
        assertThat(MetricCatalog.read().metrics())
                .allSatisfy(metric -> assertThat(metric.labels())
                        .isSubsetOf(
                                "phase",
                                "outcome",
                                "event",
                                "shard",
                                "state",
                                "cause",
                                "result",
                                "class",
                                "kind",
                                "pool",
                                "check",
                                "listener",
                                "role",
                                "area",
                                "collector",
                                "req",
                                "type",
                                "error",
                                "reason",
                                "sampler",
                                "decision"));
    }
}
