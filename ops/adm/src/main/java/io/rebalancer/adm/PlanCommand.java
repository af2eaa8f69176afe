package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands for plans of jobs. A plan moves nothing. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Plans what a job would move, where to, and what it could not move. Nothing is moved.",
        subcommands = PlanCommand.Create.class)
final class PlanCommand extends ManagerCommand {
    private static final String PLANS = "/api/v1/plans";
    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

    @Command(name = "list", description = "Lists the plans that are kept, newest first.")
    int list() throws CommandFailed, InterruptedException {
        JsonNode list = ManagerApiClient.json(manager().get(PLANS));
        PlanText.list(list).forEach(spec.commandLine().getOut()::println);
        return 0;
    }

    @Command(
            name = "get",
            description = "Shows a plan, as far as it is computed. Exit codes: 0, or 3 if the plan has failed.")
    int get(@Parameters(paramLabel = "<uuid>", description = "id of the plan") String id)
            throws CommandFailed, InterruptedException {
        return show(find(id), spec.commandLine().getOut());
    }

    @Command(name = "delete", description = "Forgets a plan, and ends it if it is being computed.")
    int delete(@Parameters(paramLabel = "<uuid>", description = "id of the plan") String id)
            throws CommandFailed, InterruptedException {
        manager().delete(PLANS + "/" + id);
        spec.commandLine().getOut().println("plan " + id + " is deleted");
        return 0;
    }

    private JsonNode find(String id) throws CommandFailed, InterruptedException {
        return ManagerApiClient.json(manager().get(PLANS + "/" + id));
    }

    private static int show(JsonNode plan, PrintWriter out) {
        PlanText.of(plan).forEach(out::println);
        return plan.path("state").asText().equals("FAILED") ? PreflightText.REFUSED : 0;
    }

    /** Begins a plan. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description =
                    "Plans a job that empties a storage node, and prints the id of the plan. Several nodes, a lost"
                            + " datacenter, another fill ceiling or a window are a what-if: no job can be created from it. Exit codes: 0 if the"
                            + " plan has begun, or is READY with --wait; 3 if it has failed; 1 on any other failure.")
    static final class Create implements Callable<Integer> {
        @CommandLine.ParentCommand
        private PlanCommand plan = new PlanCommand();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(arity = "1..*", paramLabel = "<node>", description = "storage ids of the nodes to empty")
        private List<String> nodes = new ArrayList<>();

        @Option(
                names = "--max-objects",
                paramLabel = "N",
                description = "maximum number of objects of the job (default: all)")
        private @Nullable Long maxObjects;

        @Option(
                names = "--lost-datacenter",
                paramLabel = "NAME",
                description =
                        "plans as if this datacenter were lost: its nodes receive nothing, and their copies can't be read; may be repeated")
        private List<String> lost = new ArrayList<>();

        @Option(
                names = "--max-fill",
                paramLabel = "PERCENT",
                description = "plans with this fill ceiling instead of that of the settings")
        private @Nullable Integer maxFill;

        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "repeats the draws of an earlier plan; a plan shows its seed (default: random)")
        private @Nullable Long seed;

        @Option(
                names = "--window",
                paramLabel = "RANGE",
                description =
                        "plans as if work were done in these weekly ranges only, such as \"mon-fri 20:00-06:00\"; may be"
                                + " repeated")
        private List<String> window = new ArrayList<>();

        @Option(names = "--time-zone", paramLabel = "ZONE", description = "zone of the window (default: UTC)")
        private String timeZone = "UTC";

        @Option(names = "--wait", description = "waits until the plan is ready, and shows it")
        private boolean waits;

        @Override
        public Integer call() throws CommandFailed, InterruptedException {
            ObjectNode request = JsonNodeFactory.instance.objectNode().put("storageNode", nodes.get(0));
            if (maxObjects != null) {
                request.put("maxObjects", maxObjects.longValue());
            }
            addScenario(request);
            String id = ManagerApiClient.json(plan.manager().post(PLANS, request.toString()))
                    .path("id")
                    .asText();
            PrintWriter out = spec.commandLine().getOut();
            if (!waits) {
                out.println(id);
                return 0;
            }
            JsonNode found = plan.find(id);
            while (found.path("state").asText().equals("RUNNING")) {
                Thread.sleep(POLL_INTERVAL.toMillis());
                found = plan.find(id);
            }
            return show(found, out);
        }

        private void addScenario(ObjectNode request) {
            ObjectNode scenario = JsonNodeFactory.instance.objectNode();
            if (nodes.size() > 1) {
                nodes.forEach(scenario.withArray("leaving")::add);
            }
            if (!lost.isEmpty()) {
                lost.forEach(scenario.withArray("lostDatacenters")::add);
            }
            if (maxFill != null) {
                scenario.put("maxFillPercent", maxFill.intValue());
            }
            if (seed != null) {
                scenario.put("seed", seed.longValue());
            }
            if (!window.isEmpty()) {
                ObjectNode open = scenario.putObject("window").put("timeZone", timeZone);
                window.forEach(open.putArray("weekly")::add);
            }
            if (!scenario.isEmpty()) {
                request.set("scenario", scenario);
            }
        }
    }
}
