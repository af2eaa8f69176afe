package io.rebalancer.http.v1.plans;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import io.rebalancer.http.server.WindowJson;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The body of {@code POST /api/v1/plans}: {@code {"storageNode":"...","maxObjects":n,"scenario":{"leaving":["..."],
 * "lostDatacenters":["..."],"maxFillPercent":n,"seed":n,"window":{...}}}}.
 *
 * @param leavingNodes storage ids of the nodes to empty: that of the request and those of its scenario, at most
 *     {@value #MAX_NODES}
 * @param maxObjects the maximum number of records that the job of each node takes up, or 0 for all
 */
record CreatePlanRequest(List<String> leavingNodes, long maxObjects, Scenario scenario) {
    static final int MAX_NODES = 20;
    private static final int MAX_DATACENTERS = 20;

    /** Larger numbers are not exact in every reader of JSON. */
    private static final long MAX_SEED = 1L << 53;

    private static final Set<String> FIELDS = Set.of("storageNode", "maxObjects", "scenario");
    private static final Set<String> SCENARIO_FIELDS =
            Set.of("leaving", "lostDatacenters", "maxFillPercent", "seed", "window");

    CreatePlanRequest {
        leavingNodes = List.copyOf(leavingNodes);
    }

    static CreatePlanRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        JsonFields.rejectUnknown(request, FIELDS);
        JsonNode scenario = request.path("scenario");
        if (!scenario.isMissingNode() && !scenario.isObject()) {
            throw new MalformedBody("scenario must be an object, such as {\"lostDatacenters\":[\"us-east-1\"]}");
        }
        JsonFields.rejectUnknown(scenario, SCENARIO_FIELDS);
        Set<String> nodes = new LinkedHashSet<>();
        if (request.has("storageNode") || !scenario.has("leaving")) {
            nodes.add(JsonFields.storageId(request, "storageNode", "storageNode"));
        }
        nodes.addAll(texts(scenario, "leaving", MAX_NODES));
        if (nodes.isEmpty() || nodes.size() > MAX_NODES) {
            throw new MalformedBody("a plan is for 1 to " + MAX_NODES + " storage nodes, not for " + nodes.size());
        }
        return new CreatePlanRequest(
                List.copyOf(nodes), JsonFields.recordLimit(request, "maxObjects", 0), scenario(scenario));
    }

    private static Scenario scenario(JsonNode scenario) throws MalformedBody {
        OptionalLong ceiling = number(scenario, "maxFillPercent", 1, 100);
        return new Scenario(
                Set.copyOf(texts(scenario, "lostDatacenters", MAX_DATACENTERS)),
                ceiling.isPresent() ? OptionalInt.of((int) ceiling.getAsLong()) : OptionalInt.empty(),
                number(scenario, "seed", 0, MAX_SEED),
                scenario.has("window") ? Optional.of(WindowJson.parse(scenario.path("window"))) : Optional.empty());
    }

    private static List<String> texts(JsonNode from, String field, int most) throws MalformedBody {
        JsonNode list = from.path(field);
        if (list.isMissingNode()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : list) {
            if (each.isTextual() && !each.textValue().isBlank()) {
                texts.add(each.textValue());
            }
        }
        if (!list.isArray() || texts.size() != list.size() || texts.size() > most) {
            throw new MalformedBody("scenario." + field + " must be a list of at most " + most + " texts, not " + list);
        }
        return texts;
    }

    private static OptionalLong number(JsonNode from, String field, long least, long most) throws MalformedBody {
        JsonNode number = from.path(field);
        if (number.isMissingNode()) {
            return OptionalLong.empty();
        }
        if (!number.isIntegralNumber()
                || !number.canConvertToLong()
                || number.longValue() < least
                || number.longValue() > most) {
            throw new MalformedBody(
                    "scenario." + field + " must be a whole number from " + least + " to " + most + ", not " + number);
        }
        return OptionalLong.of(number.longValue());
    }

    /** The request as the audit log records it. */
    Action action() {
        Action action = Action.createPlan(String.join(",", leavingNodes), maxObjects);
        if (!scenario.lostDatacenters().isEmpty()) {
            action = action.with(
                    "lostDatacenters",
                    String.join(
                            ",", scenario.lostDatacenters().stream().sorted().toList()));
        }
        if (scenario.maxFillPercent().isPresent()) {
            action = action.with(
                    "maxFillPercent", String.valueOf(scenario.maxFillPercent().getAsInt()));
        }
        if (scenario.window().isPresent()) {
            action = action.with("window", scenario.window().get().text());
        }
        return scenario.seed().isPresent()
                ? action.with("seed", String.valueOf(scenario.seed().getAsLong()))
                : action;
    }
}
