package io.rebalancer.persistence.plugin;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the encoding of {@link ByteWriter}. Every length is checked before anything is allocated. */
final class ByteReader {
    private final ByteBuffer bytes;

    ByteReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    private interface FieldReader<T> {
        T from(ByteBuffer bytes);
    }

    private <T> T read(FieldReader<T> field) throws IOException {
        try {
            return field.from(bytes);
        } catch (BufferUnderflowException e) {
            throw new IOException("the bytes end in the middle of a field", e);
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
            throw new IOException("a field of " + length + " bytes, but only " + bytes.remaining() + " bytes remain");
        }
        byte[] block = new byte[length];
        bytes.get(block);
        return block;
    }
}
