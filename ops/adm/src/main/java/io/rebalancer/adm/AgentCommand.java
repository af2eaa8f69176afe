package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for the agents of storage nodes. A manager asks the agent through the cluster. */
@Command(
        name = "agent",
        addMethodSubcommands = false,
        description = "Shows the agent of a storage node, changes its limits and its gate, and lists and drops the"
                + " assignments that it holds.")
final class AgentCommand extends ManagerCommand {
    private static final String NODE = "storage id of the node";
    private static final String PAGE = "?limit=1000";

    @Command(name = "status", description = "Shows what the agent does, its gate, its limits and its sources.")
    int status(@Parameters(paramLabel = "<node>", description = NODE) String node, @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        output.output().item(manager().get(path(node)).body(), AgentText::printStatus);
        return ExitCode.DONE.code();
    }

    @Command(
            name = "limits",
            description = "Changes limits of the agent, and shows all of them. Takes effect at once, also for copies in"
                    + " progress. Without an option for a limit, only shows them.")
    int limits(
            @Parameters(paramLabel = "<node>", description = NODE) String node,
            @Mixin AgentLimitOptions limits,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        Output form = output.output();
        String shown = limits.isSet()
                ? manager().put(path(node) + "/limits", limits.body()).body()
                : ManagerApiClient.json(manager().get(path(node)))
                        .path("limits")
                        .toString();
        form.item(shown, AgentText::printLimits);
        return ExitCode.DONE.code();
    }

    @Command(
            name = "gate",
            description = "Sets what the agent may do: open lets copies start, no-new finishes those in progress and"
                    + " starts no others, stopped interrupts them. Exits with 0 when nothing that the gate forbids is in"
                    + " progress, and with 4 if something is: then run it again.")
    int gate(
            @Parameters(index = "0", paramLabel = "<node>", description = NODE) String node,
            @Parameters(index = "1", paramLabel = "<gate>", description = "open, no-new or stopped") String gate,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        String body = JsonNodeFactory.instance
                .objectNode()
                .put("gate", JobListFilter.word(gate))
                .toString();
        ManagerApiClient.Response set = manager().put(path(node) + "/gate", body);
        output.output().item(set.body(), (out, status) -> AgentText.printGate(out, node, status));
        boolean acknowledged = ManagerApiClient.json(set).path("acknowledged").asBoolean();
        return (acknowledged ? ExitCode.DONE : ExitCode.BLOCKED).code();
    }

    @Command(
            name = "assignments",
            description = "Lists the assignments that the agent holds: those that it has accepted and that no job has"
                    + " released.")
    int assignments(@Parameters(paramLabel = "<node>", description = NODE) String node, @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        output.output()
                .list(
                        manager(),
                        path(node) + "/assignments" + PAGE,
                        "assignments",
                        AgentText.assignments(),
                        "the agent of " + node + " holds no assignments");
        return ExitCode.DONE.code();
    }

    @Command(
            name = "drop",
            description =
                    "Makes the agent forget an assignment whose job is lost. Its verified copies stay on the node."
                            + " Without --yes, only shows what would happen.")
    int drop(
            @Parameters(index = "0", paramLabel = "<node>", description = NODE) String node,
            @Parameters(index = "1", paramLabel = "<assignment>", description = "id of the assignment")
                    String assignment,
            @Option(names = "--force", description = "also if copies are in progress, which then end") boolean force,
            @Option(names = DryRun.YES, description = DryRun.DESCRIPTION) boolean yes,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        UUID id = id(assignment);
        ManagerApiClient manager = manager();
        Output form = output.output();
        if (yes) {
            String query = force ? "?force=true" : "";
            form.item(
                    manager.delete(path(node) + "/assignments/" + id + query).body(),
                    (out, dropped) -> out.println("the agent of " + node + " has forgotten assignment " + id));
            return ExitCode.DONE.code();
        }
        JsonNode held = find(manager, node, id)
                .orElseThrow(() -> new CommandFailed("The agent of " + node + " holds no assignment " + id + "; "
                        + LegacyUsage.PROGRAM + " agent assignments " + node + " lists those that it holds"));
        form.item(
                held,
                (out, same) -> AgentText.assignments()
                        .print(out, JsonNodeFactory.instance.arrayNode().add(same)));
        DryRun.report(
                form.context(),
                "the agent would forget assignment " + id + " of job "
                        + held.path("jobId").asText()
                        + ", and its copies would stay. Drop it only if no manager knows that"
                        + " job (" + LegacyUsage.PROGRAM + " job get "
                        + held.path("jobId").asText() + ")" + inProgress(held, force),
                "agent drop " + node + " " + id + (force ? " --force" : ""));
        return ExitCode.DONE.code();
    }

    private static String inProgress(JsonNode held, boolean force) {
        if (held.path("ended").asLong() == held.path("tasks").asLong()) {
            return "";
        }
        return force ? "; its copies in progress would end" : "; refused without --force: copies are in progress";
    }

    private static UUID id(String text) throws CommandFailed {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed("\"" + text + "\" is no id of an assignment (a UUID); " + LegacyUsage.PROGRAM
                    + " agent assignments NODE lists them");
        }
    }

    private static Optional<JsonNode> find(ManagerApiClient manager, String node, UUID id)
            throws CommandFailed, InterruptedException {
        String path = path(node) + "/assignments" + PAGE;
        JsonNode page = ManagerApiClient.json(manager.get(path));
        while (true) {
            for (JsonNode held : page.path("assignments")) {
                if (held.path("id").asText().equals(id.toString())) {
                    return Optional.of(held);
                }
            }
            if (!page.has("next")) {
                return Optional.empty();
            }
            String next = ManagerApiClient.parameter(page.path("next").asText());
            page = ManagerApiClient.json(manager.get(path + "&after=" + next));
        }
    }

    private static String path(String node) {
        return "/api/v1/storage-nodes/" + ManagerApiClient.segment(node) + "/agent";
    }
}
