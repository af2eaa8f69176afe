package io.rebalancer.core.json;

/** A text is not the JSON that is expected. The message states why, in one line. */
public final class InvalidJson extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidJson(String reason) {
        super(reason, null, false, false);
    }
}
