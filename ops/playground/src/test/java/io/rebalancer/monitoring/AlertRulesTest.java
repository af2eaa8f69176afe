package io.rebalancer.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules, checked and tested by promtool; and that each alert has such tests, a severity, and a section in the manual. */
@Tag("external")
class AlertRulesTest {
    private static final Path TESTS = MonitoringFiles.DIRECTORY.resolve("tests");
    private static final Path MANUAL = Path.of("../../docs/operations/alerts.md");

    @TempDir
    private Path directory;

    private void promtool(Stream<String> arguments) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        List<String> command = new ArrayList<>(List.of("promtool"));
        arguments.forEach(command::add);
        Process promtool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(promtool.waitFor()).as(Files.readString(output)).isZero();
    }

    private static String section(String text, String start, String end) {
        int from = text.indexOf(start);
        assertThat(from).as(start.strip()).isNotNegative();
        int to = text.indexOf(end, from + start.length());
        return text.substring(from, to < 0 ? text.length() : to);
    }

    @Test
    void theRulesAreValid() throws Exception {
        promtool(Stream.concat(
                Stream.of("check", "rules"),
                MonitoringFiles.ruleFiles().stream().map(Path::toString)));
    }

    @Test
    void theRulesDoWhatTheirTestsState() throws Exception {
        promtool(Stream.concat(
                Stream.of("test", "rules"),
                MonitoringFiles.list(TESTS, ".yml").stream().map(Path::toString)));
    }

    @Test
    void theQueriesOfPanelsAreValid() throws Exception {
        StringBuilder rules = new StringBuilder("groups: [{ name: panels, rules: [\n");
        int number = 0;
        for (MonitoringFiles.Query query : MonitoringFiles.queries()) {
            rules.append("{ record: 'panel:%d', expr: '%s' },\n".formatted(number++, query.over("5m")));
        }
        Path file = directory.resolve("panels.yml");
        Files.writeString(file, rules.append("] }]\n"));
        promtool(Stream.of("check", "rules", file.toString()));
    }

    @Test
    void eachAlertHasTestsForBothCasesAndWhatAnOperatorNeeds() throws Exception {
        Map<String, String> alerts = MonitoringFiles.alerts();
        assertThat(alerts).hasSize(34);
        String rules = allText(MonitoringFiles.ruleFiles());
        String tests = allText(MonitoringFiles.list(TESTS, ".yml"));
        String manual = Files.readString(MANUAL);
        for (String alert : alerts.keySet()) {
            assertThat(section(tests, "- name: " + alert + " fires\n", "\n  - name:"))
                    .contains("alertname: " + alert, "exp_labels:", "severity: ", "runbook_url:");
            assertThat(section(tests, "- name: " + alert + " does not fire\n", "\n  - name:"))
                    .contains("alertname: " + alert, "exp_alerts: []");
            assertThat(section(rules, "- alert: " + alert + "\n", "\n      - "))
                    .containsPattern("severity: (critical|warning|info) ")
                    .containsPattern("summary: \"[^\"]{10,}")
                    .containsPattern("description: \"[^\"]{20,}")
                    .containsPattern(
                            "runbook_url: docs/operations/alerts.md#" + alert.toLowerCase(Locale.ROOT) + "(\n|$)");
            assertThat(section(manual, "## " + alert + "\n", "\n## "))
                    .containsPattern("Severity: (critical|warning|info)\\.")
                    .contains("```\n");
        }
        assertThat(manual.lines()
                        .filter(line -> line.startsWith("## Rebalancer"))
                        .map(line -> line.substring(3)))
                .as("sections of the manual without an alert")
                .containsExactlyInAnyOrderElementsOf(alerts.keySet());
    }

    private static String allText(List<Path> files) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            text.append(Files.readString(file));
        }
        return text.toString();
    }
}
