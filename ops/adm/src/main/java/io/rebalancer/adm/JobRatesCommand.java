package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code job rates}: what a job did over time. */
@Command(
        name = "rates",
        description =
                "Shows how fast a job was, in steps of equal length, oldest first. A step in which it moved nothing"
                        + " is shown with zeros.")
final class JobRatesCommand implements Callable<Integer> {
    private static final double BYTES_OF_MB = 1e6;

    @CommandLine.ParentCommand
    private JobCommand job = new JobCommand();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "<uuid>", description = "id of the job")
    private String id = "";

    @Option(
            names = "--window",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "only this time before the end, such as 15m, 6h or 2d; 1 minute at least")
    private @Nullable Duration window;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "begin, such as 2026-11-28T10:00:00Z; instead of --window")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            description = "end (default: the end of the job, or now if it has not ended)")
    private @Nullable String to;

    @Option(
            names = "--points",
            paramLabel = "NUMBER",
            defaultValue = "60",
            description = "maximum number of steps, 2 to 1000 (default: ${DEFAULT-VALUE})")
    private int points;

    @Mixin
    private OutputOption output = new OutputOption();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        StringBuilder path = new StringBuilder(JobCommand.path(id) + "/rates?points=" + points);
        if (window != null) {
            path.append("&window=").append(window.toSeconds());
        }
        if (from != null) {
            path.append("&from=").append(ManagerApiClient.parameter(from));
        }
        if (to != null) {
            path.append("&to=").append(ManagerApiClient.parameter(to));
        }
        ManagerApiClient.Response answer = job.manager().get(path.toString());
        JsonNode found = ManagerApiClient.json(answer);
        Output form = output.output();
        form.page(found, answer.body(), "steps", table(), "job " + id + " has no history in this time");
        explain(found);
        return ExitCode.DONE.code();
    }

    /** What the figures lack, on standard error, so that it is seen with any form of output. */
    private void explain(JsonNode found) {
        AdmContext context = AdmContext.of(spec);
        if (found.has("recordedSince")) {
            context.err()
                    .println("the history begins "
                            + Times.both(
                                    found.path("recordedSince").asText(),
                                    context.clock().instant())
                            + ": an earlier version has stored what was before; rebalancer rebuild adds it, if the"
                            + " journal still has it");
        }
        if (found.has("behindSince")) {
            context.err()
                    .println("events of the job can't be counted since "
                            + Times.both(
                                    found.path("behindSince").asText(),
                                    context.clock().instant())
                            + ", so later steps lack them; rebalancer-adm cluster status has the cause");
        }
    }

    private static Table table() {
        return new Table()
                .text("FROM", step -> Times.minute(step.path("at").asText()))
                .number("RECORDS/S", step -> perSecond(step, "relocated", 1))
                .number("MB/S", step -> perSecond(step, "bytes", BYTES_OF_MB))
                .number("PLACED", "placed")
                .number("COPIED", "copied")
                .number("MOVED", "relocated")
                .number(
                        "NO MOVE NEEDED",
                        step -> Figures.count(step.path("superseded").asLong()
                                + step.path("gone").asLong()
                                + step.path("duplicate").asLong()))
                .number("SKIPPED", "skipped")
                .number("FAILED", "failed");
    }

    private static String perSecond(JsonNode step, String member, double unit) {
        double seconds = step.path("seconds").asDouble();
        return String.format(
                Locale.ROOT, "%.1f", seconds > 0 ? step.path(member).asDouble() / unit / seconds : 0);
    }
}
