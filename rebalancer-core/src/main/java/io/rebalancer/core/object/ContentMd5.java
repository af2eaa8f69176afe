package io.rebalancer.core.object;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Base64;

/**
 * MD5 of an object's content as the metadata tier writes it: standard Base64 with padding of 16 bytes (manta.md 3.1).
 *
 * @param base64 24 characters, the last two {@code ==}
 */
public record ContentMd5(@JsonValue String base64) {
    private static final int DIGEST_BYTES = 16;

    /** @throws IllegalArgumentException if {@code base64} is not Base64 of exactly 16 bytes */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ContentMd5 {
        byte[] decoded = Base64.getDecoder().decode(base64);
        if (decoded.length != DIGEST_BYTES
                || !Base64.getEncoder().encodeToString(decoded).equals(base64)) {
            throw new IllegalArgumentException("not the Base64 text of a 16-byte MD5: " + base64);
        }
    }

    /** The 16 bytes; a new array at each call. */
    public byte[] bytes() {
        return Base64.getDecoder().decode(base64);
    }
}
