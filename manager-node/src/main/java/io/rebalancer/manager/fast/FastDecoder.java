package io.rebalancer.manager.fast;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.manager.fast.FastProtocolException.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes frames from bytes that may be split anywhere. Not thread-safe: each connection and direction has its own
 * decoder. After an exception the frame boundaries are lost, and the decoder must not be used again.
 */
public final class FastDecoder {
    private final int maxPayloadBytes;
    private final ByteBuffer header = ByteBuffer.allocate(FastFrame.HEADER_BYTES);
    private ByteBuffer payload = ByteBuffer.allocate(0);

    /** @param maxPayloadBytes largest payload accepted, at least 1; no larger buffer is ever allocated */
    public FastDecoder(int maxPayloadBytes) {
        if (maxPayloadBytes < 1) {
            throw new IllegalArgumentException("the largest payload must be at least 1 byte, not " + maxPayloadBytes);
        }
        this.maxPayloadBytes = maxPayloadBytes;
    }

    /**
     * Consumes all of {@code bytes}.
     *
     * @return the messages that are complete now, in order
     * @throws FastProtocolException if the peer broke the protocol
     */
    public List<FastMessage> feed(ByteBuffer bytes) throws FastProtocolException {
        List<FastMessage> messages = new ArrayList<>();
        while (bytes.hasRemaining()) {
            if (header.hasRemaining()) {
                transfer(bytes, header);
                if (header.hasRemaining()) {
                    return messages;
                }
                payload = ByteBuffer.allocate(checkHeader());
            }
            transfer(bytes, payload);
            if (!payload.hasRemaining()) {
                messages.add(message());
                header.clear();
                payload = ByteBuffer.allocate(0);
            }
        }
        return messages;
    }

    /**
     * To be called after the last bytes.
     *
     * @throws FastProtocolException if the bytes end inside a frame
     */
    public void end() throws FastProtocolException {
        if (header.position() > 0) {
            throw new FastProtocolException(Fault.INCOMPLETE_MESSAGE, "incomplete message at end of stream");
        }
    }

    private static void transfer(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(to.position(), from, from.position(), count);
        to.position(to.position() + count);
        from.position(from.position() + count);
    }

    /** Checks the header before the payload is allocated, and returns the payload's length. */
    private int checkHeader() throws FastProtocolException {
        version();
        require(header.get(1) == FastFrame.TYPE_JSON, Fault.UNSUPPORTED_TYPE, "unsupported type " + header.get(1));
        status();
        require(
                header.getInt(3) >= 0,
                Fault.INVALID_MSGID,
                "invalid message id " + Integer.toUnsignedString(header.getInt(3)));
        int length = header.getInt(11);
        require(
                length >= 0 && length <= maxPayloadBytes,
                Fault.FRAME_TOO_LARGE,
                "a payload of " + Integer.toUnsignedString(length) + " bytes; the limit is " + maxPayloadBytes);
        // A JSON text has at least one character, and only a non-empty payload lets the loop make progress.
        require(length > 0, Fault.INVALID_JSON, "an empty payload");
        return length;
    }

    private FastVersion version() throws FastProtocolException {
        for (FastVersion version : FastVersion.values()) {
            if (version.number() == header.get(0)) {
                return version;
            }
        }
        throw new FastProtocolException(Fault.UNSUPPORTED_VERSION, "unsupported version " + header.get(0));
    }

    private FastStatus status() throws FastProtocolException {
        for (FastStatus status : FastStatus.values()) {
            if (status.number() == header.get(2)) {
                return status;
            }
        }
        throw new FastProtocolException(Fault.UNSUPPORTED_STATUS, "unsupported status " + header.get(2));
    }

    private FastMessage message() throws FastProtocolException {
        byte[] bytes = payload.array();
        int expected = header.getInt(7);
        int found = version().checksum(bytes);
        require(found == expected, Fault.BAD_CRC, "expected CRC " + expected + ", found " + found);
        FastMessage message = new FastMessage(version(), status(), header.getInt(3), json(bytes));
        checkShape(message);
        return message;
    }

    private static JsonNode json(byte[] bytes) throws FastProtocolException {
        try {
            // The parser of bytes guesses their encoding by zeros, and is not strict about UTF-8.
            return Utf8.isAscii(bytes) && !hasZeros(bytes)
                    ? ExactJson.MAPPER.readTree(bytes)
                    : ExactJson.MAPPER.readTree(Utf8.decode(bytes));
        } catch (CharacterCodingException e) {
            throw new FastProtocolException(Fault.INVALID_JSON, "the payload is not UTF-8");
        } catch (JsonProcessingException e) {
            throw new FastProtocolException(Fault.INVALID_JSON, "invalid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new FastProtocolException(Fault.INVALID_JSON, "invalid JSON: " + e.getMessage());
        }
    }

    /** Whether one of the bytes that the parser looks at is zero. */
    private static boolean hasZeros(byte[] bytes) {
        for (int i = 0; i < Math.min(bytes.length, Integer.BYTES); i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return false;
    }

    private static void checkShape(FastMessage message) throws FastProtocolException {
        JsonNode data = message.data();
        if (message.status() == FastStatus.ERROR) {
            require(data.isObject(), Fault.BAD_DATA, "the payload is not an object");
            require(
                    data.path("name").isTextual() && data.path("message").isTextual(),
                    Fault.BAD_ERROR,
                    "data.d of an ERROR must have a name and a message");
        } else {
            // For a bare array the reference decoder reports bad_data_d, not bad_data.
            require(message.payload().isContainerNode(), Fault.BAD_DATA, "the payload is not an object");
            require(data.isArray(), Fault.BAD_DATA_D, "data.d for DATA and END messages must be an array");
        }
    }

    private static void require(boolean holds, Fault fault, String detail) throws FastProtocolException {
        if (!holds) {
            throw new FastProtocolException(fault, detail);
        }
    }
}
