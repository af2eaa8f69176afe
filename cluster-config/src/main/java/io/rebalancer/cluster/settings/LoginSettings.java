package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Optional;

/**
 * How people log in with a browser.
 *
 * @param sessionAge a session ends so long after the login
 * @param sessionIdle a session ends when it is not used for so long
 * @param provider where people log in, if they need no token of this cluster
 */
public record LoginSettings(Duration sessionAge, Duration sessionIdle, Optional<OpenIdSettings> provider) {

    public LoginSettings {
        requireAboveZero("session-age", sessionAge);
        requireAboveZero("session-idle", sessionIdle);
    }

    private static void requireAboveZero(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be above zero, not " + value);
        }
    }

    /** @throws SettingsFault if a setting is missing or wrong */
    public static LoginSettings from(Config root) {
        return SettingsFile.section(
                root,
                "rebalancer.manager.login",
                section -> new LoginSettings(
                        section.getDuration("session-age"),
                        section.getDuration("session-idle"),
                        section.getBoolean("openid.enabled")
                                ? Optional.of(OpenIdSettings.from(section))
                                : Optional.empty()));
    }
}
