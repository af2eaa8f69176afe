package io.rebalancer.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.monitoring.MonitoringFiles.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The rules of Grafana's linter for dashboards, and of its grid. */
class DashboardRulesTest {
    private static final int COLUMNS = 24;
    private static final Set<String> UNITS = Set.of("short", "s", "bytes", "Bps", "ops", "percentunit");

    private static JsonNode variable(JsonNode dashboard, String name) {
        for (JsonNode each : dashboard.path("templating").path("list")) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("no variable " + name);
    }

    @Test
    void eachDashboardHasAUniqueIdAndTheVariables() throws Exception {
        Map<String, JsonNode> dashboards = MonitoringFiles.dashboards();
        assertThat(dashboards).hasSize(7);
        Set<String> ids = new TreeSet<>();
        dashboards.forEach((file, dashboard) -> {
            assertThat(ids.add(dashboard.path("uid").asText())).as(file).isTrue();
            assertThat(dashboard.path("uid").asText()).hasSizeLessThanOrEqualTo(40);
            assertThat(dashboard.path("title").asText()).startsWith("Rebalancer: ");
            assertThat(variable(dashboard, "datasource").path("type").asText()).isEqualTo("datasource");
            assertThat(variable(dashboard, "datasource").path("query").asText()).isEqualTo("prometheus");
            for (String name : List.of("job", "instance")) {
                JsonNode variable = variable(dashboard, name);
                assertThat(variable.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
                assertThat(variable.path("multi").asBoolean()).isTrue();
                assertThat(variable.path("allValue").asText()).isEqualTo(".*");
                assertThat(variable.path("query").path("query").asText()).startsWith("label_values(");
            }
        });
    }

    @Test
    void eachPanelHasATitleADescriptionAUnitAndTheDataSource() throws Exception {
        MonitoringFiles.dashboards().forEach((file, dashboard) -> {
            Set<Integer> ids = new TreeSet<>();
            for (JsonNode panel : MonitoringFiles.panels(dashboard)) {
                String name = file + ": " + panel.path("title").asText();
                assertThat(ids.add(panel.path("id").asInt())).as(name).isTrue();
                assertThat(panel.path("title").asText()).as(name).isNotBlank();
                assertThat(panel.path("description").asText()).as(name).endsWith(".");
                assertThat(UNITS)
                        .as(name)
                        .contains(panel.at("/fieldConfig/defaults/unit").asText());
                assertThat(panel.at("/datasource/uid").asText()).as(name).isEqualTo("${datasource}");
                assertThat(panel.path("targets")).as(name).isNotEmpty();
                panel.path("targets").forEach(target -> {
                    assertThat(target.at("/datasource/uid").asText()).as(name).isEqualTo("${datasource}");
                    assertThat(target.path("legendFormat").asText()).as(name).isNotBlank();
                });
            }
        });
    }

    @Test
    void panelsFillTheGridWithoutOverlap() throws Exception {
        MonitoringFiles.dashboards().forEach((file, dashboard) -> {
            List<int[]> taken = new ArrayList<>();
            for (JsonNode panel : dashboard.path("panels")) {
                JsonNode at = panel.path("gridPos");
                int[] box = {
                    at.path("x").asInt(),
                    at.path("y").asInt(),
                    at.path("x").asInt() + at.path("w").asInt(),
                    at.path("y").asInt() + at.path("h").asInt()
                };
                assertThat(box[2]).as(file).isLessThanOrEqualTo(COLUMNS);
                assertThat(taken)
                        .as("%s: %s", file, panel.path("title").asText())
                        .noneMatch(other ->
                                box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
                taken.add(box);
            }
        });
    }

    @Test
    void eachQuerySelectsJobAndInstanceAndRatesUseTheIntervalOfGrafana() throws Exception {
        List<Query> queries = MonitoringFiles.queries();
        assertThat(queries).hasSizeGreaterThan(80);
        for (Query query : queries) {
            long selectors = query.expr().split("job=~\"\\$job\", instance=~\"\\$instance\"", -1).length - 1L;
            assertThat(selectors)
                    .as("%s selects job and instance for each metric", query)
                    .isEqualTo(query.expr().split("\\{", -1).length - 1L)
                    .isPositive();
            assertThat(query.expr())
                    .as("%s: a fixed range suits one resolution only", query.panel())
                    .doesNotContainPattern("rate\\([^\\[]*\\[(?!\\$__rate_interval])");
            for (String metric : MonitoringFiles.metrics(query.expr())) {
                assertThat(query.expr().contains("rate(" + metric)
                                || query.expr().contains("increase(" + metric))
                        .as("%s: %s is a counter if it ends so", query.panel(), metric)
                        .isEqualTo(metric.matches(".*_(total|bucket|sum|count)"));
            }
        }
    }
}
