package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands for the quarantines of storage nodes. */
final class QuarantineCommands {
    private static final String RESULTS = "results";
    /** What a restore of one file may answer while the next one may succeed. */
    private static final Set<String> ABOUT_ONE_FILE =
            Set.of("QUARANTINE_ITEM_NOT_FOUND", "QUARANTINE_NAME_TAKEN", "BAD_REQUEST");

    private QuarantineCommands() {}

    private static String path(String node) {
        return ReconcileCommand.RECONCILIATION + "/quarantine/" + ManagerApiClient.segment(node);
    }

    private static String list(String node) {
        return path(node) + "?limit=" + ReconcileCommand.MAX_PAGE;
    }

    /** Lists a quarantine. */
    @Command(
            name = "quarantine",
            description =
                    "Lists the files in the quarantine of a storage node: those that lost their object's name. Needs the role"
                            + " operator: the list names owners and objects.")
    static final class Show implements Callable<Integer> {
        @CommandLine.ParentCommand
        private ReconcileCommand group = new ReconcileCommand();

        @Parameters(paramLabel = "<node>", description = "storage id of the node")
        private String node = "";

        @Mixin
        private OutputOption output = new OutputOption();

        @Override
        public Integer call() throws CommandFailed, InterruptedException {
            Output form = output.output();
            form.list(
                    group.manager(),
                    list(node),
                    "items",
                    RepairText.quarantine(form.context().clock()),
                    "the quarantine of " + node + " is empty");
            return ExitCode.DONE.code();
        }
    }

    /** Deletes files. */
    @Command(
            name = "purge",
            description =
                    "Begins a run that deletes files of the quarantine of a storage node for good, and prints its id: those that"
                            + " runs moved there, that have been there for the hold (14 days unless configured), and whose object no"
                            + " record names when it is looked up again. Without --yes, nothing is done. Needs the role admin.")
    static final class Purge implements Callable<Integer> {
        @CommandLine.ParentCommand
        private ReconcileCommand group = new ReconcileCommand();

        @Parameters(paramLabel = "<node>", description = "storage id of the node")
        private String node = "";

        @Option(names = DryRun.YES, description = DryRun.DESCRIPTION)
        private boolean yes;

        @Mixin
        private RunWaitOptions wait = new RunWaitOptions();

        @Mixin
        private OutputOption output = new OutputOption();

        @Override
        public Integer call() throws CommandFailed, InterruptedException {
            Output form = output.output();
            if (!yes) {
                DryRun.report(
                        form.context(),
                        "files that runs moved into the quarantine of " + node
                                + " would be deleted for good; to see them: " + LegacyUsage.PROGRAM
                                + " reconcile quarantine " + node,
                        "reconcile purge " + node);
                return ExitCode.DONE.code();
            }
            ManagerApiClient manager = group.manager();
            return wait.finish(manager, manager.post(path(node) + "/purge", "{\"confirm\":true}"), form);
        }
    }

    /** Restores files. */
    @Command(
            name = "restore",
            description =
                    "Gives files of the quarantine of a storage node their names again: the named ones, or with --run all that"
                            + " a run moved there. A name that another file has now stays with that file. Needs the role admin."
                            + " Exits with 1 if a file was not restored.")
    static final class Restore implements Callable<Integer> {
        @CommandLine.ParentCommand
        private ReconcileCommand group = new ReconcileCommand();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(index = "0", paramLabel = "<node>", description = "storage id of the node")
        private String node = "";

        @Parameters(
                index = "1..*",
                arity = "0..*",
                paramLabel = "<item>",
                description = "ids of files in the quarantine")
        private List<String> items = new ArrayList<>();

        @Option(names = "--run", paramLabel = "RUN", description = "all files that this run moved there")
        private @Nullable String run;

        @Mixin
        private OutputOption output = new OutputOption();

        private final ArrayNode results = JsonNodeFactory.instance.arrayNode();

        @Override
        public Integer call() throws CommandFailed, InterruptedException {
            if (items.isEmpty() == (run == null)) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(),
                        "name the files to restore, or the run that moved them with --run; " + LegacyUsage.PROGRAM
                                + " reconcile quarantine " + node + " lists both");
            }
            Output form = output.output();
            ManagerApiClient manager = group.manager();
            List<String> wanted = run == null ? items : moved(manager, run);
            if (wanted.isEmpty()) {
                throw new CommandFailed("the quarantine of " + node + " has no file that run " + run + " moved; "
                        + LegacyUsage.PROGRAM + " reconcile quarantine " + node + " lists what is in it");
            }
            int restored = 0;
            try {
                for (String each : wanted) {
                    ObjectNode result = restore(manager, each);
                    restored += result.has("detail") ? 0 : 1;
                    print(form, result);
                }
            } finally {
                finish(form, restored, wanted.size());
            }
            return (restored == wanted.size() ? ExitCode.DONE : ExitCode.FAILURE).code();
        }

        /** All pages are read first: a restore takes files out of the list. */
        private List<String> moved(ManagerApiClient manager, String by) throws CommandFailed, InterruptedException {
            List<String> found = new ArrayList<>();
            JsonNode page = ManagerApiClient.json(manager.get(list(node)));
            while (true) {
                for (JsonNode item : page.path("items")) {
                    if (item.path("run").asText().equalsIgnoreCase(by.strip())) {
                        found.add(item.path("id").asText());
                    }
                }
                if (!page.has("next")) {
                    return found;
                }
                page = ManagerApiClient.json(manager.get(list(node) + "&after="
                        + ManagerApiClient.parameter(page.path("next").asText())));
            }
        }

        /** A failure that is about more than this file ends the command. */
        private ObjectNode restore(ManagerApiClient manager, String item) throws CommandFailed, InterruptedException {
            ManagerApiClient.Answer answer =
                    manager.tryPost(path(node) + "/" + ManagerApiClient.segment(item) + "/restore", "");
            ObjectNode result = JsonNodeFactory.instance.objectNode().put("id", item);
            if (answer.isSuccess()) {
                return result.put("result", "restored");
            }
            if (answer.status() >= 400 && answer.status() < 500) {
                JsonNode problem = ManagerApiClient.json(answer.body());
                if (ABOUT_ONE_FILE.contains(problem.path("code").asText())) {
                    return result.put("result", problem.path("code").asText())
                            .put("detail", problem.path("detail").asText());
                }
            }
            ManagerApiClient.succeeded(answer);
            throw new IllegalStateException("an answer is a success or none");
        }

        private void print(Output form, ObjectNode result) throws CommandFailed {
            if (form.format() == OutputFormat.JSON) {
                results.add(result);
                return;
            }
            form.item(
                    result,
                    (out, found) -> out.println(found.path("id").asText() + " "
                            + (found.has("detail")
                                    ? "not restored: " + found.path("detail").asText() + " ("
                                            + found.path("result").asText() + ")"
                                    : "restored")));
        }

        private void finish(Output form, int restored, int wanted) throws CommandFailed {
            if (form.format() == OutputFormat.JSON) {
                ObjectNode all = JsonNodeFactory.instance.objectNode();
                all.set(RESULTS, results);
                form.item(all, (out, found) -> {});
            }
            form.context()
                    .err()
                    .println(Figures.count(restored) + " of " + Figures.counted(wanted, "file") + " restored on "
                            + node);
        }
    }
}
