package io.rebalancer.adm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code events}: the event stream of the fleet. */
@Command(
        name = "events",
        description = "Prints the changes of all jobs and storage nodes until Ctrl-C, which ends the printing only. As"
                + " text, progress is printed every 5 s for each job; json and jsonl print each event. A stream that"
                + " breaks off is continued at another manager.")
final class EventsCommand extends ManagerOptions implements Callable<Integer> {
    @Option(names = "--job", paramLabel = "ID", description = "only this job; may be repeated (default: all jobs)")
    private List<String> jobs = new ArrayList<>();

    @Option(
            names = "--after",
            paramLabel = "ID",
            description = "only events after the event with this id, with the same --job")
    private @Nullable String after;

    @Mixin
    private OutputOption output = new OutputOption();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        Output chosen = output.output();
        AdmContext context = AdmContext.of(spec);
        EventText text = new EventText(context.clock());
        String path = jobs.isEmpty()
                ? "/api/v1/events"
                : "/api/v1/events?jobs=" + ManagerApiClient.parameter(String.join(",", jobs));
        new EventFollower(manager(), context, path, "the fleet", Optional.ofNullable(after)).follow(event -> {
            if (chosen.isTable()) {
                text.line(event).ifPresent(context.out()::println);
            } else {
                context.out().println(event);
            }
            context.out().flush();
            return true;
        });
        return ExitCode.DONE.code();
    }
}
