package io.rebalancer.manager.fast;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/** Reads and writes JSON without losing a digit: metadata that others wrote has to survive a rewrite unchanged. */
public final class ExactJson {
    /** The shared mapper. It rejects text after the first value. */
    public static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Reads one of several values, so it does not ask what follows. */
    private static final ObjectReader VALUES = MAPPER.reader()
            .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .forType(JsonNode.class);

    private ExactJson() {}

    /** The JSON text of a tree, in UTF-8. Surrogates are escaped, so half a pair, which UTF-8 can't express, survives. */
    public static byte[] bytes(JsonNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing a tree failed", e);
        }
    }

    /**
     * Some members of an object; the rest is checked and not kept, which costs much less than a tree of it.
     *
     * @param names the members to read; of those that the text lacks, the result has none
     * @throws JsonProcessingException if the text is not one JSON value
     */
    public static ObjectNode members(String text, Set<String> names) throws JsonProcessingException {
        ObjectNode members = MAPPER.createObjectNode();
        try (JsonParser parser = MAPPER.createParser(text)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    parser.nextToken();
                    if (names.contains(name)) {
                        members.set(name, VALUES.<JsonNode>readValue(parser));
                    } else {
                        parser.skipChildren();
                    }
                }
            } else {
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "text after the first value");
            }
            return members;
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("reading a text failed", e);
        }
    }
}
