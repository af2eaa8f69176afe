package io.rebalancer.manager.fast;

/** No answer to a call: no connection, a lost one, or silence beyond the deadline. What the peer did is not known. */
public final class FastUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FastUnavailable(String detail) {
        super(detail, null, false, false);
    }
}
