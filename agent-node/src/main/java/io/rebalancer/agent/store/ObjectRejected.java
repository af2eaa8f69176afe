package io.rebalancer.agent.store;

/** The bytes that came are not the object that was asked for; nothing of them is kept. */
public final class ObjectRejected extends Exception {
    private static final long serialVersionUID = 1L;

    private final Cause cause;

    ObjectRejected(Cause cause, String detail) {
        super(detail);
        this.cause = cause;
    }

    /** What is wrong with the bytes. */
    public Cause rejection() {
        return cause;
    }

    /** What can be wrong with the bytes. */
    public enum Cause {
        WRONG_LENGTH,
        WRONG_DIGEST
    }
}
