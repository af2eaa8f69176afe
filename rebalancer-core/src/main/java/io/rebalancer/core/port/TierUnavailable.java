package io.rebalancer.core.port;

/** The metadata tier gave no answer or can't work now; the call may be repeated after a pause. */
public final class TierUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param detail which part of the tier, and what happened; one line */
    public TierUnavailable(String detail, Throwable cause) {
        super(detail, cause, false, false);
    }
}
