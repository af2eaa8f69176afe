package io.rebalancer.cluster.settings;

/** A setting is missing or wrong; the message is one line that names it and says what would do. */
public final class SettingsFault extends RuntimeException implements UserFacingError {
    private static final long serialVersionUID = 1L;

    public SettingsFault(String message) {
        super(message, null, false, false);
    }
}
