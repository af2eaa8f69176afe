package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;

/**
 * Address at which a process serves HTTP.
 *
 * @param port 1 to 65535
 */
public record HttpSettings(String host, int port) {

    public HttpSettings {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("http.port must be 1 to 65535, not " + port);
        }
    }

    static HttpSettings from(Config section) {
        return new HttpSettings(SettingsFile.required(section, "http.host"), section.getInt("http.port"));
    }
}
