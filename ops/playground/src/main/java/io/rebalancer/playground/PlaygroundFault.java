package io.rebalancer.playground;

import io.rebalancer.cluster.settings.UserFacingError;

/** The playground can't do what was asked; the message is one line that says why and what to do. */
public final class PlaygroundFault extends Exception implements UserFacingError {
    private static final long serialVersionUID = 1L;

    public PlaygroundFault(String message) {
        super(message, null, false, false);
    }
}
