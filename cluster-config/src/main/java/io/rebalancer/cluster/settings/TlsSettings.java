package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.cluster.tls.NamePatterns;
import io.rebalancer.cluster.tls.PemSslEngineProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Mutual TLS between members. Both sides present a certificate of the same authority, and the two certificates share a
 * name.
 *
 * @param certificate PEM file of this member's certificate
 * @param key PEM file of the private key, RSA, EC or Ed25519
 * @param authority PEM file of the certificates of the authorities
 * @param reload longest time until new connections use replaced files
 * @param managerNames the names of managers' certificates, which sign what agents obey; none: nothing is signed
 * @param orderMaxAge an agent refuses an order that was signed longer ago than this by its own clock, or is as far ahead
 */
public record TlsSettings(
        Path certificate, Path key, Path authority, Duration reload, NamePatterns managerNames, Duration orderMaxAge) {
    private static final Duration MIN_ORDER_AGE = Duration.ofSeconds(10);
    private static final String ENGINE = PemSslEngineProvider.SETTINGS + ".";

    /** @throws IllegalArgumentException if a file can't be read, the message names it; or if a time is too short */
    public TlsSettings {
        if (reload.isZero() || reload.isNegative()) {
            throw new IllegalArgumentException("tls.reload must be above zero, not " + reload.toMillis() + " ms");
        }
        if (orderMaxAge.compareTo(MIN_ORDER_AGE) < 0) {
            throw new IllegalArgumentException("tls.order-max-age must be at least " + MIN_ORDER_AGE.toSeconds()
                    + " s, because the clocks of members differ, not " + orderMaxAge.toMillis() + " ms");
        }
        for (Path file : new Path[] {certificate, key, authority}) {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException(
                        "tls: " + file + " can't be read; bin/make-test-ca creates test certificates");
            }
        }
    }

    static Optional<TlsSettings> from(Config section) {
        NamePatterns managers = new NamePatterns(section.getStringList("manager-names"));
        if (section.getBoolean("enabled")) {
            return Optional.of(new TlsSettings(
                    Path.of(SettingsFile.required(section, "certificate")),
                    Path.of(SettingsFile.required(section, "key")),
                    Path.of(SettingsFile.required(section, "authority")),
                    section.getDuration("reload"),
                    managers,
                    section.getDuration("order-max-age")));
        }
        if (!managers.isEmpty()) {
            throw new IllegalArgumentException(
                    "tls.manager-names needs tls.enabled = on: without TLS certificates no order"
                            + " can be signed; set both, or remove manager-names");
        }
        return Optional.empty();
    }

    /** Pekko's settings for TLS. */
    Map<String, Object> pekko() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("pekko.remote.artery.transport", "tls-tcp");
        settings.put("pekko.remote.artery.ssl.ssl-engine-provider", PemSslEngineProvider.class.getName());
        settings.put(ENGINE + "certificate", certificate.toString());
        settings.put(ENGINE + "key", key.toString());
        settings.put(ENGINE + "authority", authority.toString());
        settings.put(ENGINE + "reload", reload.toMillis() + "ms");
        return settings;
    }
}
