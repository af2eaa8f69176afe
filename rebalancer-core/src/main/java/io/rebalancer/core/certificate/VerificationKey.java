package io.rebalancer.core.certificate;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A public Ed25519 key, which verifies certificates. */
public record VerificationKey(PublicKey key) {
    private static final int ID_BYTES = 8;
    private static final int LINE_LENGTH = 64;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]*)-----END PUBLIC KEY-----");

    /** The first 16 hexadecimal digits of the SHA-256 of the key's X.509 form. */
    public String id() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return HexFormat.of().formatHex(digest, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** The key in X.509 form, as PEM text that ends with a line end. */
    public String pem() {
        String base64 = Base64.getMimeEncoder(LINE_LENGTH, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
    }

    /**
     * The keys in a PEM text. Other text is ignored.
     *
     * @throws InvalidCertificate if there is no key, or a key is damaged or is not an Ed25519 key
     */
    public static List<VerificationKey> parseAll(String pem) {
        Matcher blocks = BLOCK.matcher(pem);
        List<VerificationKey> keys = blocks.results()
                .map(block -> decode(block.group(1).replaceAll("\\s", "")))
                .toList();
        if (keys.isEmpty()) {
            throw new InvalidCertificate("there is no PEM block \"PUBLIC KEY\"");
        }
        return keys;
    }

    private static VerificationKey decode(String base64) {
        try {
            return new VerificationKey(KeyFactory.getInstance(SignedCertificate.ALGORITHM)
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new InvalidCertificate("a public key is damaged or is not an Ed25519 key");
        }
    }
}
