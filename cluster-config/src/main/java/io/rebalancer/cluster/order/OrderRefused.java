package io.rebalancer.cluster.order;

/** An agent does not obey a message. The message of the exception is one line: what is wrong with it, and what to do. */
public final class OrderRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Cause {
        /** It has no signature. */
        UNSIGNED,
        /** It was signed for the agent of another node. */
        OTHER_NODE,
        /** The certificate is of another authority, has ended, or can't be read. */
        UNTRUSTED,
        /** The certificate has no name of a manager. */
        NO_MANAGER,
        /** The signature is not of the certificate's key, or the message was changed. */
        ALTERED,
        /** It was signed too long ago, or in the future, by this agent's clock. */
        WRONG_TIME,
        /** It arrived before. */
        REPLAYED,
        /** The signature is right, and the message in it can't be read. */
        UNREADABLE
    }

    /** A TLS certificate of an unknown authority has any names, and the message goes to logs and jobs. */
    private static final int MAX_MESSAGE = 1000;

    private final Cause reason;

    OrderRefused(Cause reason, String message) {
        super(message.substring(0, Math.min(message.length(), MAX_MESSAGE)), null, false, false);
        this.reason = reason;
    }

    /** A message without a signature. */
    public static OrderRefused unsigned() {
        return new OrderRefused(
                Cause.UNSIGNED,
                "it is not signed; set rebalancer.cluster.tls.manager-names on the managers, with the build of this agent"
                        + " or a later one. If all managers have it, another member sent this");
    }

    /** What is wrong. */
    public Cause reason() {
        return reason;
    }
}
