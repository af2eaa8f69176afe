package io.rebalancer.adm;

/** A command could not be carried out; the message is for the operator. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message, null, false, false);
    }
}
