package io.rebalancer.core.port;

/** The metadata tier did not reply or can't serve the call now. The caller may repeat the call after a pause. */
public final class TierUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean inDoubt;

    /**
     * The tier may have carried out the call.
     *
     * @param detail which part of the tier failed, and how; one line
     */
    public TierUnavailable(String detail, Throwable cause) {
        this(detail, cause, true);
    }

    private TierUnavailable(String detail, Throwable cause, boolean inDoubt) {
        super(detail, cause, false, false);
        this.inDoubt = inDoubt;
    }

    /**
     * The tier has not carried out the call and never will, for example because the call was not sent.
     *
     * @param detail which part of the tier failed, and how; one line
     */
    public static TierUnavailable notCarriedOut(String detail, Throwable cause) {
        return new TierUnavailable(detail, cause, false);
    }

    /** Whether the tier may have carried out the call, or may still do so. */
    public boolean isInDoubt() {
        return inDoubt;
    }
}
