package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code job events}: the event stream of a job as JSON lines. */
@Command(
        name = "events",
        description = "Prints each event of a job as a JSON object in a line, until the job ends: changes of state,"
                + " progress, and records that are skipped or fail. A stream that breaks off is continued."
                + " Ctrl-C ends the printing, never the job.")
final class JobEventsCommand implements Callable<Integer> {
    private static final int NO_CONTENT = 204;

    @CommandLine.ParentCommand
    private JobCommand job = new JobCommand();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "<uuid>", description = "id of the job")
    private String id = "";

    @Option(names = "--after", paramLabel = "ID", description = "only events after the event with this id")
    private @Nullable String after;

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        AdmContext context = AdmContext.of(spec);
        ManagerApiClient manager = job.manager();
        while (true) {
            HttpCall.Reply reply = manager.stream(JobCommand.path(id) + "/events", after);
            if (reply.status() == NO_CONTENT) {
                return ExitCode.DONE.code();
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8))) {
                if (printEvents(lines, context)) {
                    return ExitCode.DONE.code();
                }
            } catch (IOException e) {
                context.err()
                        .println("the event stream of job " + id + " broke off (" + HttpCall.reason(e)
                                + "); continuing it");
            }
            Thread.sleep(context.pollInterval().toMillis());
        }
    }

    /** Prints the events of a stream, and returns whether the job has ended. */
    private boolean printEvents(BufferedReader lines, AdmContext context) throws IOException, CommandFailed {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String value = line.substring(colon + 1).stripLeading();
                switch (line.substring(0, colon)) {
                    case "event" -> event.put("event", value);
                    case "id" -> event.put("id", value);
                    case "data" -> {
                        if (!value.isEmpty()) {
                            event.set("data", ManagerApiClient.json(value));
                        }
                    }
                    // A field that a later version adds.
                    default -> {}
                }
            } else if (line.isEmpty()) {
                if (event.has("data")) {
                    context.out().println(event);
                    context.out().flush();
                }
                JsonNode data = event.path("data");
                if (event.has("id")) {
                    after = event.path("id").asText();
                }
                if (event.path("event").asText().equals("state") && WaitTarget.hasEnded(data)) {
                    return true;
                }
                event = JsonNodeFactory.instance.objectNode();
            }
        }
        return false;
    }
}
