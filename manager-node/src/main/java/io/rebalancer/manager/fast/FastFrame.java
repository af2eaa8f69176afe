package io.rebalancer.manager.fast;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One Fast frame to send: an 11-byte head, four bytes of length, and a JSON text (manta.md 7.1). All integers are big-endian.
 *
 * <pre>
 * version 1 | type 1 | status 1 | message id 4 | checksum 4 | length 4 | UTF-8 JSON
 * </pre>
 *
 * @param messageId identifies the call that the frame belongs to, 0 to 2^31-1
 * @param text the payload; the checksum covers its bytes
 */
public record FastFrame(FastVersion version, FastStatus status, int messageId, String text) {
    static final int HEADER_BYTES = 15;
    static final int TYPE_JSON = 1;

    /** @throws IllegalArgumentException if {@code messageId} is negative */
    public FastFrame {
        if (messageId < 0) {
            throw new IllegalArgumentException("message id must be at least 0, not " + messageId);
        }
    }

    /** The frame's bytes. */
    public byte[] encode() {
        return encode(version, status, messageId, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The bytes of a frame.
     *
     * @param payload a JSON text in UTF-8
     */
    public static byte[] encode(FastVersion version, FastStatus status, int messageId, byte[] payload) {
        return ByteBuffer.allocate(HEADER_BYTES + payload.length)
                .put((byte) version.number())
                .put((byte) TYPE_JSON)
                .put((byte) status.number())
                .putInt(messageId)
                .putInt(version.checksum(payload))
                .putInt(payload.length)
                .put(payload)
                .array();
    }
}
