package io.rebalancer.http.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;

/**
 * JSON as the APIs write and read it: times as ISO 8601 text, fields in the order of the record. What is read has limits,
 * because a short text such as {@code [[],[],...} takes a lot of memory as a tree.
 */
public final class Json {
    private static final int MAX_NESTING = 32;
    /** The largest legal body, 8 MiB of tasks, has about 620,000 tokens. */
    private static final long MAX_TOKENS = 1_000_000;

    private static final int MAX_TEXT_LENGTH = 64 << 10;
    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_NESTING)
            .maxTokenCount(MAX_TOKENS)
            .maxStringLength(MAX_TEXT_LENGTH)
            .build();
    private static final ObjectMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(LIMITS).build())
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    public static String write(Object view) {
        try {
            return MAPPER.writeValueAsString(view);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("can't write " + view.getClass() + " as JSON", e);
        }
    }

    /** @throws StreamConstraintsException if the text exceeds a limit; the message names it */
    public static JsonNode read(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    /** Reads {@code text} token by token. */
    public static JsonParser parser(String text) throws IOException {
        return MAPPER.createParser(text);
    }

    public static HttpResponse response(StatusCode status, Object view) {
        return HttpResponse.create().withStatus(status).withEntity(ContentTypes.APPLICATION_JSON, write(view));
    }
}
