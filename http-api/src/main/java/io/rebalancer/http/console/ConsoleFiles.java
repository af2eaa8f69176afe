package io.rebalancer.http.console;

import io.rebalancer.http.page.PageFiles;
import io.rebalancer.http.page.WebJar;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The files of the console: its modules as they are written, and three libraries. */
public final class ConsoleFiles {
    static final String FOLDER = "io/rebalancer/http/console/";
    /** All files of the folder but the page; {@code ConsoleRoutesTest} compares them. */
    static final List<String> OWN = List.of(
            "core/api.js",
            "core/format.js",
            "core/live.js",
            "core/members.js",
            "core/page.js",
            "core/router.js",
            "core/session.js",
            "css/layout.css",
            "css/parts.css",
            "css/tokens.css",
            "icon.svg",
            "main.js",
            "pages/audit.js",
            "pages/cluster.js",
            "pages/create-job.js",
            "pages/job.js",
            "pages/job/certificate.js",
            "pages/job/events.js",
            "pages/job/exceptions.js",
            "pages/job/object.js",
            "pages/job/progress.js",
            "pages/job/settings.js",
            "pages/job/throughput.js",
            "pages/jobs.js",
            "pages/missing.js",
            "pages/node.js",
            "pages/nodes.js",
            "pages/overview.js",
            "pages/reconciliation.js",
            "pages/reconciliation/plan.js",
            "pages/reconciliation/quarantine.js",
            "pages/reconciliation/repairs.js",
            "pages/reconciliation/run.js",
            "pages/settings.js",
            "pages/sign-in.js",
            "pages/tokens.js",
            "parts/action.js",
            "parts/agent.js",
            "parts/certificate.js",
            "parts/chart.js",
            "parts/commands.js",
            "parts/eta.js",
            "parts/fleet.js",
            "parts/heat-map.js",
            "parts/notice.js",
            "parts/others.js",
            "parts/settings-table.js",
            "parts/shell.js",
            "parts/shortcuts.js",
            "parts/state.js",
            "parts/table.js",
            "parts/time.js",
            "parts/window-form.js");

    private static final List<String> LIT = List.of(
            "lit-html.js",
            "directive.js",
            "directive-helpers.js",
            "directives/guard.js",
            "directives/ref.js",
            "directives/repeat.js",
            "async-directive.js");

    private ConsoleFiles() {}

    /** The page and files of this build. */
    public static PageFiles read() {
        return PageFiles.read(FOLDER + "index.html", resources());
    }

    /** The names of all files that the page may load. */
    static Set<String> names() {
        return resources().keySet();
    }

    private static Map<String, String> resources() {
        Map<String, String> files = new TreeMap<>();
        OWN.forEach(name -> files.put(name, FOLDER + name));
        WebJar lit = new WebJar("org.webjars.npm", "lit-html");
        LIT.forEach(name -> files.put("lib/lit/" + name, lit.path(name)));
        WebJar charts = new WebJar("org.webjars.npm", "uplot");
        files.put("lib/uplot/uPlot.js", charts.path("dist/uPlot.esm.js"));
        files.put("lib/uplot/uPlot.css", charts.path("dist/uPlot.min.css"));
        files.put("lib/pico.css", new WebJar("org.webjars.npm", "picocss__pico").path("css/pico.min.css"));
        return files;
    }
}
