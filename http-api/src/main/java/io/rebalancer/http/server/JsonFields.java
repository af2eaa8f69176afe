package io.rebalancer.http.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.text.OneLine;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads request bodies and the fields that several requests share, with the same limits. */
public final class JsonFields {
    /** The largest record limit: the legacy API declares an unsigned 32-bit number (manta.md 2.3). */
    private static final long MAX_RECORDS = 0xFFFF_FFFFL;

    private JsonFields() {}

    /** The body as a JSON object. */
    public static JsonNode object(String body) throws MalformedBody {
        JsonNode read;
        try {
            read = Json.read(body);
        } catch (StreamConstraintsException e) {
            throw new MalformedBody("the body exceeds a limit of JSON: " + OneLine.of(e.getOriginalMessage()));
        } catch (JsonProcessingException e) {
            throw new MalformedBody("the body is not JSON: " + OneLine.of(e.getOriginalMessage()));
        }
        if (!read.isObject()) {
            throw new MalformedBody("the body must be a JSON object");
        }
        return read;
    }

    /** Rejects fields that are not {@code known}, because they are probably typos. */
    public static void rejectUnknown(JsonNode from, Set<String> known) throws MalformedBody {
        Iterator<String> names = from.fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            if (!known.contains(name)) {
                throw new MalformedBody("unknown field " + name + "; known fields: "
                        + known.stream().sorted().collect(Collectors.joining(", ")));
            }
        }
    }

    /**
     * A required storage id.
     *
     * @param path the field's full name for the error message
     */
    public static String storageId(JsonNode from, String field, String path) throws MalformedBody {
        JsonNode node = from.path(field);
        if (!node.isTextual() || node.textValue().isBlank()) {
            throw new MalformedBody(path + " must be the id of a storage node, such as \"1.stor.us-east.example.com\"");
        }
        return node.textValue();
    }

    /**
     * An optional limit on the number of records of a job; 0 means all records.
     *
     * @param defaultLimit the limit if the field is absent or null
     */
    public static long recordLimit(JsonNode from, String field, long defaultLimit) throws MalformedBody {
        JsonNode limit = from.path(field);
        if (limit.isMissingNode() || limit.isNull()) {
            return defaultLimit;
        }
        boolean valid = limit.isIntegralNumber()
                && limit.canConvertToLong()
                && limit.longValue() >= 0
                && limit.longValue() <= MAX_RECORDS;
        if (!valid) {
            throw new MalformedBody(
                    field + " must be a whole number from 0 (all objects) to " + MAX_RECORDS + ", not " + limit);
        }
        return limit.longValue();
    }
}
