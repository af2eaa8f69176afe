package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.util.List;

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

    /** Returns the exit code. */
    int send(ManagerApiClient manager, PrintWriter out, PrintWriter err) throws CommandFailed, InterruptedException {
        HttpResponse<String> response = manager.tryPost("/api/v1/jobs", request.toString());
        if (response.statusCode() == CONFLICT) {
            JsonNode problem = ManagerApiClient.json(new ManagerApiClient.Response("", response.body()));
            if (problem.has("checks")) {
                PreflightText.of(problem.path("checks")).forEach(out::println);
                err.println("no job was created: a check failed; remove its cause, or waive it with --force NAME");
                return PreflightText.REFUSED;
            }
            if (problem.path("code").asText().startsWith("PLAN_")) {
                problem.path("changes").forEach(change -> out.println(change.asText()));
                err.println("no job was created: " + problem.path("detail").asText());
                return PreflightText.REFUSED;
            }
        }
        JsonNode created = ManagerApiClient.json(ManagerApiClient.succeeded(response));
        PreflightText.of(created.path("checks")).forEach(err::println);
        out.println(created.path("id").asText());
        return 0;
    }
}
