package io.rebalancer.manager.fast;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A frame that was received and is valid (manta.md 7.1): its checksum, its JSON and the shape of its data.
 *
 * @param messageId identifies the call that the frame belongs to, 0 to 2^31-1
 * @param payload all of the JSON, numbers to the last digit
 */
public record FastMessage(FastVersion version, FastStatus status, int messageId, JsonNode payload) {

    /** The called method; empty if the peer left it out. */
    public String method() {
        return payload.path("m").path("name").asText();
    }

    /** The arguments or results, a list; in an ERROR an object with {@code name} and {@code message}. */
    public JsonNode data() {
        return payload.path("d");
    }
}
