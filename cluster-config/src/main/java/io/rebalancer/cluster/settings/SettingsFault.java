package io.rebalancer.cluster.settings;

/** A setting is missing or invalid. The message is one line, names the setting, and states the accepted values. */
public final class SettingsFault extends RuntimeException implements UserFacingError {
    private static final long serialVersionUID = 1L;

    public SettingsFault(String message) {
        super(message, null, false, false);
    }
}
