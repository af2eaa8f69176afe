package io.rebalancer.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files that users install: dashboards and rules. */
public final class MonitoringFiles {
    /** From the directory of this module. */
    public static final Path DIRECTORY = Path.of("../dashboards");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ALERT =
            Pattern.compile("(?m)^ {6}- alert: (?<name>\\w+)\\n {8}expr: (?<expr>(?:\\|\\n(?: {10}.*\\n)+|.*\\n))");
    private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");
    private static final Pattern METRIC = Pattern.compile("(?<![\\w:])(rebalancer_\\w+|bytes_count|up)(?![\\w:])");

    private MonitoringFiles() {}

    /**
     * A query of a panel.
     *
     * @param panel the dashboard's file and the panel's title
     */
    public record Query(String panel, String expr) {
        /** The query with the values that Grafana gives variables: all jobs and instances. */
        public String over(String rateInterval) {
            return expr.replace("$__rate_interval", rateInterval)
                    .replace("$job", ".*")
                    .replace("$instance", ".*");
        }
    }

    static List<Path> list(Path directory, String ending) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    /** The dashboards by file name. */
    static Map<String, JsonNode> dashboards() throws IOException {
        Map<String, JsonNode> dashboards = new TreeMap<>();
        for (Path file : list(DIRECTORY, ".json")) {
            dashboards.put(file.getFileName().toString(), JSON.readTree(file.toFile()));
        }
        return dashboards;
    }

    /** The panels of a dashboard, without the headers of rows. */
    static List<JsonNode> panels(JsonNode dashboard) {
        List<JsonNode> panels = new ArrayList<>();
        dashboard.path("panels").forEach(panel -> {
            if (!panel.path("type").asText().equals("row")) {
                panels.add(panel);
            }
        });
        return panels;
    }

    /** The queries of all panels. */
    public static List<Query> queries() throws IOException {
        List<Query> queries = new ArrayList<>();
        dashboards()
                .forEach((file, dashboard) -> panels(dashboard)
                        .forEach(panel -> panel.path("targets")
                                .forEach(target -> queries.add(new Query(
                                        file + ": " + panel.path("title").asText(),
                                        target.path("expr").asText())))));
        return queries;
    }

    /** The rule files. */
    static List<Path> ruleFiles() throws IOException {
        return list(DIRECTORY, ".yml");
    }

    /** The expressions of the alerts, by name. */
    public static Map<String, String> alerts() throws IOException {
        Map<String, String> alerts = new TreeMap<>();
        for (Path file : ruleFiles()) {
            Matcher alert = ALERT.matcher(Files.readString(file));
            while (alert.find()) {
                String expr = alert.group("expr").strip();
                alerts.put(
                        alert.group("name"),
                        expr.startsWith("|")
                                ? expr.substring(1).replaceAll("\\s+", " ").strip()
                                : expr);
            }
        }
        return alerts;
    }

    /** The names of the metrics in PromQL, as they are written there: with the suffix of a histogram's series. */
    static List<String> metrics(String promql) {
        return METRIC.matcher(TEXT.matcher(promql).replaceAll("\"\""))
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
    }
}
