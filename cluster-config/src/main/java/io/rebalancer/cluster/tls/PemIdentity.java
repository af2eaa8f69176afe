package io.rebalancer.cluster.tls;

import io.rebalancer.core.text.OneLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import nl.altindag.ssl.SSLFactory;
import nl.altindag.ssl.pem.util.PemUtils;
import org.jspecify.annotations.Nullable;

/**
 * A certificate and its private key, as they are in two PEM files. The key may be an RSA, EC or Ed25519 key, in any of the
 * forms that OpenSSL writes, without a password.
 */
public final class PemIdentity {
    private static final byte[] PROBE = {1};
    private static final char[] NO_PASSWORD = {};

    /** The contents of the files. */
    private final List<byte[]> files;

    private final KeyPairOfFiles pair;
    private final Optional<X509ExtendedTrustManager> trusted;
    private final SSLContext context;

    /** @param chain the certificate, followed by those of the authorities between it and the root */
    private record KeyPairOfFiles(List<X509Certificate> chain, PrivateKey key) {}

    private PemIdentity(
            List<byte[]> files, KeyPairOfFiles pair, Optional<X509ExtendedTrustManager> trusted, SSLContext context) {
        this.files = files;
        this.pair = pair;
        this.trusted = trusted;
        this.context = context;
    }

    /**
     * Reads the files of a server that asks clients for no certificate.
     *
     * @throws IllegalArgumentException if a file can't be read or used, other users may read the key, or the certificate is of
     *     another key; the message names the file
     */
    public static PemIdentity read(Path certificate, Path key) {
        return read(certificate, key, Optional.empty());
    }

    /**
     * Reads the files of a member, which trusts only certificates of the authorities in a file.
     *
     * @throws IllegalArgumentException as {@link #read}
     */
    public static PemIdentity readMutual(Path certificate, Path key, Path authorities) {
        return read(certificate, key, Optional.of(authorities));
    }

    private static PemIdentity read(Path certificate, Path key, Optional<Path> authorities) {
        byte[] certificateBytes = bytes(certificate);
        requirePrivate(key);
        byte[] keyBytes = bytes(key);
        X509ExtendedKeyManager manager = manager(certificate, certificateBytes, key, keyBytes);
        KeyPairOfFiles pair = requirePair(manager, certificate, key);
        SSLFactory.Builder factory = SSLFactory.builder().withIdentityMaterial(manager);
        List<byte[]> files = new ArrayList<>(List.of(certificateBytes, keyBytes));
        Optional<X509ExtendedTrustManager> trusted = authorities.map(file -> {
            byte[] read = bytes(file);
            files.add(read);
            return trust(file, read);
        });
        trusted.ifPresent(factory::withTrustMaterial);
        return new PemIdentity(files, pair, trusted, factory.build().getSslContext());
    }

    /** @throws IllegalArgumentException if the file can't be read, or has no certificate; the message names it */
    static X509ExtendedTrustManager authorities(Path file) {
        return trust(file, bytes(file));
    }

    private static X509ExtendedTrustManager trust(Path file, byte[] authorities) {
        try {
            return PemUtils.loadTrustMaterial(new ByteArrayInputStream(authorities));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "tls: " + file + " has no certificate of an authority, in PEM (" + OneLine.of(e) + ")", e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "tls: " + file + " can't be read (" + e.getMessage() + "); set a file that this user may read", e);
        }
    }

    private static void requirePrivate(Path key) {
        try {
            if (PrivateFile.isReadableByOthers(key)) {
                throw new IllegalArgumentException(
                        "tls: the key " + key + " can be read by every user of this machine; chmod 600 " + key);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("tls: " + key + " can't be read (" + e.getMessage() + ")", e);
        }
    }

    private static X509ExtendedKeyManager manager(
            Path certificate, byte[] certificateBytes, Path key, byte[] keyBytes) {
        try {
            return PemUtils.loadIdentityMaterial(
                    new ByteArrayInputStream(certificateBytes), new ByteArrayInputStream(keyBytes), NO_PASSWORD);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "tls: " + certificate + " and " + key
                            + " are no certificate and private key without a password, in PEM" + " (" + OneLine.of(e)
                            + ")",
                    e);
        }
    }

    /** A client would only learn that its handshake failed. */
    private static KeyPairOfFiles requirePair(X509ExtendedKeyManager manager, Path certificate, Path key) {
        String alias = Arrays.stream(new String[] {"RSA", "EC", "EdDSA"})
                .map(type -> manager.getServerAliases(type, null))
                .filter(aliases -> aliases != null && aliases.length > 0)
                .map(aliases -> aliases[0])
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "tls: the key " + key + " is no RSA, EC or Ed25519 key of a server"));
        X509Certificate[] chain = manager.getCertificateChain(alias);
        PrivateKey secret = manager.getPrivateKey(alias);
        try {
            if (KeySignature.isValid(chain[0].getPublicKey(), PROBE, KeySignature.sign(secret, PROBE))) {
                return new KeyPairOfFiles(List.of(chain), secret);
            }
        } catch (GeneralSecurityException e) {
            throw notAPair(certificate, key, e);
        }
        throw notAPair(certificate, key, null);
    }

    private static IllegalArgumentException notAPair(Path certificate, Path key, @Nullable Throwable cause) {
        return new IllegalArgumentException("tls: the certificate " + certificate + " is not of the key " + key, cause);
    }

    /** Whether the files have the same contents as when this was read. */
    public boolean isSame(PemIdentity other) {
        return Arrays.deepEquals(files.toArray(), other.files.toArray());
    }

    /** The certificate. */
    public X509Certificate leaf() {
        return pair.chain().get(0);
    }

    /** The certificate, followed by those of the authorities between it and the root. */
    public List<X509Certificate> chain() {
        return pair.chain();
    }

    /**
     * Signs with the private key.
     *
     * @throws GeneralSecurityException if the key can't be used
     */
    public byte[] sign(byte[] content) throws GeneralSecurityException {
        return KeySignature.sign(pair.key(), content);
    }

    /**
     * Checks that a chain is of the authorities of this member, and valid now, as for the certificate of a TLS client.
     *
     * @throws CertificateException if it is not; the message states why
     */
    public void requireTrusted(List<X509Certificate> chain) throws CertificateException {
        X509ExtendedTrustManager trust =
                trusted.orElseThrow(() -> new IllegalStateException("this identity was read without authorities"));
        trust.checkClientTrusted(
                chain.toArray(X509Certificate[]::new),
                chain.get(0).getPublicKey().getAlgorithm());
    }

    /** Presents the certificate. */
    public SSLContext context() {
        return context;
    }
}
