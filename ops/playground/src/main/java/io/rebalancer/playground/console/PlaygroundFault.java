package io.rebalancer.playground.console;

import io.rebalancer.cluster.settings.UserFacingError;

/** The playground cannot do what the user asked for. The message is one line: the cause and what to do about it. */
public final class PlaygroundFault extends Exception implements UserFacingError {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what failed, why, and what to do */
    public PlaygroundFault(String message) {
        super(message, null, false, false);
    }
}
