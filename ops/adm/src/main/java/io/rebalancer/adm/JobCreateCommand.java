package io.rebalancer.adm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code job create}. */
@Command(
        name = "create",
        description =
                "Creates a job that empties a storage node, if the checks before it allow that. Prints its id. Exits"
                        + " with 3 if a check refuses it or its plan is outdated. With --wait, waits for the end of"
                        + " the job. The subcommand has the form of the legacy tool, and runs no checks.",
        subcommands = JobEvacuateCommand.class)
final class JobCreateCommand implements Callable<Integer> {
    @CommandLine.ParentCommand
    JobCommand job = new JobCommand();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..1", paramLabel = "<node>", description = "storage id of the node to empty")
    private @Nullable String node;

    @Option(
            names = "--force",
            paramLabel = "NAME",
            description = "creates the job even if this check fails; may be repeated. The manager records it.")
    private List<String> force = new ArrayList<>();

    @Option(
            names = "--max-objects",
            paramLabel = "N",
            description = "maximum number of objects in the job (default: all)")
    private @Nullable Long maxObjects;

    @Option(
            names = "--plan",
            paramLabel = "ID",
            description = "creates the job only if the fleet is still that of this plan")
    private @Nullable String plan;

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Mixin
    private OutputOption output = new OutputOption();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        if (node == null) {
            throw new LegacyUsage.SubcommandMissing(spec.commandLine());
        }
        Output form = output.output();
        wait.target(WaitTarget.END);
        JobCreation creation = new JobCreation(node);
        creation.force(force);
        if (maxObjects != null) {
            creation.limit(maxObjects);
        }
        if (plan != null) {
            creation.plan(plan);
        }
        ManagerApiClient manager = job.manager();
        Optional<String> created = creation.send(manager, form);
        return created.isEmpty() ? ExitCode.REFUSED.code() : job.follow(manager, created.get(), wait, form.format());
    }
}
