package io.rebalancer.playground.region;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.manager.fast.FastDecoder;
import io.rebalancer.manager.fast.FastFrame;
import io.rebalancer.manager.fast.FastMessage;
import io.rebalancer.manager.fast.FastProtocolException;
import io.rebalancer.manager.fast.FastStatus;
import io.rebalancer.manager.fast.FastVersion;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A blocking Fast client for one call at a time. It shares only the codec with the manager, so that the verification
 * does not depend on the code that it verifies.
 */
public final class FastCaller implements AutoCloseable {
    private static final int MAX_PAYLOAD_BYTES = 128 << 20;
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final FastVersion version;
    private final FastDecoder decoder = new FastDecoder(MAX_PAYLOAD_BYTES);
    private final byte[] buffer = new byte[1 << 16];
    private int lastId;

    /** The server replied to a call with an error. */
    public static final class CallRefused extends IOException {
        private static final long serialVersionUID = 1L;

        private final String name;

        CallRefused(JsonNode error) {
            super(error.path("name").asText() + ": " + error.path("message").asText());
            this.name = error.path("name").asText();
        }

        /** The error's name, such as {@code ObjectNotFoundError}. */
        public String name() {
            return name;
        }
    }

    /** Connects to a server; all calls use {@code version} of the protocol. */
    public FastCaller(String host, int port, FastVersion version) throws IOException {
        this.socket = new Socket(host, port);
        this.socket.setSoTimeout(TIMEOUT_MILLIS);
        this.socket.setTcpNoDelay(true);
        this.version = version;
    }

    /**
     * Calls a method and reads all values of the reply.
     *
     * @throws CallRefused if the server replies with an ERROR frame
     */
    public List<JsonNode> call(String method, JsonNode... arguments) throws IOException {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.putObject("m").put("uts", System.currentTimeMillis() * 1000).put("name", method);
        ArrayNode parameters = payload.putArray("d");
        for (JsonNode argument : arguments) {
            parameters.add(argument);
        }
        int id = ++lastId;
        socket.getOutputStream().write(new FastFrame(version, FastStatus.DATA, id, payload.toString()).encode());
        List<JsonNode> values = new ArrayList<>();
        while (true) {
            for (FastMessage frame : read()) {
                if (frame.messageId() != id || frame.version() != version) {
                    throw new IOException(
                            "unexpected reply to message " + frame.messageId() + " while waiting for " + id);
                }
                JsonNode data = frame.data();
                if (frame.status() == FastStatus.ERROR) {
                    throw new CallRefused(data);
                }
                data.forEach(values::add);
                if (frame.status() == FastStatus.END) {
                    return values;
                }
            }
        }
    }

    private List<FastMessage> read() throws IOException {
        int count = socket.getInputStream().read(buffer);
        if (count < 0) {
            throw new IOException("the server closed the connection");
        }
        try {
            return decoder.feed(ByteBuffer.wrap(buffer, 0, count));
        } catch (FastProtocolException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
