package io.rebalancer.http.legacy;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;

/**
 * The body of {@code POST /jobs} (manta.md 2.3):
 * {@code {"action":"evacuate","params":{"from_shark":"...","max_objects":n}}}.
 *
 * @param maxObjects the maximum number of records that the job takes up, or 0 for all
 */
record LegacyJobOrder(String fromShark, long maxObjects) {

    /** @param defaultLimit the limit if the body has none; 0 for all records */
    static LegacyJobOrder parse(String body, long defaultLimit) throws MalformedBody {
        JsonNode order = JsonFields.object(body);
        if (!order.path("action").asText().equals("evacuate")) {
            throw new MalformedBody("action must be \"evacuate\", not " + order.path("action"));
        }
        JsonNode params = order.path("params");
        return new LegacyJobOrder(
                JsonFields.storageId(params, "from_shark", "params.from_shark"),
                JsonFields.recordLimit(params, "max_objects", defaultLimit));
    }
}
