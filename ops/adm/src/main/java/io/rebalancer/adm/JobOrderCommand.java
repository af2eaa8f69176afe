package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.JobPhase;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that orders something of a job. */
abstract class JobOrderCommand implements Callable<Integer> {
    @CommandLine.ParentCommand
    JobCommand job = new JobCommand();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "<uuid>", description = "id of the job")
    String id = "";

    @Mixin
    WaitOptions wait = new WaitOptions();

    @Mixin
    OutputOption output = new OutputOption();

    AdmContext context() {
        return AdmContext.of(spec);
    }

    /**
     * Gives an order that agents have to confirm, and waits for that.
     *
     * @param action the word of the HTTP API, such as {@code pause}
     * @param reached the state of the job once every agent has confirmed
     * @param usual how long to wait if the operator sets nothing else
     * @param carriedOut what has happened then
     */
    int confirmed(String action, JobPhase reached, Duration usual, String carriedOut)
            throws CommandFailed, InterruptedException {
        Output form = output.output();
        WaitTarget target = wait.target(WaitTarget.of(reached));
        ManagerApiClient manager = job.manager();
        JsonNode ordered = ManagerApiClient.json(manager.post(JobCommand.path(id) + "/" + action, ""));
        Optional<Duration> timeout = wait.isSet() ? wait.timeout() : Optional.of(usual);
        ExitCode end;
        JobWatch watch;
        try (WatchDisplay display = WatchDisplay.none(context())) {
            watch = new JobWatch(manager, id, context(), display).from(ordered);
            end = watch.await(target, timeout, true);
        }
        if (!form.isTable()) {
            form.item(watch.job(), (out, found) -> {});
        }
        PrintWriter text = form.isTable() ? context().out() : context().err();
        String state = WaitTarget.stateOf(watch.job());
        if (end == ExitCode.BLOCKED) {
            text.println("job " + id + " is " + state + " after "
                    + timeout.map(Times::length).orElse("") + "; it waits for:");
            JobWaits.print(text, watch.job(), watch.now());
            text.println("run the command again to wait longer; nothing more has to be ordered");
        } else {
            text.println("job " + id + " is " + state + (state.equals(reached.name()) ? ": " + carriedOut : ""));
        }
        return end.code();
    }
}
