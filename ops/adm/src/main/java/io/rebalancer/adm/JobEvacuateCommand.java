package io.rebalancer.adm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code job create evacuate}: the command of the legacy tool (manta.md section 11). */
@Command(
        name = "evacuate",
        description = "Creates a job that empties a storage node, without checks. Without a form of output, prints what"
                + " the legacy tool prints.")
final class JobEvacuateCommand implements Callable<Integer> {
    private static final long UNSIGNED_32 = 0xFFFF_FFFFL;

    @CommandLine.ParentCommand
    private JobCreateCommand create = new JobCreateCommand();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-s", "--shark"},
            required = true,
            paramLabel = "<shark>",
            description = "storage id of the node to empty")
    private String shark = "";

    @Option(
            names = {"-m", "--max_objects"},
            paramLabel = "<n>",
            description = "maximum number of objects in the job (default: all)")
    private @Nullable String maxObjects;

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Mixin
    private OutputOption output = new OutputOption();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        Optional<OutputFormat> chosen = output.chosen();
        wait.target(WaitTarget.END);
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("action", "evacuate");
        request.putObject("params").put("from_shark", shark).put("max_objects", limit(maxObjects));
        ManagerApiClient manager = create.job.manager();
        ManagerApiClient.Response response = manager.post("/jobs", request.toString());
        String id = response.body().strip();
        if (chosen.isEmpty()) {
            LegacyOutput.print(AdmContext.of(spec).out(), response);
        } else {
            output.output()
                    .item(
                            JsonNodeFactory.instance.objectNode().put("id", id),
                            (out, created) -> out.println(created.path("id").asText()));
        }
        return create.job.follow(manager, id, wait, chosen.orElse(OutputFormat.TABLE));
    }

    private static @Nullable Long limit(@Nullable String text) throws CommandFailed {
        if (text == null) {
            return null;
        }
        try {
            return (long) Integer.parseUnsignedInt(text) & UNSIGNED_32;
        } catch (NumberFormatException e) {
            throw new CommandFailed("Numeric value required for max_objects: " + text);
        }
    }
}
