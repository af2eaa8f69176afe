package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for the cluster of managers and agents. */
@Command(
        name = "cluster",
        addMethodSubcommands = false,
        description = "Shows the members of the cluster and their health, makes them leave, and removes lost ones.")
final class ClusterCommand extends ManagerCommand {
    private static final String CLUSTER = "/api/v1/cluster";
    private static final String MEMBER = "address of the member, as cluster status lists it: HOST:PORT";

    @Command(
            name = "status",
            description = "Shows members, singletons, shards and running jobs, as the manager sees them that replies.")
    int status(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        output.output().item(manager().get(CLUSTER).body(), ClusterText::print);
        return ExitCode.DONE.code();
    }

    @Command(
            name = "health",
            description = "Asks each manager of --url whether it is ready. Exits with 0 if all are, and with 4 if not.")
    int health(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        List<ManagerHealth> found = manager().health();
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        ArrayNode managers = view.putArray("managers");
        found.forEach(each -> managers.addObject()
                .put("url", each.address().toString())
                .put("status", each.status())
                .put("detail", each.detail()));
        Table table = new Table()
                .text("MANAGER", "url")
                .text("STATUS", "status")
                .note(each -> each.path("detail").asText());
        output.output().page(view, view.toString(), "managers", table, "");
        boolean ready = found.stream().allMatch(each -> each.status().equals("ready"));
        return (ready ? ExitCode.DONE : ExitCode.BLOCKED).code();
    }

    @Command(
            name = "leave",
            description = "Makes a member hand its jobs over and leave. Its process ends. Without --yes, only shows"
                    + " what would happen.")
    int leave(
            @Parameters(paramLabel = "<member>", description = MEMBER) String member,
            @Option(names = DryRun.YES, description = DryRun.DESCRIPTION) boolean yes,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        return order(member, "leave", yes, output.output());
    }

    @Command(
            name = "down",
            description = "Removes a member that is lost. If its process still runs, it ends too. Without --yes, only"
                    + " shows what would happen.")
    int down(
            @Parameters(paramLabel = "<member>", description = MEMBER) String member,
            @Option(names = DryRun.YES, description = DryRun.DESCRIPTION) boolean yes,
            @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        return order(member, "down", yes, output.output());
    }

    private int order(String address, String order, boolean yes, Output form)
            throws CommandFailed, InterruptedException {
        ManagerApiClient manager = manager();
        if (yes) {
            String path = CLUSTER + "/members/" + ManagerApiClient.segment(address) + "/" + order;
            form.item(
                    manager.post(path, "").body(),
                    (out, answer) -> out.println(answer.path("member").asText() + " "
                            + answer.path("state").asText()));
            return ExitCode.DONE.code();
        }
        JsonNode cluster = ManagerApiClient.json(manager.get(CLUSTER));
        JsonNode member = find(cluster, address);
        form.item(member, (out, found) -> ClusterText.printMember(out, cluster, found));
        DryRun.report(form.context(), effect(order, member), "cluster " + order + " " + address);
        return ExitCode.DONE.code();
    }

    private static String effect(String order, JsonNode member) {
        String address = member.path("address").asText();
        if (order.equals("leave")) {
            return address + " would hand its jobs and shards over and leave, and its process would end";
        }
        return address + " would be removed and its jobs would restart elsewhere"
                + (member.path("reachable").asBoolean()
                        ? "; the other members reach it, so cluster leave is the right order"
                        : "");
    }

    private static JsonNode find(JsonNode cluster, String address) throws CommandFailed {
        for (JsonNode member : cluster.path("members")) {
            if (member.path("address").asText().equals(address)) {
                return member;
            }
        }
        throw new CommandFailed("The cluster has no member " + address + "; " + LegacyUsage.PROGRAM
                + " cluster status lists all members as HOST:PORT");
    }
}
