package io.rebalancer.http.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.text.OneLine;
import java.util.stream.Collectors;

/**
 * Converts JSON objects to records whose components are whole numbers. It rejects unknown and missing fields, and never
 * turns a fraction, a text or null into a number. A record validates its ranges with {@link IllegalArgumentException}.
 */
public final class StrictJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private StrictJson() {}

    /** The object as a record. */
    public static <T extends Record> T convert(JsonNode object, Class<T> type) throws MalformedBody {
        try {
            return MAPPER.treeToValue(object, type);
        } catch (UnrecognizedPropertyException e) {
            throw new MalformedBody("unknown field " + e.getPropertyName() + "; known fields: "
                    + e.getKnownPropertyIds().stream()
                            .map(Object::toString)
                            .sorted()
                            .collect(Collectors.joining(", ")));
        } catch (JsonMappingException e) {
            throw new MalformedBody(detail(e, object));
        } catch (JsonProcessingException e) {
            throw new MalformedBody(OneLine.of(e.getOriginalMessage()));
        }
    }

    /** A copy of {@code current} with the fields of {@code changes}. Omitted fields keep their value. */
    public static <T extends Record> T merge(T current, JsonNode changes, Class<T> type) throws MalformedBody {
        ObjectNode merged = MAPPER.valueToTree(current);
        changes.fields().forEachRemaining(field -> merged.set(field.getKey(), field.getValue()));
        return convert(merged, type);
    }

    private static String detail(JsonMappingException failure, JsonNode object) {
        if (failure.getCause() instanceof IllegalArgumentException invalid) {
            return OneLine.of(invalid);
        }
        if (failure.getPath().isEmpty()) {
            return OneLine.of(failure.getOriginalMessage());
        }
        String field = failure.getPath().get(0).getFieldName();
        JsonNode value = object.path(field);
        if (value.isMissingNode()) {
            return field + " is missing";
        }
        return value.isIntegralNumber()
                ? field + " is out of range: " + value
                : field + " must be a whole number, not " + value;
    }
}
