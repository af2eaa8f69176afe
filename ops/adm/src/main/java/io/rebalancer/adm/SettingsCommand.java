package io.rebalancer.adm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for what operators set while jobs run: for one job, or for all jobs together. */
@Command(
        name = "settings",
        addMethodSubcommands = false,
        description = "Shows and changes the settings of a job, or of the fleet: totals that the jobs share by weight.")
final class SettingsCommand extends ManagerCommand {
    @Command(name = "get", description = "Shows each value, where it comes from, who set it, and what lowers it.")
    int get(
            @Option(names = "--job", paramLabel = "ID", description = "settings of this job (default: of the fleet)")
                    @Nullable
                    String job,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        show(manager().get(path(job)), output.output());
        return ExitCode.DONE.code();
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
                    Map<String, String> values,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, String> each : new LinkedHashMap<>(values).entrySet()) {
            body.put(each.getKey(), number(each.getKey(), each.getValue()));
        }
        return change(job, body, output.output());
    }

    @Command(name = "reset", description = "Lets settings return to what holds without an operator's choice.")
    int reset(
            @Option(names = "--job", paramLabel = "ID", description = "settings of this job (default: of the fleet)")
                    @Nullable
                    String job,
            @Parameters(arity = "1..*", paramLabel = "NAME", description = "settings; window removes the window")
                    List<String> names,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        names.forEach(body::putNull);
        return change(job, body, output.output());
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
            @Parameters(arity = "1..*", paramLabel = "RANGE", description = "days and times") List<String> ranges,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode window = body.putObject("window").put("timeZone", zone);
        ranges.forEach(window.putArray("weekly")::add);
        if (blackoutDays != null) {
            blackoutDays.forEach(window.putArray("blackoutDays")::add);
        }
        return change(job, body, output.output());
    }

    private int change(@Nullable String job, ObjectNode body, Output output)
            throws CommandFailed, InterruptedException {
        show(manager().patch(path(job), body.toString()), output);
        return ExitCode.DONE.code();
    }

    private static void show(ManagerApiClient.Response settings, Output output) throws CommandFailed {
        output.item(
                settings.body(),
                (out, view) ->
                        SettingsText.print(out, view, output.context().clock().instant()));
    }

    private static String path(@Nullable String job) {
        return job == null ? "/api/v1/settings" : JobCommand.path(job) + "/settings";
    }

    private static long number(String name, String value) throws CommandFailed {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new CommandFailed(name + " needs a whole number, such as " + name + "=32, not " + value);
        }
    }
}
