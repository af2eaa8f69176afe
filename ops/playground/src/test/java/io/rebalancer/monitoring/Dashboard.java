package io.rebalancer.monitoring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.List;

/**
 * A Grafana dashboard from its source in {@code ops/dashboards/source}. What all panels share is here: the data source, the
 * variables, the selector that stands for {@code @} in a query, and the place of each panel in the grid of 24 columns.
 */
final class Dashboard {
    /** What {@code {@}} in a query stands for. */
    static final String SELECTOR = "job=~\"$job\", instance=~\"$instance\"";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    /** The schema of Grafana 10. */
    private static final int SCHEMA_VERSION = 38;
    /** A series that every process has. */
    private static final String EVERY_PROCESS = "rebalancer_jvm_uptime_seconds";

    private static final int COLUMNS = 24;
    private static final int PANEL_WIDTH = 8;
    private static final int PANEL_HEIGHT = 8;

    private final Config source;
    private final ArrayNode panels = JSON.createArrayNode();
    private int nextId = 1;
    private int y;

    private Dashboard(Config source) {
        this.source = source;
    }

    /** The text of the dashboard's file. */
    static String render(Path source) throws JsonProcessingException {
        Dashboard dashboard = new Dashboard(ConfigFactory.parseFile(source.toFile()));
        return JSON.writeValueAsString(dashboard.json()) + "\n";
    }

    private ObjectNode json() {
        for (Config row : source.getConfigList("rows")) {
            addRow(row);
        }
        ObjectNode json = JSON.createObjectNode();
        json.put("uid", source.getString("uid"));
        json.put("title", source.getString("title"));
        json.put("description", source.getString("description"));
        json.putArray("tags").add("rebalancer");
        json.put("schemaVersion", SCHEMA_VERSION);
        json.put("version", 1);
        json.put("editable", true);
        json.put("graphTooltip", 1);
        json.put("refresh", "30s");
        json.putObject("time").put("from", "now-3h").put("to", "now");
        json.put("timezone", "browser");
        ObjectNode link = json.putArray("links").addObject();
        link.put("type", "dashboards").put("title", "Rebalancer").put("asDropdown", true);
        link.put("includeVars", true).put("keepTime", true).putArray("tags").add("rebalancer");
        ArrayNode variables = json.putObject("templating").putArray("list");
        variables
                .addObject()
                .put("name", "datasource")
                .put("label", "Data source")
                .put("type", "datasource")
                .put("query", "prometheus")
                .put("refresh", 1);
        addVariable(variables, "job", "Job", "label_values(" + EVERY_PROCESS + ", job)");
        addVariable(variables, "instance", "Instance", "label_values(" + EVERY_PROCESS + "{job=~\"$job\"}, instance)");
        json.set("panels", panels);
        return json;
    }

    private static void addVariable(ArrayNode variables, String name, String label, String query) {
        ObjectNode variable = variables.addObject();
        variable.put("name", name).put("label", label).put("type", "query");
        putDatasource(variable);
        variable.putObject("query").put("query", query).put("refId", name);
        variable.put("definition", query);
        variable.put("refresh", 2).put("sort", 1);
        variable.put("multi", true).put("includeAll", true).put("allValue", ".*");
        variable.putObject("current").put("text", "All").put("value", "$__all");
    }

    private static void putDatasource(ObjectNode target) {
        target.putObject("datasource").put("type", "prometheus").put("uid", "${datasource}");
    }

    private static void putGridPos(ObjectNode panel, int height, int width, int x, int y) {
        panel.putObject("gridPos").put("h", height).put("w", width).put("x", x).put("y", y);
    }

    private void addRow(Config row) {
        ObjectNode header = panels.addObject();
        header.put("id", nextId++).put("type", "row").put("title", row.getString("title"));
        header.put("collapsed", false).putArray("panels");
        putGridPos(header, 1, COLUMNS, 0, y);
        y++;
        int x = 0;
        List<? extends Config> described = row.getConfigList("panels");
        for (Config each : described) {
            if (x + PANEL_WIDTH > COLUMNS) {
                x = 0;
                y += PANEL_HEIGHT;
            }
            addPanel(each, x);
            x += PANEL_WIDTH;
        }
        y += PANEL_HEIGHT;
    }

    private void addPanel(Config described, int x) {
        ObjectNode panel = panels.addObject();
        panel.put("id", nextId++).put("type", "timeseries");
        panel.put("title", described.getString("title"));
        panel.put("description", described.getString("description"));
        putDatasource(panel);
        putGridPos(panel, PANEL_HEIGHT, PANEL_WIDTH, x, y);
        ObjectNode field = panel.putObject("fieldConfig");
        ObjectNode defaults = field.putObject("defaults");
        defaults.put("unit", described.getString("unit"));
        defaults.putObject("custom").put("lineWidth", 1).put("fillOpacity", 10).put("showPoints", "never");
        field.putArray("overrides");
        ObjectNode options = panel.putObject("options");
        options.putObject("legend")
                .put("displayMode", "list")
                .put("placement", "bottom")
                .put("showLegend", true);
        options.putObject("tooltip").put("mode", "multi").put("sort", "desc");
        ArrayNode targets = panel.putArray("targets");
        char refId = 'A';
        for (Config query : described.getConfigList("queries")) {
            ObjectNode target = targets.addObject();
            target.put("refId", String.valueOf(refId++));
            putDatasource(target);
            target.put("editorMode", "code").put("range", true);
            target.put("expr", query.getString("expr").replace("@", SELECTOR));
            target.put("legendFormat", query.getString("legend"));
        }
    }
}
