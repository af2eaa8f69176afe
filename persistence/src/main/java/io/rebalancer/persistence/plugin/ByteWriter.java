package io.rebalancer.persistence.plugin;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Bytes put together one after the other; texts as length and UTF-8, a list as its length and what is in it. */
final class ByteWriter {
    private ByteBuffer bytes;

    ByteWriter(int about) {
        bytes = ByteBuffer.allocate(about);
    }

    private ByteBuffer room(int count) {
        if (bytes.remaining() < count) {
            bytes = ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + count))
                    .put(bytes.flip());
        }
        return bytes;
    }

    ByteWriter number(int value) {
        room(Integer.BYTES).putInt(value);
        return this;
    }

    ByteWriter number(long value) {
        room(Long.BYTES).putLong(value);
        return this;
    }

    ByteWriter flag(boolean value) {
        room(1).put((byte) (value ? 1 : 0));
        return this;
    }

    ByteWriter version(int value) {
        room(1).put((byte) value);
        return this;
    }

    ByteWriter text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    ByteWriter block(byte[] value) {
        number(value.length).room(value.length).put(value);
        return this;
    }

    byte[] toBytes() {
        byte[] all = new byte[bytes.position()];
        bytes.flip().get(all);
        return all;
    }
}
