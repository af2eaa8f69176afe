package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * TLS of an HTTP listener.
 *
 * @param certificate PEM file of the certificate, followed by those of the authorities between it and the root
 * @param key PEM file of the private key
 * @param reload longest time until new connections use replaced files
 */
public record ListenerTls(Path certificate, Path key, Duration reload) {

    /** @throws IllegalArgumentException if the time is not above zero */
    public ListenerTls {
        if (reload.isZero() || reload.isNegative()) {
            throw new IllegalArgumentException("http.tls.reload must be above zero, not " + reload);
        }
    }

    static Optional<ListenerTls> from(Config section) {
        return section.getBoolean("enabled")
                ? Optional.of(new ListenerTls(
                        Path.of(SettingsFile.required(section, "certificate")),
                        Path.of(SettingsFile.required(section, "key")),
                        section.getDuration("reload")))
                : Optional.empty();
    }
}
