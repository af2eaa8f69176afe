package io.rebalancer.http.legacy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.http.server.Json;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * The replies of the legacy manager in the form of generation N (manta.md 2.6). N's command line has a generated client,
 * which rejects every other form. It is recognized by its header {@value #HEADER}, which no other generation sends.
 */
final class DropshotForm {
    static final String HEADER = "api-version";

    private DropshotForm() {}

    /** The id of a new job as JSON, only numbers among the results, errors as objects, and 204 without a body. */
    static HttpResponse of(HttpResponse legacy) {
        if (!(legacy.entity() instanceof HttpEntity.Strict entity)) {
            return legacy;
        }
        String body = entity.getData().utf8String();
        if (legacy.status().isFailure()) {
            return json(legacy, Map.of("request_id", UUID.randomUUID().toString(), "message", body.strip()));
        }
        if (body.isEmpty()) {
            return legacy.withStatus(StatusCodes.NO_CONTENT).withEntity(HttpEntities.EMPTY);
        }
        JsonNode value;
        try {
            value = Json.read(body);
        } catch (JsonProcessingException e) {
            return json(legacy, body.strip());
        }
        if (value.path("results") instanceof ObjectNode results) {
            results.properties().removeIf(result -> !result.getValue().isIntegralNumber());
        }
        return json(legacy, value);
    }

    private static HttpResponse json(HttpResponse legacy, Object body) {
        return legacy.withEntity(ContentTypes.APPLICATION_JSON, Json.write(body));
    }
}
