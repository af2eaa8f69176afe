package io.rebalancer.core.object;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Base64;

/**
 * The MD5 of an object's content in the format of the metadata tier: standard Base64 with padding (manta.md 3.1).
 *
 * @param base64 24 characters that end with {@code ==}
 */
public record ContentMd5(@JsonValue String base64) {
    private static final int DIGITS = 22;
    private static final String PADDING = "==";

    /** @throws IllegalArgumentException if {@code base64} is not the canonical Base64 of exactly 16 bytes */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ContentMd5 {
        if (!isCanonical(base64)) {
            throw new IllegalArgumentException("not the Base64 text of a 16-byte MD5: " + base64);
        }
    }

    /** The last digit has only two bits of the digest; the other four are zero. Decodes nothing: each row has a digest. */
    private static boolean isCanonical(String base64) {
        if (base64.length() != DIGITS + PADDING.length() || !base64.endsWith(PADDING)) {
            return false;
        }
        for (int i = 0; i < DIGITS - 1; i++) {
            char digit = base64.charAt(i);
            boolean valid = (digit >= 'A' && digit <= 'Z')
                    || (digit >= 'a' && digit <= 'z')
                    || (digit >= '0' && digit <= '9')
                    || digit == '+'
                    || digit == '/';
            if (!valid) {
                return false;
            }
        }
        return "AQgw".indexOf(base64.charAt(DIGITS - 1)) >= 0;
    }

    /** The 16 bytes of the digest, in a new array. */
    public byte[] bytes() {
        return Base64.getDecoder().decode(base64);
    }
}
