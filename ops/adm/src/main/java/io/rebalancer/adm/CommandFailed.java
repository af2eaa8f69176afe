package io.rebalancer.adm;

/** A command failed. The message is shown to the operator. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message, null, false, false);
    }
}
