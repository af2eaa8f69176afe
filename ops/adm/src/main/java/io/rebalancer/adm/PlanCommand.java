package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for plans of jobs. A plan moves nothing. */
@Command(
        name = "plan",
        addMethodSubcommands = false,
        description = "Plans what a job would move, where to, and what it could not move. Nothing is moved.")
final class PlanCommand extends ManagerCommand {
    private static final String PLANS = "/api/v1/plans";

    @Override
    List<Class<?>> commands() {
        return List.of(Create.class);
    }

    @Command(name = "list", description = "Lists the plans that are kept, newest first.")
    int list(@Mixin OutputOption output) throws CommandFailed, InterruptedException {
        ManagerApiClient.Response found = manager().get(PLANS);
        JsonNode list = ManagerApiClient.json(found);
        output.output()
                .page(
                        list,
                        found.body(),
                        "plans",
                        PlanText.table(AdmContext.of(spec).clock()),
                        "no plans are kept; the manager that keeps them started at "
                                + list.path("since").asText());
        return ExitCode.DONE.code();
    }

    @Command(
            name = "get",
            description = "Shows a plan, as far as it is computed. Exits with 0, or with 1 if the plan has failed.")
    int get(@Parameters(paramLabel = "<uuid>", description = "id of the plan") String id, @Mixin OutputOption output)
            throws CommandFailed, InterruptedException {
        return show(find(manager(), id), output.output());
    }

    @Command(name = "delete", description = "Forgets a plan, and ends it if it is being computed.")
    int delete(@Parameters(paramLabel = "<uuid>", description = "id of the plan") String id)
            throws CommandFailed, InterruptedException {
        manager().delete(PLANS + "/" + ManagerApiClient.segment(id));
        AdmContext.of(spec).out().println("plan " + id + " is deleted");
        return ExitCode.DONE.code();
    }

    private static ManagerApiClient.Response find(ManagerApiClient manager, String id)
            throws CommandFailed, InterruptedException {
        return manager.get(PLANS + "/" + ManagerApiClient.segment(id));
    }

    private static String state(ManagerApiClient.Response plan) throws CommandFailed {
        return ManagerApiClient.json(plan).path("state").asText();
    }

    private static int show(ManagerApiClient.Response plan, Output output) throws CommandFailed {
        output.item(
                plan.body(),
                (out, found) ->
                        PlanText.of(found, output.context().clock().instant()).forEach(out::println));
        return (state(plan).equals("FAILED") ? ExitCode.FAILURE : ExitCode.DONE).code();
    }

    /** Begins a plan. */
    @Command(
            name = "create",
            description =
                    "Plans a job that empties a storage node, and prints the id of the plan. Several nodes, a lost"
                            + " datacenter, another fill ceiling or a window are a what-if: no job can be created from it. Exits"
                            + " with 0 if the plan has begun, or with --wait if it is READY; with 1 if it has failed.")
    static final class Create implements Callable<Integer> {
        @CommandLine.ParentCommand
        private PlanCommand plan = new PlanCommand();

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

        @Mixin
        private OutputOption output = new OutputOption();

        @Override
        public Integer call() throws CommandFailed, InterruptedException {
            ObjectNode request = JsonNodeFactory.instance.objectNode().put("storageNode", nodes.get(0));
            if (maxObjects != null) {
                request.put("maxObjects", maxObjects.longValue());
            }
            addScenario(request);
            Output form = output.output();
            ManagerApiClient manager = plan.manager();
            ManagerApiClient.Response begun = manager.post(PLANS, request.toString());
            String id = ManagerApiClient.json(begun).path("id").asText();
            if (!waits) {
                form.item(begun.body(), (out, answer) -> out.println(id));
                return ExitCode.DONE.code();
            }
            ManagerApiClient.Response found = find(manager, id);
            while (state(found).equals("RUNNING")) {
                Thread.sleep(form.context().pollInterval().toMillis());
                found = find(manager, id);
            }
            return show(found, form);
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
