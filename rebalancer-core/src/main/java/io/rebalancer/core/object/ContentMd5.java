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
    private static final int DIGEST_BYTES = 16;

    /** @throws IllegalArgumentException if {@code base64} is not the canonical Base64 of exactly 16 bytes */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ContentMd5 {
        byte[] decoded = Base64.getDecoder().decode(base64);
        if (decoded.length != DIGEST_BYTES
                || !Base64.getEncoder().encodeToString(decoded).equals(base64)) {
            throw new IllegalArgumentException("not the Base64 text of a 16-byte MD5: " + base64);
        }
    }

    /** The 16 bytes of the digest, in a new array. */
    public byte[] bytes() {
        return Base64.getDecoder().decode(base64);
    }
}
