package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Carries out a plan, or shows what that would do. */
@Command(
        name = "act",
        description =
                "Begins a run that carries out a plan of at most 24 hours ago, and prints its id; without --yes, shows what"
                        + " would be done on each storage node, and what not and why. Each repair is looked at again right"
                        + " before it is done. Needs the role admin. Exits with 3 if the plan can't be carried out. With"
                        + " --wait it exits with 0 if all was repaired, with 1 if the run was aborted, with 2 if repairs"
                        + " failed or were left, and with 4 if it has not ended in time.")
final class ReconcileActCommand implements Callable<Integer> {
    /** What is repaired unless the operator names classes: no file is moved. */
    private static final List<String> DEFAULT = List.of("copy_again", "add_copy");

    private static final int PRECONDITION_FAILED = 412;

    @CommandLine.ParentCommand
    private ReconcileCommand group = new ReconcileCommand();

    @Parameters(paramLabel = "<uuid>", description = "id of the plan: a finished run with the mode plan")
    private String plan = "";

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            description =
                    "copy-again (copies missing and bad copies again), add-copy (adds copies and names them in records) or"
                            + " quarantine (moves files that no record names); may be repeated (default: copy-again and"
                            + " add-copy)")
    private List<String> classes = new ArrayList<>();

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "only this storage node; may be repeated (default: all of the plan)")
    private List<String> nodes = new ArrayList<>();

    @Option(
            names = "--override-breaker",
            paramLabel = "NODE",
            description =
                    "repairs this storage node although so much differs on it that the breaker of the plan tripped; needs"
                            + " --reason; may be repeated")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--reason", paramLabel = "TEXT", description = "why, for the audit log; at most 200 characters")
    private @Nullable String reason;

    @Option(names = DryRun.YES, description = DryRun.DESCRIPTION)
    private boolean yes;

    @Mixin
    private RunWaitOptions wait = new RunWaitOptions();

    @Mixin
    private OutputOption output = new OutputOption();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        Output form = output.output();
        ManagerApiClient manager = group.manager();
        if (!yes) {
            return preview(ManagerApiClient.json(manager.get(ReconcileCommand.path(plan))), form);
        }
        ManagerApiClient.Answer answer =
                manager.tryPost(ReconcileCommand.path(plan) + "/act", request().toString());
        if (answer.status() == PRECONDITION_FAILED) {
            throw new CommandFailed(
                    ExitCode.REFUSED,
                    ManagerApiClient.json(answer.body()).path("detail").asText(answer.body()));
        }
        return wait.finish(manager, ManagerApiClient.succeeded(answer), form);
    }

    private List<String> words() {
        return classes.isEmpty()
                ? DEFAULT
                : classes.stream()
                        .map(each -> each.strip().toLowerCase(Locale.ROOT).replace('-', '_'))
                        .toList();
    }

    private ObjectNode request() {
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("confirm", true);
        words().forEach(request.withArray("classes")::add);
        if (!nodes.isEmpty()) {
            nodes.forEach(request.withArray("nodes")::add);
        }
        if (!overrides.isEmpty()) {
            overrides.forEach(request.withArray("overrideBreaker")::add);
        }
        if (reason != null) {
            request.put("reason", reason);
        }
        return request;
    }

    private int preview(JsonNode run, Output form) throws CommandFailed {
        if (!run.has("plan")) {
            throw new CommandFailed(
                    ExitCode.REFUSED,
                    "run " + plan + " is no plan that has finished: its mode is "
                            + run.path("order").path("mode").asText() + ", and it is "
                            + Figures.words(run.path("phase").asText()) + "; order one with: " + LegacyUsage.PROGRAM
                            + " reconcile plan");
        }
        PlanPreview preview = new PlanPreview(run, words(), nodes, overrides);
        form.item(
                preview.json(), (out, same) -> preview.print(out, form.context().clock()));
        preview.refusal().ifPresent(why -> form.context().err().println("the manager refuses this: " + why));
        if (preview.refusal().isPresent()) {
            return ExitCode.REFUSED.code();
        }
        DryRun.report(form.context(), preview.effect(), command());
        return ExitCode.DONE.code();
    }

    private String command() {
        StringBuilder command = new StringBuilder("reconcile act " + plan);
        words().forEach(each -> command.append(" --class ").append(each.replace('_', '-')));
        nodes.forEach(each -> command.append(" --node ").append(each));
        overrides.forEach(each -> command.append(" --override-breaker ").append(each));
        if (reason != null) {
            command.append(" --reason '").append(reason.replace("'", "'\\''")).append("'");
        }
        return command.toString();
    }
}
