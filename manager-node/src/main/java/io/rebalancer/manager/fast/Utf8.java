package io.rebalancer.manager.fast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text in UTF-8. */
final class Utf8 {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private Utf8() {}

    /** Whether all bytes are ASCII characters. */
    static boolean isAscii(byte[] bytes) {
        long bits = 0;
        int at = 0;
        for (; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
            bits |= (long) LONG.get(bytes, at);
        }
        for (; at < bytes.length; at++) {
            bits |= bytes[at];
        }
        return (bits & HIGHEST_BITS) == 0;
    }

    /** @throws CharacterCodingException if the bytes are not UTF-8; nothing is replaced */
    static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
