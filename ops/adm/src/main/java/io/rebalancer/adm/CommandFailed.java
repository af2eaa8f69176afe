package io.rebalancer.adm;

/** A command failed. The message is shown to the operator: what happened, where, and what to do. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;
    private final boolean temporary;

    /** A failure with {@link ExitCode#FAILURE}. */
    CommandFailed(String message) {
        this(ExitCode.FAILURE, message);
    }

    CommandFailed(ExitCode exitCode, String message) {
        this(exitCode, message, false);
    }

    private CommandFailed(ExitCode exitCode, String message, boolean temporary) {
        super(message, null, false, false);
        this.exitCode = exitCode;
        this.temporary = temporary;
    }

    /** A failure that may be over soon: no manager can be reached, or one is not ready. */
    static CommandFailed temporary(String message) {
        return new CommandFailed(ExitCode.FAILURE, message, true);
    }

    /** Whether the same request may succeed soon. */
    boolean isTemporary() {
        return temporary;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
