package io.rebalancer.agent.store;

/** The received bytes are not the expected object. Nothing of them is kept. */
public final class ObjectRejected extends Exception {
    private static final long serialVersionUID = 1L;

    private final Cause cause;

    ObjectRejected(Cause cause, String detail) {
        super(detail);
        this.cause = cause;
    }

    /** The difference between the received bytes and the object. */
    public Cause rejection() {
        return cause;
    }

    /** The differences that lead to a rejection. */
    public enum Cause {
        WRONG_LENGTH,
        WRONG_DIGEST
    }
}
