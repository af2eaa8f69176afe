package io.rebalancer.manager.fast;

import com.fasterxml.jackson.databind.JsonNode;

/** The peer answered a call with an ERROR frame. The connection stays usable (manta.md 7.9). */
public final class FastCallFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String name;

    FastCallFailed(String peer, String method, JsonNode error) {
        super(
                peer + ": " + method + " failed: " + error.path("name").asText() + ": "
                        + error.path("message").asText(),
                null,
                false,
                false);
        this.name = error.path("name").asText();
    }

    /** The name of the error as the peer sent it, such as {@code EtagConflictError}. */
    public String name() {
        return name;
    }
}
