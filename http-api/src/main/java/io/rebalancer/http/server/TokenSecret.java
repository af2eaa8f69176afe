package io.rebalancer.http.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The secret text of a token: {@code rbl_} and 256 random bits. Only its holder has it; the system stores its hash. A fast
 * hash is enough, because no list of likely texts contains a random one.
 */
public final class TokenSecret {
    private static final String PREFIX = "rbl_";
    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private TokenSecret() {}

    /** A new secret: 47 characters, each a letter, a digit, {@code -} or {@code _}. */
    public static String create() {
        return PREFIX + random();
    }

    /** 256 random bits: 43 characters, each a letter, a digit, {@code -} or {@code _}. */
    public static String random() {
        byte[] random = new byte[BYTES];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** SHA-256 of a text, as hexadecimal digits in lower case. */
    public static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
