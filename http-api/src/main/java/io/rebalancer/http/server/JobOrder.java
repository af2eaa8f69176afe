package io.rebalancer.http.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * The order for a job, from a request's body.
 *
 * @param maxRecords how many records the job may take up, or 0 for all
 */
public record JobOrder(String leavingNode, long maxRecords) {
    private static final long UNSIGNED_32_MAX = 0xFFFF_FFFFL;

    /** The body is not an order; the message is one line. */
    public static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String detail) {
            super(detail, null, false, false);
        }
    }

    /**
     * {@code {"action":"evacuate","params":{"from_shark":"...","max_objects":n}}} (manta.md 2.3).
     *
     * @param defaultLimit limit of an order that names none, or 0 for all
     */
    public static JobOrder legacy(String body, long defaultLimit) throws Malformed {
        JsonNode order = object(body);
        if (!order.path("action").asText().equals("evacuate")) {
            throw new Malformed("action must be \"evacuate\", not " + order.path("action"));
        }
        JsonNode params = order.path("params");
        return new JobOrder(
                node(params, "params.from_shark", "from_shark"), limit(params, "max_objects", defaultLimit));
    }

    /** {@code {"leavingNode":"...","maxObjects":n}}. */
    public static JobOrder v1(String body) throws Malformed {
        JsonNode order = object(body);
        return new JobOrder(node(order, "leavingNode", "leavingNode"), limit(order, "maxObjects", 0));
    }

    private static JsonNode object(String body) throws Malformed {
        try {
            JsonNode read = Json.read(body);
            if (read.isObject()) {
                return read;
            }
        } catch (JsonProcessingException e) {
            throw new Malformed(
                    "the body is not JSON: " + e.getOriginalMessage().replaceAll("\\s+", " "));
        }
        throw new Malformed("the body must be a JSON object");
    }

    private static String node(JsonNode from, String path, String member) throws Malformed {
        JsonNode node = from.path(member);
        if (!node.isTextual() || node.textValue().isBlank()) {
            throw new Malformed(path + " must be the id of a storage node, such as \"1.stor.us-east.example.com\"");
        }
        return node.textValue();
    }

    private static long limit(JsonNode from, String member, long without) throws Malformed {
        JsonNode limit = from.path(member);
        if (limit.isMissingNode() || limit.isNull()) {
            return without;
        }
        boolean fits = limit.isIntegralNumber()
                && limit.canConvertToLong()
                && limit.longValue() >= 0
                && limit.longValue() <= UNSIGNED_32_MAX;
        if (!fits) {
            throw new Malformed(
                    member + " must be a whole number from 0 (all objects) to " + UNSIGNED_32_MAX + ", not " + limit);
        }
        return limit.longValue();
    }
}
