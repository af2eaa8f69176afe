package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for what operators set while jobs run: for one job, or for all jobs together. */
@Command(
        name = "settings",
        mixinStandardHelpOptions = true,
        description = "Shows and changes the settings of a job, or of the fleet: totals that the jobs share by weight.")
final class SettingsCommand extends ManagerCommand {
    private static final String LINE = "%-22s %-14s %-9s %s%n";

    @Command(name = "get", description = "Shows each value, where it comes from, who set it, and what lowers it.")
    int get(
            @Option(names = "--job", paramLabel = "ID", description = "settings of this job (default: of the fleet)")
                    @Nullable
                    String job)
            throws CommandFailed, InterruptedException {
        print(ManagerApiClient.json(manager().get(path(job))));
        return 0;
    }

    @Command(
            name = "set",
            description =
                    "Changes settings, such as commitParallelism=32 bytesPerSecond=100000000. Takes effect at once.")
    int set(
            @Option(names = "--job", paramLabel = "ID", description = "settings of this job (default: of the fleet)")
                    @Nullable
                    String job,
            @Parameters(arity = "1..*", paramLabel = "NAME=VALUE", description = "settings with their new values")
                    Map<String, String> values)
            throws CommandFailed, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, String> each : new LinkedHashMap<>(values).entrySet()) {
            body.put(each.getKey(), number(each.getKey(), each.getValue()));
        }
        return change(job, body);
    }

    @Command(name = "reset", description = "Lets settings return to what holds without an operator's choice.")
    int reset(
            @Option(names = "--job", paramLabel = "ID", description = "settings of this job (default: of the fleet)")
                    @Nullable
                    String job,
            @Parameters(arity = "1..*", paramLabel = "NAME", description = "settings; window removes the window")
                    List<String> names)
            throws CommandFailed, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        names.forEach(body::putNull);
        return change(job, body);
    }

    @Command(
            name = "window",
            description =
                    "Lets work be done in weekly ranges only, such as \"mon-fri 20:00-06:00\" \"sat,sun 00:00-24:00\"."
                            + " Outside of them nothing is written. Remove the window with: settings reset window.")
    int window(
            @Option(names = "--job", paramLabel = "ID", description = "window of this job (default: of the fleet)")
                    @Nullable
                    String job,
            @Option(
                            names = "--time-zone",
                            required = true,
                            paramLabel = "ZONE",
                            description = "zone of all times, such as Europe/Berlin or UTC")
                    String zone,
            @Option(names = "--blackout", paramLabel = "DATE", description = "a day without work; may be repeated")
                    @Nullable
                    List<String> blackoutDays,
            @Parameters(arity = "1..*", paramLabel = "RANGE", description = "days and times") List<String> ranges)
            throws CommandFailed, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode window = body.putObject("window").put("timeZone", zone);
        ranges.forEach(window.putArray("weekly")::add);
        if (blackoutDays != null) {
            blackoutDays.forEach(window.putArray("blackoutDays")::add);
        }
        return change(job, body);
    }

    private int change(@Nullable String job, ObjectNode body) throws CommandFailed, InterruptedException {
        print(ManagerApiClient.json(manager().patch(path(job), body.toString())));
        return 0;
    }

    private static String path(@Nullable String job) {
        return job == null ? "/api/v1/settings" : "/api/v1/jobs/" + job + "/settings";
    }

    private static long number(String name, String value) throws CommandFailed {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new CommandFailed(name + " needs a whole number, such as " + name + "=32, not " + value);
        }
    }

    private void print(JsonNode view) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(LINE, "SETTING", "VALUE", "ORIGIN", "WHO AND WHY");
        for (JsonNode each : view.path("settings")) {
            out.printf(
                    LINE,
                    each.path("name").asText(),
                    each.has("value") ? each.path("value").asText() : "no limit",
                    each.path("origin").asText(),
                    why(each));
        }
        printWindow(out, "window", view.path("window"));
        printWindow(out, "window of the fleet", view.path("fleetWindow"));
    }

    private static String why(JsonNode setting) {
        List<String> parts = new ArrayList<>();
        if (setting.has("setBy")) {
            parts.add(setting.path("setBy").asText() + " at "
                    + setting.path("setAt").asText());
        }
        if (setting.has("clampedBy")) {
            parts.add(setting.path("clampedBy").asText());
        }
        return String.join("; ", parts);
    }

    private static void printWindow(PrintWriter out, String name, JsonNode window) {
        if (window.isMissingNode()) {
            return;
        }
        List<String> ranges = new ArrayList<>();
        window.path("weekly").forEach(each -> ranges.add(each.asText()));
        out.println(name + ": " + String.join(", ", ranges) + " "
                + window.path("timeZone").asText() + "; "
                + (window.path("open").asBoolean() ? "open" : "closed")
                + (window.has("nextChange")
                        ? " until " + window.path("nextChange").asText()
                        : "")
                + "; set by " + window.path("setBy").asText());
        if (!window.path("blackoutDays").isEmpty()) {
            List<String> days = new ArrayList<>();
            window.path("blackoutDays").forEach(each -> days.add(each.asText()));
            out.println("  no work on " + String.join(", ", days));
        }
    }
}
