package io.rebalancer.persistence.plugin;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Payloads that Pekko's Jackson serializer has compressed with gzip. It has no other mark than gzip's own. */
final class CompressedPayload {
    private static final int FIRST_BYTE = 0x1f;
    private static final int SECOND_BYTE = 0x8b;

    private CompressedPayload() {}

    /**
     * The content of {@code payload}; {@code payload} itself if it is not compressed.
     *
     * @throws IOException if the compressed bytes are damaged
     */
    static byte[] decompress(byte[] payload) throws IOException {
        if (payload.length < 2 || payload[0] != (byte) FIRST_BYTE || payload[1] != (byte) SECOND_BYTE) {
            return payload;
        }
        try (GZIPInputStream content = new GZIPInputStream(new ByteArrayInputStream(payload))) {
            return content.readAllBytes();
        }
    }
}
