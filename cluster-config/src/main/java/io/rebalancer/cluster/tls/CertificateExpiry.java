package io.rebalancer.cluster.tls;

import io.rebalancer.core.text.OneLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;
import nl.altindag.ssl.pem.util.PemUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the certificates in a file end. The file counts, not the connections: listeners use a replaced file within their
 * {@code reload} time.
 */
public final class CertificateExpiry {
    private static final Logger LOGGER = LoggerFactory.getLogger(CertificateExpiry.class);

    private final Path file;
    private final Clock clock;
    private Optional<FileTime> modified = Optional.empty();
    private Instant end = Instant.MAX;

    private CertificateExpiry(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /**
     * Reports {@code rebalancer.tls.certificate-expiry}: seconds until the first certificate in the file ends, below zero if it
     * has ended. A file that can't be read leaves the value of the last one that could.
     *
     * @param listener what presents the certificate: {@code http}, {@code metrics} or {@code cluster}
     * @param file the certificate and those of the authorities between it and the root, in PEM
     */
    public static void watch(String listener, Path file) {
        CertificateExpiry expiry = new CertificateExpiry(file, Clock.systemUTC());
        Consumer<Gauge> updater = gauge ->
                expiry.remaining().ifPresent(remaining -> gauge.update(Math.floor(remaining.toMillis() / 1000.0)));
        Kamon.gauge("rebalancer.tls.certificate-expiry", MeasurementUnit.time().seconds())
                .withTag("listener", listener)
                .autoUpdate(updater);
    }

    static CertificateExpiry of(Path file, Clock clock) {
        return new CertificateExpiry(file, clock);
    }

    /** The time until the first certificate in the file ends; empty if no version of the file could be read yet. */
    synchronized Optional<Duration> remaining() {
        try {
            Optional<FileTime> found = Optional.of(Files.getLastModifiedTime(file));
            if (!found.equals(modified)) {
                // Also if it can't be used: the file is read, and a failure logged, once for each change.
                modified = found;
                end = end(Files.readAllBytes(file));
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.warn(
                    "the end of the certificate in {} is not known, so no alert warns of it: {}", file, OneLine.of(e));
        }
        return end.equals(Instant.MAX) ? Optional.empty() : Optional.of(Duration.between(clock.instant(), end));
    }

    private static Instant end(byte[] pem) {
        return PemUtils.loadCertificate(new ByteArrayInputStream(pem)).stream()
                .filter(X509Certificate.class::isInstance)
                .map(each -> ((X509Certificate) each).getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow(() -> new IllegalArgumentException("it has no certificate in PEM"));
    }
}
