package io.rebalancer.adm;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code job events}: the event stream of a job as JSON lines. */
@Command(
        name = "events",
        description = "Prints each event of a job as a JSON object in a line, until the job ends: changes of state,"
                + " progress, and records that are skipped or fail. A stream that breaks off is continued."
                + " Ctrl-C ends the printing, never the job.")
final class JobEventsCommand implements Callable<Integer> {
    @CommandLine.ParentCommand
    private JobCommand job = new JobCommand();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "<uuid>", description = "id of the job")
    private String id = "";

    @Option(names = "--after", paramLabel = "ID", description = "only events after the event with this id")
    private @Nullable String after;

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        AdmContext context = AdmContext.of(spec);
        new EventFollower(
                        job.manager(),
                        context,
                        JobCommand.path(id) + "/events",
                        "job " + id,
                        Optional.ofNullable(after))
                .follow(event -> {
                    context.out().println(event);
                    context.out().flush();
                    return !event.path("event").asText().equals("state") || !WaitTarget.hasEnded(event.path("data"));
                });
        return ExitCode.DONE.code();
    }
}
