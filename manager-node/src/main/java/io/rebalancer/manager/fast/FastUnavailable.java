package io.rebalancer.manager.fast;

/** A call got no answer: no connection, a lost connection, or a timeout. */
public final class FastUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean sent;

    FastUnavailable(String detail, boolean sent) {
        super(detail, null, false, false);
        this.sent = sent;
    }

    /** A failure before the call was sent. */
    static FastUnavailable notSent(String detail) {
        return new FastUnavailable(detail, false);
    }

    /** Whether the call was sent, so that the peer may have carried it out. If not, it is never sent. */
    public boolean wasSent() {
        return sent;
    }
}
