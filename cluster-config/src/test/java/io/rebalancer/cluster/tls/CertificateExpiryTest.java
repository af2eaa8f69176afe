package io.rebalancer.cluster.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the certificates in a file end. */
@Tag("external")
class CertificateExpiryTest {
    @TempDir
    private Path directory;

    private Path certificate(String name, int days) throws Exception {
        Path file = directory.resolve(name);
        Process made = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-subj",
                        "/CN=" + name,
                        "-days",
                        String.valueOf(days),
                        "-keyout",
                        file + ".key",
                        "-out",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        assertThat(made.waitFor()).isZero();
        return file;
    }

    private static Instant end(Path file) throws Exception {
        return ((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file))))
                .getNotAfter()
                .toInstant();
    }

    @Test
    void theFirstCertificateThatEndsCounts() throws Exception {
        Path leaf = certificate("leaf", 90);
        Path authority = certificate("authority", 30);
        Path chain = directory.resolve("chain.pem");
        Files.writeString(chain, Files.readString(leaf) + Files.readString(authority));
        Instant now = end(authority).minus(Duration.ofDays(7));
        Clock clock = Clock.fixed(now, ZoneOffset.UTC);
        assertThat(CertificateExpiry.of(chain, clock).remaining()).contains(Duration.ofDays(7));
        assertThat(CertificateExpiry.of(leaf, clock).remaining()).contains(Duration.between(now, end(leaf)));
        Clock later = Clock.fixed(end(leaf).plusSeconds(5), ZoneOffset.UTC);
        assertThat(CertificateExpiry.of(leaf, later).remaining()).contains(Duration.ofSeconds(-5));
    }

    @Test
    void aReplacedFileCountsAndAnUnreadableOneChangesNothing() throws Exception {
        Path file = certificate("leaf", 5);
        Instant before = end(file);
        Clock clock = Clock.fixed(before, ZoneOffset.UTC);
        CertificateExpiry expiry = CertificateExpiry.of(file, clock);
        assertThat(expiry.remaining()).contains(Duration.ZERO);
        Files.writeString(file, "no certificate");
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        assertThat(expiry.remaining()).contains(Duration.ZERO);
        certificate("leaf", 50);
        Duration replaced = Duration.between(before, end(file));
        assertThat(expiry.remaining()).contains(replaced);
        Files.delete(file);
        assertThat(expiry.remaining()).contains(replaced);
    }

    @Test
    void aFileThatWasNeverReadableHasNoEnd() {
        assertThat(CertificateExpiry.of(directory.resolve("absent"), Clock.systemUTC())
                        .remaining())
                .isEmpty();
    }
}
