package io.rebalancer.manager.fast;

/** The peer broke the Fast protocol, so the connection can't be used any more (manta.md 7.4). */
public final class FastProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    FastProtocolException(Fault fault, String detail) {
        super("fast protocol: " + detail);
        this.fault = fault;
    }

    /** The fault, by the name that the reference implementation uses. */
    public Fault fault() {
        return fault;
    }

    /** Faults by the names of the reference implementation's {@code fastReason}; the last one exists only here. */
    public enum Fault {
        UNSUPPORTED_VERSION,
        UNSUPPORTED_TYPE,
        UNSUPPORTED_STATUS,
        INVALID_MSGID,
        BAD_CRC,
        INVALID_JSON,
        BAD_DATA,
        BAD_DATA_D,
        BAD_ERROR,
        INCOMPLETE_MESSAGE,
        FRAME_TOO_LARGE
    }
}
