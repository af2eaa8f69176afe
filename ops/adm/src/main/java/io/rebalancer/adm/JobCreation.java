package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** Creates a job over API v1, and explains a refusal with the list of checks, or of changes since its plan. */
final class JobCreation {
    private static final int CONFLICT = 409;

    private final ObjectNode request = JsonNodeFactory.instance.objectNode();

    /** @param node storage id of the node to empty */
    JobCreation(String node) {
        request.put("leavingNode", node);
    }

    /** @param checks names of checks that are waived if they fail */
    void force(List<String> checks) {
        checks.forEach(request.withArray("force")::add);
    }

    /** @param objects the maximum number of objects of the job */
    void limit(long objects) {
        request.put("maxObjects", objects);
    }

    /** @param id the plan that the job has to be in accord with */
    void plan(String id) {
        request.put("plan", id);
    }

    /** Returns the id of the job; empty if it is refused. */
    Optional<String> send(ManagerApiClient manager, Output output) throws CommandFailed, InterruptedException {
        PrintWriter out = output.context().out();
        PrintWriter err = output.context().err();
        ManagerApiClient.Answer response = manager.tryPost("/api/v1/jobs", request.toString());
        if (response.status() == CONFLICT) {
            JsonNode problem = ManagerApiClient.json(response.body());
            if (problem.has("checks")) {
                output.item(
                        response.body(),
                        (text, found) -> PreflightText.of(found.path("checks")).forEach(text::println));
                err.println("no job was created: a check failed; remove its cause, or waive it with --force NAME");
                return Optional.empty();
            }
            if (problem.path("code").asText().startsWith("PLAN_")) {
                output.item(
                        response.body(),
                        (text, found) -> found.path("changes").forEach(change -> text.println(change.asText())));
                err.println("no job was created: " + problem.path("detail").asText());
                return Optional.empty();
            }
        }
        ManagerApiClient.Response succeeded = ManagerApiClient.succeeded(response);
        JsonNode created = ManagerApiClient.json(succeeded);
        if (output.isTable()) {
            PreflightText.of(created.path("checks")).forEach(err::println);
            out.println(created.path("id").asText());
        } else {
            output.item(succeeded.body(), (text, found) -> {});
        }
        return Optional.of(created.path("id").asText());
    }
}
