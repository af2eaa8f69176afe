package io.rebalancer.persistence.plugin;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/** Payloads that Pekko's Jackson serializer has compressed: a mark, the length of the content, the content as one LZ4 block. */
final class CompressedPayload {
    private static final int MARK = 0x87D96DF6;
    private static final int HEADER_BYTES = 2 * Integer.BYTES;
    /** No event is nearly as large, so a longer one is not compressed, but happens to start like this. */
    private static final int MAX_BYTES = 64 << 20;

    private CompressedPayload() {}

    /** The content of {@code payload}; {@code payload} itself if it is not compressed. */
    static byte[] decompress(byte[] payload) {
        if (payload.length < HEADER_BYTES) {
            return payload;
        }
        ByteBuffer header = ByteBuffer.wrap(payload);
        int mark = header.getInt();
        int length = header.getInt();
        if (mark != MARK || length < 0 || length > MAX_BYTES) {
            return payload;
        }
        try {
            return LZ4Factory.fastestInstance()
                    .safeDecompressor()
                    .decompress(payload, HEADER_BYTES, payload.length - HEADER_BYTES, length);
        } catch (LZ4Exception e) {
            return payload;
        }
    }
}
