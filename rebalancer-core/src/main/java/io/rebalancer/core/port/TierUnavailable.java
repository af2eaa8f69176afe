package io.rebalancer.core.port;

/** The metadata tier did not reply or can't serve the call now. The caller may repeat the call after a pause. */
public final class TierUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param detail which part of the tier failed, and how; one line */
    public TierUnavailable(String detail, Throwable cause) {
        super(detail, cause, false, false);
    }
}
