package io.rebalancer.playground.region;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.manager.fast.FastDecoder;
import io.rebalancer.manager.fast.FastFrame;
import io.rebalancer.manager.fast.FastProtocolException;
import io.rebalancer.manager.fast.FastStatus;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.moray.ExactJson;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A plain, blocking Fast client for one call at a time. It shares the codec with the manager and nothing else, so that
 * the verification does not trust the code it verifies.
 */
public final class FastCaller implements AutoCloseable {
    private static final int MAX_PAYLOAD_BYTES = 128 << 20;
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final FastVersion version;
    private final FastDecoder decoder = new FastDecoder(MAX_PAYLOAD_BYTES);
    private final byte[] buffer = new byte[1 << 16];
    private int lastId;

    /** The server refused a call. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        private final String name;

        Refused(JsonNode error) {
            super(error.path("name").asText() + ": " + error.path("message").asText());
            this.name = error.path("name").asText();
        }

        /** The error's name, such as {@code ObjectNotFoundError}. */
        public String name() {
            return name;
        }
    }

    /** Connects, and speaks {@code version}. */
    public FastCaller(String host, int port, FastVersion version) throws IOException {
        this.socket = new Socket(host, port);
        this.socket.setSoTimeout(TIMEOUT_MILLIS);
        this.socket.setTcpNoDelay(true);
        this.version = version;
    }

    /**
     * Calls a method and reads the answer to its end.
     *
     * @throws Refused if the server answered with an ERROR
     */
    public List<JsonNode> call(String method, JsonNode... arguments) throws IOException {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.putObject("m").put("uts", System.currentTimeMillis() * 1000).put("name", method);
        ArrayNode data = payload.putArray("d");
        for (JsonNode argument : arguments) {
            data.add(argument);
        }
        int id = ++lastId;
        socket.getOutputStream().write(new FastFrame(version, FastStatus.DATA, id, payload.toString()).encode());
        List<JsonNode> values = new ArrayList<>();
        while (true) {
            for (FastFrame frame : read()) {
                if (frame.messageId() != id || frame.version() != version) {
                    throw new IOException("an answer to another call: " + frame.messageId());
                }
                JsonNode answer = ExactJson.MAPPER.readTree(frame.text()).path("d");
                if (frame.status() == FastStatus.ERROR) {
                    throw new Refused(answer);
                }
                answer.forEach(values::add);
                if (frame.status() == FastStatus.END) {
                    return values;
                }
            }
        }
    }

    private List<FastFrame> read() throws IOException {
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
