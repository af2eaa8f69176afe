package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code job retry}. */
@Command(
        name = "retry",
        description = "Creates a job for the unmoved records of an earlier job. With --reason, only exceptions with"
                + " these reasons are retried, without a scan: by the next pass of the job if it runs, else by a"
                + " new job, which never ends as DONE. With --wait, waits for the end of that job.")
final class JobRetryCommand extends JobOrderCommand {
    @Option(names = "--reason", paramLabel = "WORD", description = "such as md5_mismatch; may be repeated")
    private List<String> reasons = new ArrayList<>();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        Optional<OutputFormat> chosen = output.chosen();
        wait.target(WaitTarget.END);
        ManagerApiClient manager = job.manager();
        if (reasons.isEmpty() && chosen.isEmpty()) {
            ManagerApiClient.Response response = manager.post("/jobs/" + ManagerApiClient.segment(id) + "/retry", "");
            LegacyOutput.print(context().out(), response);
            return job.follow(manager, response.body().strip(), wait, OutputFormat.TABLE);
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (!reasons.isEmpty()) {
            reasons.forEach(body.putArray("reasons")::add);
        }
        ManagerApiClient.Response response = manager.post(JobCommand.path(id) + "/retry", body.toString());
        JsonNode answer = ManagerApiClient.json(response);
        boolean nextPass = answer.has("state");
        if (chosen.isEmpty() && !nextPass) {
            LegacyOutput.print(context().out(), response);
        } else {
            output.output()
                    .item(
                            response.body(),
                            (out, found) -> out.println(
                                    nextPass
                                            ? nextPass(found)
                                            : found.path("id").asText()));
        }
        return job.follow(manager, nextPass ? id : answer.path("id").asText(), wait, chosen.orElse(OutputFormat.TABLE));
    }

    private String nextPass(JsonNode found) {
        String state = WaitTarget.stateOf(found);
        return "job " + id + " is " + state + ": "
                + (state.equals("WAITING") ? "a pass begins now" : "when this pass ends, another begins at once")
                + " that retries the exceptions with " + String.join(", ", reasons)
                + " by their keys; then the job continues";
    }
}
