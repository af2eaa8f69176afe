package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for jobs. Those that show jobs are here; those that order something have a class each. */
@Command(
        name = "job",
        addMethodSubcommands = false,
        description = "Lists, shows, creates, watches, pauses, resumes, cancels and retries evacuate jobs.")
final class JobCommand extends ManagerCommand {
    static final String JOBS = "/api/v1/jobs";
    private static final Pattern UUID_FORM = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    private static final String PAGE = "limit=1000";

    @Override
    List<Class<?>> commands() {
        return List.of(
                JobCreateCommand.class,
                JobWatchCommand.class,
                JobEventsCommand.class,
                JobRatesCommand.class,
                JobPauseCommand.class,
                JobResumeCommand.class,
                JobCancelCommand.class,
                JobRetryCommand.class);
    }

    @Command(
            name = "list",
            description =
                    "Lists jobs, usually newest first: all, or those that the options choose. Without an option, prints what"
                            + " the legacy tool prints.")
    int list(@Mixin JobListFilter filter, @Mixin OutputOption output) throws CommandFailed, InterruptedException {
        AdmContext context = AdmContext.of(spec);
        if (output.chosen().isEmpty() && !filter.isSet()) {
            LegacyOutput.printJson(context.out(), manager().get("/jobs"));
        } else {
            output.output()
                    .list(
                            manager(),
                            JOBS + "?" + PAGE + filter.parameters(),
                            "jobs",
                            JobText.table(context.clock()),
                            filter.choosesJobs() ? "no such jobs" : "no jobs");
        }
        return ExitCode.DONE.code();
    }

    @Command(
            name = "get",
            description =
                    "Shows the state and the counts of a job. Without a form of output, prints what the legacy tool"
                            + " prints.")
    int get(@Parameters(paramLabel = "<uuid>", description = "id of the job") String id, @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        AdmContext context = AdmContext.of(spec);
        if (output.chosen().isPresent()) {
            output.output().item(manager().get(path(id)).body(), (out, job) -> JobText.print(out, job, now(output)));
            return ExitCode.DONE.code();
        }
        try (WaitingNotice notice =
                new WaitingNotice(context.out(), "Getting job status counts.  This may take some time...")) {
            notice.start();
            LegacyOutput.printJson(context.out(), manager().get("/jobs/" + ManagerApiClient.segment(id)));
        }
        return ExitCode.DONE.code();
    }

    @Command(
            name = "exceptions",
            description = "Lists all records that a job could not move, with the reason of each. With --file, writes"
                    + " them to a file.")
    int exceptions(
            @Parameters(paramLabel = "<uuid>", description = "id of the job") String id,
            @Option(
                            names = {"-o", "--file"},
                            paramLabel = "FILE",
                            description = "file to write; an existing file is replaced")
                    @Nullable
                    Path file,
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "jsonl",
                            description = "form of the file: jsonl (one JSON object in each line) or csv (default:"
                                    + " ${DEFAULT-VALUE})")
                    String format,
            @Option(names = "--reason", paramLabel = "WORD", description = "only records with this reason") @Nullable
                    String reason,
            @Mixin OrderOption order,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        String exceptions = path(id) + "/exceptions";
        String filter = reason == null ? "" : "&reason=" + ManagerApiClient.parameter(reason);
        if (file == null) {
            output.output()
                    .list(
                            manager(),
                            exceptions + "?" + PAGE + filter + order.parameter(),
                            "exceptions",
                            ListTables.exceptions(AdmContext.of(spec).clock()),
                            "job " + id + " lists no such exception");
            return ExitCode.DONE.code();
        }
        manager().download(exceptions + "/export?format=" + ManagerApiClient.parameter(format) + filter, file);
        AdmContext.of(spec).out().println("wrote the exceptions of job " + id + " to " + file);
        return ExitCode.DONE.code();
    }

    @Command(
            name = "orphans",
            description = "Lists copies of a job that may stay on storage nodes, usually newest first. No metadata"
                    + " record is known to name them.")
    int orphans(
            @Parameters(paramLabel = "<uuid>", description = "id of the job") String id,
            @Mixin OrderOption order,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        output.output()
                .list(
                        manager(),
                        path(id) + "/orphans?" + PAGE + order.parameter(),
                        "orphans",
                        ListTables.orphans(AdmContext.of(spec).clock()),
                        "no orphaned copies of job " + id + " are recorded");
        return ExitCode.DONE.code();
    }

    @Command(name = "waiting", description = "Shows what a job waits for now, the longest wait first.")
    int waiting(@Parameters(paramLabel = "<uuid>", description = "id of the job") String id, @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        ManagerApiClient.Response found = manager().get(path(id));
        JsonNode waits = ManagerApiClient.json(found).path("waiting");
        if (output.output().format() == OutputFormat.JSONL) {
            waits.forEach(AdmContext.of(spec).out()::println);
            return ExitCode.DONE.code();
        }
        return show(output, found, (out, job) -> {
            if (job.path("waiting").isEmpty()) {
                out.println("job " + id + " is " + job.path("state").asText() + " and waits for nothing");
            }
            JobWaits.print(out, job, now(output));
        });
    }

    @Command(
            name = "why",
            description = "Explains where an object is, each attempt of the job to move it, what happens next, and"
                    + " what you can change.")
    int why(
            @Parameters(paramLabel = "<uuid>", description = "id of the job") String id,
            @Parameters(paramLabel = "<object>", description = "id of the object, or its key: /UUID/stor/NAME")
                    String subject,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        if (!subject.startsWith("/") && !UUID_FORM.matcher(subject).matches()) {
            throw new CommandLine.ParameterException(
                    spec.subcommands().get("why"),
                    "'" + subject + "' is no object: give its id (a UUID), or its key, which begins with /UUID/stor/");
        }
        String parameter = (subject.startsWith("/") ? "key=" : "object=") + ManagerApiClient.parameter(subject);
        return show(
                output,
                manager().get(path(id) + "/why?" + parameter),
                (out, found) -> ExplanationText.print(out, found, now(output)));
    }

    @Command(
            name = "blockers",
            description = "Shows what holds a job, the heaviest first, and the stage that limits its speed.")
    int blockers(
            @Parameters(paramLabel = "<uuid>", description = "id of the job") String id, @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        return show(
                output,
                manager().get(path(id) + "/blockers"),
                (out, found) -> BlockersText.print(out, found, now(output)));
    }

    @Command(
            name = "progress",
            description = "Shows how far and how fast a job is, by stage and destination, and when its pass ends.")
    int progress(
            @Parameters(paramLabel = "<uuid>", description = "id of the job") String id, @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        return show(
                output,
                manager().get(path(id) + "/progress"),
                (out, found) -> ProgressText.print(out, found, now(output)));
    }

    private static int show(OutputOption output, ManagerApiClient.Response found, Output.Text text)
            throws CommandFailed {
        output.output().item(found.body(), text);
        return ExitCode.DONE.code();
    }

    private static Instant now(OutputOption output) {
        return output.context().clock().instant();
    }

    /** The path of a job in API v1. */
    static String path(String id) {
        return JOBS + "/" + ManagerApiClient.segment(id);
    }

    /** Follows a job that was created, continued or retried, if the operator wants that, and returns the exit code. */
    int follow(ManagerApiClient manager, String id, WaitOptions wait, OutputFormat format)
            throws CommandFailed, InterruptedException {
        if (!wait.isSet()) {
            return ExitCode.DONE.code();
        }
        AdmContext context = AdmContext.of(spec);
        WaitTarget target = wait.target(WaitTarget.END);
        ExitCode end;
        JobWatch watch;
        try (WatchDisplay display = WatchDisplay.of(context, format)) {
            watch = new JobWatch(manager, id, context, display);
            end = watch.await(target, wait.timeout(), false);
        }
        JobText.report(context.err(), watch, end, target);
        return end.code();
    }
}
