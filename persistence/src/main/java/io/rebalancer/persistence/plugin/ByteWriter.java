package io.rebalancer.persistence.plugin;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Encodes fields one after the other. A text is its length and its UTF-8 bytes; a list is its size and its elements. */
final class ByteWriter {
    private ByteBuffer bytes;

    ByteWriter(int initialBytes) {
        bytes = ByteBuffer.allocate(initialBytes);
    }

    private ByteBuffer reserve(int count) {
        if (bytes.remaining() < count) {
            bytes = ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + count))
                    .put(bytes.flip());
        }
        return bytes;
    }

    ByteWriter number(int value) {
        reserve(Integer.BYTES).putInt(value);
        return this;
    }

    ByteWriter number(long value) {
        reserve(Long.BYTES).putLong(value);
        return this;
    }

    ByteWriter flag(boolean value) {
        reserve(1).put((byte) (value ? 1 : 0));
        return this;
    }

    ByteWriter version(int value) {
        reserve(1).put((byte) value);
        return this;
    }

    ByteWriter text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    ByteWriter block(byte[] value) {
        number(value.length).reserve(value.length).put(value);
        return this;
    }

    byte[] toBytes() {
        byte[] written = new byte[bytes.position()];
        bytes.flip().get(written);
        return written;
    }
}
