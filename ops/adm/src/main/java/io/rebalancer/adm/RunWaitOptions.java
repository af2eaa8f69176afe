package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a command that begins a run of reconciliation and can wait for its end. */
final class RunWaitOptions {
    @Option(names = WaitOptions.WAIT, description = "waits until the run has ended, and shows it")
    private boolean waits;

    @Option(
            names = WaitOptions.TIMEOUT,
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "how long to wait, such as 90s, 15m or 2h. The run continues after that time")
    private @Nullable Duration timeout;

    /**
     * Prints the id of a run that has begun, or waits until it has ended and shows it.
     *
     * @param begun the answer to the order
     * @return the exit code
     */
    int finish(ManagerApiClient manager, ManagerApiClient.Response begun, Output form)
            throws CommandFailed, InterruptedException {
        String id = ManagerApiClient.json(begun).path("id").asText();
        if (!waits && timeout == null) {
            form.item(begun.body(), (out, answer) -> out.println(id));
            return ExitCode.DONE.code();
        }
        RunWatch watch = new RunWatch(manager, ReconcileCommand.path(id), form.context());
        ManagerApiClient.Response found = watch.await(Optional.ofNullable(timeout));
        int code = show(found, form);
        JsonNode run = ManagerApiClient.json(found);
        if (ReconcileText.hasEnded(run)) {
            return code;
        }
        form.context()
                .err()
                .println("run " + id + " continues. To see it again: " + LegacyUsage.PROGRAM + " reconcile status "
                        + id);
        return ExitCode.BLOCKED.code();
    }

    /** Prints a run, and returns the exit code of how it ended. */
    static int show(ManagerApiClient.Response run, Output output) throws CommandFailed {
        output.item(
                run.body(),
                (out, found) -> ReconcileText.of(found, output.context().clock().instant())
                        .forEach(out::println));
        return ReconcileText.exitCode(ManagerApiClient.json(run)).code();
    }
}
