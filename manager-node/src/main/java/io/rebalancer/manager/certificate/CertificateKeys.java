package io.rebalancer.manager.certificate;

import io.rebalancer.core.certificate.InvalidCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.port.CertificateService.Keys;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The keys of one directory, which a manager signs certificates with. Blocking.
 *
 * <pre>
 * signing-key.pem     the key that signs now, private and public; readable by its owner only
 * public/KEYID.pem    the public keys of all keys that ever signed, and of the one that signs now
 * </pre>
 *
 * <p>The public key is stored before its private key can sign. So no certificate can lose its key, whenever the process is
 * killed, and also if several processes create a key at a time: the last one signs. The files are read at each use, so a
 * running manager signs with a rotated key at once.
 */
public final class CertificateKeys {
    private static final String SIGNING_KEY = "signing-key.pem";
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path directory;

    private CertificateKeys(Path directory) {
        this.directory = directory;
    }

    /** The keys of a directory, which may have none yet, or a damaged one. Nothing is read. */
    public static CertificateKeys in(Path directory) {
        return new CertificateKeys(directory.toAbsolutePath());
    }

    /**
     * Opens the keys, and creates the first one if the directory has none.
     *
     * @throws CertificateKeyFault if the signing key is damaged, or other users may read it
     * @throws IOException if a key can't be read or created
     */
    public static CertificateKeys open(Path directory) throws IOException {
        CertificateKeys keys = in(directory);
        if (Files.notExists(keys.file())) {
            keys.rotate();
        }
        keys.current();
        return keys;
    }

    private Path file() {
        return directory.resolve(SIGNING_KEY);
    }

    /**
     * Creates a key, which signs from now on. The earlier ones still verify what they signed.
     *
     * @return the new key
     * @throws IOException if the key can't be stored; then the earlier one still signs
     */
    public VerificationKey rotate() throws IOException {
        SigningKey created = SigningKey.generate();
        Path published = Files.createDirectories(directory.resolve("public"));
        VerificationKey verification = created.verification();
        replace(published, verification.id() + ".pem", verification.pem(), "rw-r--r--");
        replace(directory, SIGNING_KEY, created.pem(), "rw-------");
        return verification;
    }

    private static void replace(Path directory, String name, String content, String permissions) throws IOException {
        Path file = directory.resolve(name);
        Path temporary = directory.resolve(name + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    attributes(file, permissions))) {
                ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        force(directory);
    }

    private static FileAttribute<?>[] attributes(Path file, String permissions) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** @throws CertificateKeyFault if the key is damaged, or other users may read it */
    SigningKey current() throws IOException {
        Path file = file();
        requireOwnerOnly(file);
        try {
            return SigningKey.parse(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (InvalidCertificate e) {
            throw new CertificateKeyFault(
                    "the signing key of certificates " + file + " is damaged: " + e.getMessage()
                            + "; restore it from a backup, or create a new one: rebalancer rotate-certificate-key --config FILE");
        }
    }

    private static void requireOwnerOnly(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        Set<PosixFilePermission> others = EnumSet.noneOf(PosixFilePermission.class);
        others.addAll(view.readAttributes().permissions());
        others.removeAll(OWNER_ONLY);
        if (!others.isEmpty()) {
            throw new CertificateKeyFault("the signing key of certificates " + file + " has the mode "
                    + PosixFilePermissions.toString(view.readAttributes().permissions())
                    + ", so that others may have copied it; create a new one: rebalancer rotate-certificate-key --config"
                    + " FILE, or if it is not known to others: chmod 600 " + file);
        }
    }

    /**
     * All public keys.
     *
     * @throws CertificateKeyFault if a key is damaged
     */
    Keys all() throws IOException {
        VerificationKey current = current().verification();
        try (Stream<Path> files = Files.list(directory.resolve("public"))) {
            List<VerificationKey> earlier = files.filter(file -> file.toString().endsWith(".pem"))
                    .sorted()
                    .flatMap(file -> read(file).stream())
                    .filter(key -> !key.equals(current))
                    .toList();
            return new Keys(current, earlier);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<VerificationKey> read(Path file) {
        try {
            return VerificationKey.parseAll(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InvalidCertificate e) {
            throw new CertificateKeyFault("the public key of certificates " + file + " is damaged: " + OneLine.of(e)
                    + "; restore it from a backup, or move it away");
        }
    }
}
