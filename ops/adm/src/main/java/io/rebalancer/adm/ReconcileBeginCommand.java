package io.rebalancer.adm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Begins a run that compares, and changes nothing. */
abstract class ReconcileBeginCommand implements Callable<Integer> {
    private static final String EXIT_CODES =
            " With --wait it exits as reconcile status does: with 0 if nothing was found, with 1 if the run was aborted,"
                    + " with 2 if it found something or storage nodes are unknown, and with 4 if it has not ended in time.";

    @CommandLine.ParentCommand
    private ReconcileCommand group = new ReconcileCommand();

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "only this storage node; may be repeated (default: all)")
    private List<String> nodes = new ArrayList<>();

    @Option(
            names = "--accept-roots",
            description = "accepts object roots with another identity than in earlier runs, such as after a disk was"
                    + " replaced")
    private boolean acceptRoots;

    @Option(
            names = "--read-contents",
            description =
                    "also reads all files, at the pace of their agents, which takes long. A content that is wrong in two"
                            + " such runs is a finding")
    private boolean readContents;

    @Mixin
    private RunWaitOptions wait = new RunWaitOptions();

    @Mixin
    private OutputOption output = new OutputOption();

    /** The word of the mode. */
    abstract String mode();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        ManagerApiClient manager = group.manager();
        return wait.finish(
                manager, manager.post(ReconcileCommand.RUNS, request().toString()), output.output());
    }

    private ObjectNode request() {
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("mode", mode());
        if (!nodes.isEmpty()) {
            nodes.forEach(request.withArray("nodes")::add);
        }
        if (readContents) {
            request.put("readContents", true);
        }
        if (acceptRoots) {
            request.put("acceptRoots", true);
        }
        return request;
    }

    /** A run of either mode. */
    @Command(name = "run", description = "Begins a run, and prints its id." + EXIT_CODES)
    static final class Run extends ReconcileBeginCommand {
        @Option(
                names = "--mode",
                paramLabel = "MODE",
                defaultValue = "observe",
                description = "observe (finds), or plan (also records what would be done) (default: ${DEFAULT-VALUE})")
        private String mode = "observe";

        @Override
        String mode() {
            return mode;
        }
    }

    /** A run that plans. */
    @Command(
            name = "plan",
            description =
                    "Begins a run that plans repairs, and prints its id; reconcile act carries the plan out. The same as"
                            + " reconcile run --mode plan." + EXIT_CODES)
    static final class Plan extends ReconcileBeginCommand {
        @Override
        String mode() {
            return "plan";
        }
    }
}
