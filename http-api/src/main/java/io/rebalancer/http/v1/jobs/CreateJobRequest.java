package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The body of {@code POST /api/v1/jobs}: {@code {"leavingNode":"...","maxObjects":n,"force":["space"]}}.
 *
 * @param maxObjects the maximum number of records that the job takes up, or 0 for all
 * @param force the checks that the operator waives if they fail
 */
record CreateJobRequest(String leavingNode, long maxObjects, Set<CheckName> force) {

    CreateJobRequest {
        force = Set.copyOf(force);
    }

    static CreateJobRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        return new CreateJobRequest(
                JsonFields.storageId(request, "leavingNode", "leavingNode"),
                JsonFields.recordLimit(request, "maxObjects", 0),
                waivers(request.path("force")));
    }

    /** The request as the audit log records it. */
    Action action() {
        Action create = Action.createJob(leavingNode, maxObjects);
        return force.isEmpty()
                ? create
                : create.with(
                        "force", force.stream().map(CheckName::word).sorted().collect(Collectors.joining(",")));
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
