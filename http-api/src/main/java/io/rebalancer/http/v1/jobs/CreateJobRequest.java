package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The body of {@code POST /api/v1/jobs}: {@code {"leavingNode":"...","maxObjects":n,"force":["space"],"plan":"ID"}}.
 *
 * @param maxObjects the maximum number of records that the job takes up, or 0 for all
 * @param force the checks that the operator waives if they fail
 * @param plan the plan that the job has to be in accord with
 */
record CreateJobRequest(String leavingNode, long maxObjects, Set<CheckName> force, Optional<UUID> plan) {

    CreateJobRequest {
        force = Set.copyOf(force);
    }

    static CreateJobRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        return new CreateJobRequest(
                JsonFields.storageId(request, "leavingNode", "leavingNode"),
                JsonFields.recordLimit(request, "maxObjects", 0),
                waivers(request.path("force")),
                plan(request.path("plan")));
    }

    /** Whether the requested job is the job with this order. */
    boolean isOf(EvacuateOrder order) {
        String node = order.leaving().storageNode().text();
        return (node.equals(leavingNode) || node.startsWith(leavingNode + ".")) && order.maxRecords() == maxObjects;
    }

    /** The request as the audit log records it. */
    Action action() {
        Action limited = Action.createJob(leavingNode, maxObjects);
        Action create = plan.map(id -> limited.with("plan", id.toString())).orElse(limited);
        return force.isEmpty()
                ? create
                : create.with(
                        "force", force.stream().map(CheckName::word).sorted().collect(Collectors.joining(",")));
    }

    private static Optional<UUID> plan(JsonNode id) throws MalformedBody {
        if (id.isMissingNode() || id.isNull()) {
            return Optional.empty();
        }
        Optional<UUID> plan = JobIds.parse(id.asText());
        if (plan.isEmpty()) {
            throw new MalformedBody(
                    "plan must be the id of a plan (a UUID), not " + id + "; GET /api/v1/plans lists them");
        }
        return plan;
    }

    private static Set<CheckName> waivers(JsonNode force) throws MalformedBody {
        if (!force.isMissingNode() && !force.isNull() && !force.isArray()) {
            throw new MalformedBody("force must be a list of names of checks, such as [\"space\"]");
        }
        Set<CheckName> waivers = EnumSet.noneOf(CheckName.class);
        for (JsonNode each : force) {
            waivers.add(waiver(each));
        }
        return waivers;
    }

    private static CheckName waiver(JsonNode word) throws MalformedBody {
        CheckName name = CheckName.parse(word.asText())
                .orElseThrow(() -> new MalformedBody("force: there is no check " + word
                        + "; checks that may be waived: " + CheckName.waivableWords()));
        if (!name.isWaivable()) {
            throw new MalformedBody("force: the check " + word
                    + " can't be waived, because the job could not exist; checks that may be waived: "
                    + CheckName.waivableWords());
        }
        return name;
    }
}
