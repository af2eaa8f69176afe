package io.rebalancer.manager.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.port.CertificateService.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key files of a manager. */
class CertificateKeysTest {
    @TempDir
    private Path parent;

    private Path directory() {
        return parent.resolve("data/certificate-keys");
    }

    private Path file() {
        return directory().resolve("signing-key.pem");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory())) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void theFirstStartCreatesAKeyThatOnlyTheOwnerReads() throws IOException {
        SigningKey created = CertificateKeys.open(directory()).current();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(CertificateKeys.open(directory()).current().verification()).isEqualTo(created.verification());
        assertThat(CertificateKeys.open(directory()).all()).isEqualTo(new Keys(created.verification(), List.of()));
        assertThat(files())
                .containsExactlyInAnyOrder(
                        file(),
                        directory().resolve("public/" + created.verification().id() + ".pem"));
        assertThat(created.toString())
                .isEqualTo("signing key " + created.verification().id());
    }

    @Test
    void aRotatedKeySignsAtOnceAndTheEarlierOnesAreStillServed() throws IOException {
        CertificateKeys running = CertificateKeys.open(directory());
        VerificationKey first = running.current().verification();
        VerificationKey second = CertificateKeys.in(directory()).rotate();
        VerificationKey third = CertificateKeys.in(directory()).rotate();
        assertThat(running.current().verification()).isEqualTo(third);
        assertThat(running.all().current()).isEqualTo(third);
        assertThat(running.all().earlier()).containsExactlyInAnyOrder(first, second);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(files()).hasSize(4);
    }

    /** A rotation that can't store its key changes nothing, and the next one succeeds. */
    @Test
    void aFailedRotationLeavesTheKey() throws IOException {
        CertificateKeys keys = CertificateKeys.open(directory());
        SigningKey before = keys.current();
        Path published = directory().resolve("public");
        Path hidden = Files.move(published, directory().resolve("hidden"));
        Files.writeString(published, "a file in the place of the directory");
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(keys::rotate).isInstanceOf(IOException.class);
            assertThat(keys.current().verification()).isEqualTo(before.verification());
        }
        Files.delete(published);
        Files.move(hidden, published);
        assertThat(keys.rotate()).isEqualTo(keys.current().verification());
        assertThat(keys.all().earlier()).containsExactly(before.verification());
    }

    @Test
    void aKeyThatOthersMayReadIsRejected() throws IOException {
        CertificateKeys.open(directory());
        for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----", "rwx------")) {
            Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> CertificateKeys.open(directory()))
                    .isInstanceOf(CertificateKeyFault.class)
                    .hasMessageContainingAll(file().toString(), mode, "chmod 600", "rotate-certificate-key");
        }
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("r--------"));
        assertThat(CertificateKeys.open(directory()).current()).isNotNull();
    }

    @Test
    void aDamagedKeyIsRejectedUntilItIsRotated() throws IOException {
        CertificateKeys.open(directory());
        String good = Files.readString(file());
        String other = SigningKey.generate().verification().pem();
        String own = good.substring(good.indexOf("-----BEGIN PUBLIC"));
        for (String damaged : List.of(
                "",
                good.substring(0, good.length() / 2),
                own,
                good.replace(own, ""),
                good.replace(own, other),
                good + other,
                good.replace("PRIVATE KEY-----\nMC", "PRIVATE KEY-----\nMD"))) {
            assertThat(damaged).isNotEqualTo(good);
            Files.writeString(file(), damaged);
            assertThatThrownBy(() -> CertificateKeys.open(directory()))
                    .isInstanceOf(CertificateKeyFault.class)
                    .hasMessageContainingAll(file().toString(), "is damaged", "rotate-certificate-key");
        }
        VerificationKey created = CertificateKeys.in(directory()).rotate();
        assertThat(CertificateKeys.open(directory()).current().verification()).isEqualTo(created);
    }

    @Test
    void aDamagedPublicKeyIsNamed() throws IOException {
        CertificateKeys keys = CertificateKeys.open(directory());
        Path damaged = Files.writeString(directory().resolve("public/0.pem"), "nothing");
        assertThatThrownBy(keys::all).isInstanceOf(CertificateKeyFault.class).hasMessageContaining(damaged.toString());
        Files.delete(damaged);
        assertThat(keys.all().earlier()).isEmpty();
    }
}
