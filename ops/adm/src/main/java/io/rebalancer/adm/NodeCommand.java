package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The commands for storage nodes. The legacy tool has none, so these print what people read. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description =
                "Lists the storage nodes that are out of service or have a penalty, puts them back, checks whether"
                        + " a job may empty them, and lists orphaned copies.")
final class NodeCommand extends ManagerCommand {
    private static final String ORPHAN_LINE = "%-40s %-36s %-36s %-36s %-27s %s%n";
    private static final String ORPHANS = "/api/v1/orphans?limit=1000";
    private static final String NODES = "/api/v1/storage-nodes";

    @Command(
            name = "list",
            description = "Lists the storage nodes that receive no copies, and those that receive few because they"
                    + " failed assignments.")
    int list() throws CommandFailed, InterruptedException {
        JsonNode list = ManagerApiClient.json(manager().get(NODES));
        PrintWriter out = spec.commandLine().getOut();
        printOutOfService(out, list.path("outOfService"));
        if (list.has("penalised")) {
            list.path("penalised").forEach(node -> PenaltyText.of(node).forEach(out::println));
        } else {
            out.println("the penalties of storage nodes are unknown: "
                    + list.path("penaltiesUnavailable").asText("a manager of this version does not report them"));
        }
        return 0;
    }

    private static void printOutOfService(PrintWriter out, JsonNode nodes) {
        if (nodes.isEmpty()) {
            out.println("every storage node is in service");
            return;
        }
        out.printf("%-40s %-8s %-36s %s%n", "STORAGE NODE", "STATE", "JOB", "SINCE");
        for (JsonNode node : nodes) {
            out.printf(
                    "%-40s %-8s %-36s %s%n",
                    node.path("storageNode").asText(),
                    node.path("state").asText(),
                    node.path("job").asText(),
                    node.path("since").asText());
        }
    }

    @Command(
            name = "orphans",
            description = "Lists copies that may stay on storage nodes and that no metadata record is known to name,"
                    + " newest first.")
    int orphans() throws CommandFailed, InterruptedException {
        ManagerApiClient manager = manager();
        JsonNode page = ManagerApiClient.json(manager.get(ORPHANS));
        PrintWriter out = spec.commandLine().getOut();
        if (page.path("orphans").isEmpty()) {
            out.println("no orphaned copies are recorded");
            return 0;
        }
        out.printf(ORPHAN_LINE, "STORAGE NODE", "OBJECT", "JOB", "ASSIGNMENT", "RECORDED AT", "DETAIL");
        print(out, page.path("orphans"));
        while (page.has("next")) {
            String next = URLEncoder.encode(page.path("next").asText(), StandardCharsets.UTF_8);
            page = ManagerApiClient.json(manager.get(ORPHANS + "&after=" + next));
            print(out, page.path("orphans"));
        }
        return 0;
    }

    private static void print(PrintWriter out, JsonNode orphans) {
        for (JsonNode orphan : orphans) {
            out.printf(
                    ORPHAN_LINE,
                    orphan.path("storageNode").asText(),
                    orphan.path("object").asText(),
                    orphan.path("job").asText(),
                    orphan.path("assignment").asText(),
                    orphan.path("recordedAt").asText(),
                    orphan.path("detail").asText());
        }
    }

    @Command(name = "recommission", description = "Puts a storage node back in service: it receives copies again.")
    int recommission(@Parameters(paramLabel = "<node>", description = "storage id of the node") String node)
            throws CommandFailed, InterruptedException {
        return order(node, "recommission");
    }

    @Command(name = "remove", description = "Records that a drained storage node is gone for good.")
    int remove(@Parameters(paramLabel = "<node>", description = "storage id of the node") String node)
            throws CommandFailed, InterruptedException {
        return order(node, "remove");
    }

    @Command(
            name = "preflight",
            description = "Runs the checks for a job that empties the node, without creating it. Exit codes: 0 if a job"
                    + " would be created, 3 if not.")
    int preflight(@Parameters(paramLabel = "<node>", description = "storage id of the node") String node)
            throws CommandFailed, InterruptedException {
        String path = NODES + "/" + URLEncoder.encode(node, StandardCharsets.UTF_8) + "/preflight";
        JsonNode found = ManagerApiClient.json(manager().get(path));
        PreflightText.of(found.path("checks")).forEach(spec.commandLine().getOut()::println);
        return found.path("allowsJob").asBoolean() ? 0 : PreflightText.REFUSED;
    }

    private int order(String node, String order) throws CommandFailed, InterruptedException {
        String path = NODES + "/" + URLEncoder.encode(node, StandardCharsets.UTF_8) + "/" + order;
        JsonNode changed = ManagerApiClient.json(manager().post(path, ""));
        spec.commandLine()
                .getOut()
                .println(changed.path("storageNode").asText() + " is "
                        + changed.path("state").asText());
        return 0;
    }
}
