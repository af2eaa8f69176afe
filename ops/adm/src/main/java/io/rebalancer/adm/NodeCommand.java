package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for storage nodes. The legacy tool has none, so these print what people read. */
@Command(
        name = "node",
        addMethodSubcommands = false,
        description =
                "Lists the storage nodes that are out of service or have a penalty, puts them back, checks whether"
                        + " a job may empty them, and lists orphaned copies.")
final class NodeCommand extends ManagerCommand {
    private static final String ORPHANS = "/api/v1/orphans?limit=1000";
    private static final double BYTES_OF_MIB = 1024 * 1024;
    private static final String FLEET = "/api/v1/fleet?limit=1000";
    private static final String NODES = "/api/v1/storage-nodes";
    private static final String DRAINED = "DRAINED";

    @Command(
            name = "list",
            description = "Lists the storage nodes that receive no copies, and those that receive few because they"
                    + " failed assignments.")
    int list(
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            description = "only nodes in this state: fenced, drained, removed, or in-service for those"
                                    + " in service that receive few copies")
                    @Nullable
                    String state,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        Output form = output.output();
        String filter = state == null ? "" : "?state=" + ManagerApiClient.parameter(JobListFilter.word(state));
        ManagerApiClient.Response found = manager().get(NODES + filter);
        if (form.format() == OutputFormat.JSONL) {
            JsonNode list = ManagerApiClient.json(found);
            list.path("outOfService").forEach(form.context().out()::println);
            list.path("penalised").forEach(form.context().out()::println);
            return ExitCode.DONE.code();
        }
        form.item(found.body(), (out, list) -> {
            printOutOfService(
                    out,
                    list.path("outOfService"),
                    state == null
                            ? "every storage node is in service"
                            : "no storage node out of service is in this state",
                    form.context().clock().instant());
            printPenalties(out, list, form.context().clock().instant());
        });
        return ExitCode.DONE.code();
    }

    @Command(
            name = "fleet",
            description =
                    "Lists all storage nodes that storinfo lists, with their free space and whether their agent is"
                            + " reachable.")
    int fleet(
            @Option(names = "--datacenter", paramLabel = "NAME", description = "only nodes of this datacenter")
                    @Nullable
                    String datacenter,
            @Option(names = "--state", paramLabel = "STATE", description = "only nodes in this state") @Nullable
                    String state,
            @Option(
                            names = "--sort",
                            paramLabel = "ORDER",
                            description = "name, free (most free space first) or used (fullest first) (default: name)")
                    @Nullable
                    String sort,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        StringBuilder path = new StringBuilder(FLEET);
        if (datacenter != null) {
            path.append("&datacenter=").append(ManagerApiClient.segment(datacenter));
        }
        if (state != null) {
            path.append("&state=").append(ManagerApiClient.segment(state));
        }
        if (sort != null) {
            path.append("&sort=").append(ManagerApiClient.parameter(sort));
        }
        output.output()
                .list(
                        manager(),
                        path.toString(),
                        "storageNodes",
                        new Table()
                                .text("STORAGE NODE", "storageNode")
                                .text("DATACENTER", "datacenter")
                                .text(
                                        "STATE",
                                        node -> Figures.words(node.path("state").asText()))
                                .text(
                                        "FREE",
                                        node -> Figures.bytes(
                                                node.path("availableMib").asDouble() * BYTES_OF_MIB))
                                .text("USED", node -> node.path("percentUsed").asText() + " %")
                                .text(
                                        "AGENT",
                                        node -> node.path("agentReachable").asBoolean()
                                                ? "reachable"
                                                : "not reachable"),
                        "storinfo lists no such storage node");
        return ExitCode.DONE.code();
    }

    private static void printOutOfService(PrintWriter out, JsonNode nodes, String empty, Instant now) {
        if (nodes.isEmpty()) {
            out.println(empty);
            return;
        }
        new Table()
                .text("STORAGE NODE", "storageNode")
                .text("STATE", node -> Figures.words(node.path("state").asText()))
                .text("JOB", "job")
                .text("SINCE", node -> Times.minute(node.path("since").asText("-")))
                .text("AGE", node -> Times.age(node.path("since").asText(), now))
                .print(out, nodes);
    }

    private static void printPenalties(PrintWriter out, JsonNode list, Instant now) {
        if (list.has("penalised")) {
            list.path("penalised").forEach(node -> PenaltyText.of(node, now).forEach(out::println));
        } else {
            out.println("the penalties of storage nodes are unknown: "
                    + list.path("penaltiesUnavailable").asText("a manager of this version does not report them"));
        }
    }

    @Command(
            name = "get",
            description =
                    "Shows the state of one storage node, its penalty if it has one, and the running jobs that empty"
                            + " it or copy to it.")
    int get(
            @Parameters(paramLabel = "<node>", description = "storage id of the node") String node,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        Output form = output.output();
        form.item(
                manager().get(path(node)).body(),
                (out, found) -> print(out, found, form.context().clock().instant()));
        return ExitCode.DONE.code();
    }

    private static void print(PrintWriter out, JsonNode node, Instant now) {
        out.println(node.path("storageNode").asText() + " is "
                + Figures.words(node.path("state").asText())
                + (node.has("since") ? " since " + Times.both(node.path("since").asText(), now) : "")
                + (node.has("job") ? ", by job " + node.path("job").asText() : ""));
        if (node.has("penalty")) {
            PenaltyText.of(node, now).forEach(out::println);
        }
        if (node.has("penaltiesUnavailable")) {
            out.println("its penalty is unknown: "
                    + node.path("penaltiesUnavailable").asText());
        }
        printJobs(out, node.path("jobs"));
    }

    private static void printJobs(PrintWriter out, JsonNode jobs) {
        jobs.path("emptiedBy").forEach(job -> out.println("job " + job.asText() + " empties it"));
        jobs.path("destinationOf")
                .forEach(each -> out.println((each.has("run")
                                ? "run " + each.path("run").asText()
                                : "job " + each.path("job").asText())
                        + " copies to it: "
                        + Figures.counted(each.path("assignments").asLong(), "open assignment") + ", "
                        + Figures.bytes(each.path("leasedBytes").asDouble()) + " leased"));
        if (jobs.has("destinationsUnavailable")) {
            out.println("the jobs that copy to it are unknown: "
                    + jobs.path("destinationsUnavailable").asText());
        }
    }

    @Command(
            name = "orphans",
            description = "Lists copies that may stay on storage nodes and that no metadata record is known to name,"
                    + " usually newest first.")
    int orphans(@Mixin OrderOption order, @Mixin OutputOption output) throws CommandFailed, InterruptedException {
        output.output()
                .list(
                        manager(),
                        ORPHANS + order.parameter(),
                        "orphans",
                        ListTables.orphans(AdmContext.of(spec).clock()),
                        "no orphaned copies are recorded");
        return ExitCode.DONE.code();
    }

    @Command(name = "recommission", description = "Puts a storage node back in service: it receives copies again.")
    int recommission(
            @Parameters(paramLabel = "<node>", description = "storage id of the node") String node,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        return order(node, "recommission", output.output());
    }

    @Command(
            name = "exclude",
            description =
                    "Keeps copies away from a storage node, which keeps what it has. node recommission ends that.")
    int exclude(
            @Parameters(paramLabel = "<node>", description = "storage id of the node") String node,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        return order(node, "exclude", output.output());
    }

    @Command(
            name = "remove",
            description = "Records that a drained storage node is gone for good. Without --yes, only shows what would"
                    + " happen.")
    int remove(
            @Parameters(paramLabel = "<node>", description = "storage id of the node") String node,
            @Option(names = DryRun.YES, description = DryRun.DESCRIPTION) boolean yes,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        Output form = output.output();
        if (yes) {
            return order(node, "remove", form);
        }
        ManagerApiClient.Response found = manager().get(path(node));
        JsonNode view = ManagerApiClient.json(found);
        String state = view.path("state").asText();
        form.item(
                found.body(),
                (out, same) -> print(out, same, form.context().clock().instant()));
        if (!state.equals(DRAINED)) {
            throw new CommandFailed(node + " is " + state + " and can't be removed: only a node that is " + DRAINED
                    + " is proved to be empty; empty it first with: " + LegacyUsage.PROGRAM + " job create " + node);
        }
        DryRun.report(
                form.context(),
                node + " would be recorded as gone for good, and get no certificate any more",
                "node remove " + node);
        return ExitCode.DONE.code();
    }

    @Command(
            name = "preflight",
            description = "Runs the checks for a job that empties the node, without creating it. Exits with 0 if a job"
                    + " would be created, and with 3 if not.")
    int preflight(
            @Parameters(paramLabel = "<node>", description = "storage id of the node") String node,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        ManagerApiClient.Response found = manager().get(path(node) + "/preflight");
        output.output()
                .item(
                        found.body(),
                        (out, checks) -> PreflightText.of(checks.path("checks")).forEach(out::println));
        boolean allowed = ManagerApiClient.json(found).path("allowsJob").asBoolean();
        return (allowed ? ExitCode.DONE : ExitCode.REFUSED).code();
    }

    private int order(String node, String order, Output form) throws CommandFailed, InterruptedException {
        form.item(
                manager().post(path(node) + "/" + order, "").body(),
                (out, changed) -> out.println(changed.path("storageNode").asText() + " is "
                        + changed.path("state").asText()));
        return ExitCode.DONE.code();
    }

    private static String path(String node) {
        return NODES + "/" + ManagerApiClient.segment(node);
    }
}
