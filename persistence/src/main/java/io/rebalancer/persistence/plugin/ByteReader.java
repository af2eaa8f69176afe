package io.rebalancer.persistence.plugin;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads what {@link ByteWriter} put together; every length is checked before anything is allocated. */
final class ByteReader {
    private final ByteBuffer bytes;

    ByteReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    private interface Read<T> {
        T from(ByteBuffer bytes);
    }

    private <T> T read(Read<T> read) throws IOException {
        try {
            return read.from(bytes);
        } catch (BufferUnderflowException e) {
            throw new IOException("the bytes end too early", e);
        }
    }

    int number() throws IOException {
        return read(ByteBuffer::getInt);
    }

    long longNumber() throws IOException {
        return read(ByteBuffer::getLong);
    }

    boolean flag() throws IOException {
        return version() != 0;
    }

    int version() throws IOException {
        return read(ByteBuffer::get);
    }

    String text() throws IOException {
        return new String(block(), StandardCharsets.UTF_8);
    }

    byte[] block() throws IOException {
        int length = number();
        if (length < 0 || length > bytes.remaining()) {
            throw new IOException("a length of " + length + " where " + bytes.remaining() + " bytes are left");
        }
        byte[] block = new byte[length];
        bytes.get(block);
        return block;
    }
}
