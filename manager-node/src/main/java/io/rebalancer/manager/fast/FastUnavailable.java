package io.rebalancer.manager.fast;

/** A call got no answer: no connection, a lost connection, or a timeout. The peer may have carried out the call. */
public final class FastUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FastUnavailable(String detail) {
        super(detail, null, false, false);
    }
}
