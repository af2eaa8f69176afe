package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of reconciliation. Only {@code act}, {@code restore} and {@code purge} change something. */
@Command(
        name = "reconcile",
        addMethodSubcommands = false,
        description =
                "Compares metadata records with the files of storage nodes, shows where they disagree, and repairs what an"
                        + " administrator orders.")
final class ReconcileCommand extends ManagerCommand {
    static final String RECONCILIATION = "/api/v1/reconciliation";
    static final String RUNS = RECONCILIATION + "/runs";
    private static final int SHOWN_RUNS = 10;
    static final int MAX_PAGE = 1000;

    @Override
    List<Class<?>> commands() {
        return List.of(
                ReconcileBeginCommand.Run.class,
                ReconcileBeginCommand.Plan.class,
                ReconcileActCommand.class,
                Findings.class,
                QuarantineCommands.Show.class,
                QuarantineCommands.Restore.class,
                QuarantineCommands.Purge.class);
    }

    /** The path of a run. */
    static String path(String run) {
        return RUNS + "/" + ManagerApiClient.segment(run);
    }

    @Command(name = "list", description = "Lists all runs, newest first unless --order is given.")
    int list(@Mixin OrderOption order, @Mixin OutputOption output) throws CommandFailed, InterruptedException {
        Output form = output.output();
        form.list(
                manager(),
                RUNS + "?limit=" + MAX_PAGE + order.parameter(),
                "runs",
                ReconcileText.runs(form.context().clock()),
                ReconcileText.NO_RUNS);
        return ExitCode.DONE.code();
    }

    @Command(
            name = "status",
            description =
                    "Shows what a run has read, found and repaired, and what is unknown and why; without a run, whether runs"
                            + " can be ordered, and the last ones. Exits with 0; for a run that has ended, with 1 if it was"
                            + " aborted, and with 2 if it found something, storage nodes are unknown, or repairs failed or were"
                            + " left.")
    int status(
            @Parameters(arity = "0..1", paramLabel = "<uuid>", description = "id of the run") @Nullable String run,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        Output form = output.output();
        ManagerApiClient manager = manager();
        if (run != null) {
            return RunWaitOptions.show(manager.get(path(run)), form);
        }
        ManagerApiClient.Response status = manager.get(RECONCILIATION);
        form.item(
                status.body(),
                (out, found) -> out.println("reconciliation is "
                        + (found.path("enabled").asBoolean()
                                ? "on"
                                : "off: no run can be ordered until rebalancer.reconcile.enabled is on")));
        if (form.isTable()) {
            ManagerApiClient.Response last = manager.get(RUNS + "?limit=" + SHOWN_RUNS);
            form.page(
                    ManagerApiClient.json(last),
                    last.body(),
                    "runs",
                    ReconcileText.runs(form.context().clock()),
                    ReconcileText.NO_RUNS);
        }
        return ExitCode.DONE.code();
    }

    @Command(
            name = "schedule",
            description = "Shows when runs begin without an order, or why none does, and what became of the last one.")
    int schedule(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        Output form = output.output();
        form.item(
                manager().get(RECONCILIATION + "/schedule").body(),
                (out, schedule) -> ScheduleText.of(
                                schedule, form.context().clock().instant())
                        .forEach(out::println));
        return ExitCode.DONE.code();
    }

    @Command(name = "cancel", description = "Ends a run. What it found and repaired so far stays.")
    int cancel(@Parameters(paramLabel = "<uuid>", description = "id of the run") String run, @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        output.output()
                .item(
                        manager().post(path(run) + "/cancel", "").body(),
                        (out, found) -> out.println("run " + run + " is "
                                + Figures.words(found.path("phase").asText())));
        return ExitCode.DONE.code();
    }

    /** Lists what a run found. */
    @Command(
            name = "findings",
            description =
                    "Lists the copies about which records and files disagree, by storage node and kind. Needs the role"
                            + " operator: findings name owners and objects.")
    static final class Findings implements Callable<Integer> {
        @CommandLine.ParentCommand
        private ReconcileCommand group = new ReconcileCommand();

        @Parameters(paramLabel = "<uuid>", description = "id of the run")
        private String run = "";

        @Option(names = "--node", paramLabel = "NODE", description = "only findings on this storage node")
        private @Nullable String node;

        @Option(names = "--kind", paramLabel = "KIND", description = "only findings of this kind, such as missing-copy")
        private @Nullable String kind;

        @Option(names = "--state", paramLabel = "STATE", description = "only findings in this state, such as planned")
        private @Nullable String state;

        @Option(
                names = "--limit",
                paramLabel = "N",
                description = "maximum number of findings, 1 to 1000 (default: all)")
        private @Nullable Integer limit;

        @Mixin
        private OutputOption output = new OutputOption();

        @Override
        public Integer call() throws CommandFailed, InterruptedException {
            Output form = output.output();
            String path = path(run) + "/findings?limit=" + (limit == null ? MAX_PAGE : limit.intValue())
                    + parameter("node", node)
                    + parameter("kind", kind == null ? null : word(kind))
                    + parameter("state", state == null ? null : JobListFilter.word(state));
            Table table = ReconcileText.findings(form.context().clock());
            if (limit == null) {
                form.list(group.manager(), path, "findings", table, ReconcileText.NO_FINDINGS);
                return ExitCode.DONE.code();
            }
            ManagerApiClient.Response first = group.manager().get(path);
            JsonNode page = ManagerApiClient.json(first);
            form.page(page, first.body(), "findings", table, ReconcileText.NO_FINDINGS);
            if (page.has("next")) {
                form.context().err().println("there are further findings; leave --limit out to see all");
            }
            return ExitCode.DONE.code();
        }

        private static String word(String kind) {
            return kind.strip().toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
        }

        private static String parameter(String name, @Nullable String value) {
            return value == null ? "" : "&" + name + "=" + ManagerApiClient.parameter(value);
        }
    }
}
